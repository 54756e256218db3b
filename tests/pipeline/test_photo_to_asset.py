import numpy as np
import pytest

from bozzetto.engines.registry import engine_card
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.matting.cut_out import cut_out
from bozzetto.pipeline.in_memory import draft_capture, refine_draft
from bozzetto.pipeline.masking import join_findings, make_mask
from bozzetto.pipeline.options import DraftOptions, RefineOptions
from bozzetto.pipeline.view_rules import check_views, usable_views
from bozzetto.views.capture import capture_of
from bozzetto.views.foreground import Side
from bozzetto.views.mask import Mask
from tests.build import a_disc, a_photo


def a_finding(code, *, subject="a.png"):
    return Finding(code=code, severity=Severity.WARNING, message=code, subject=subject)


def test_what_advice_and_mask_both_say_of_the_frame_is_said_once():
    advice = [a_finding("photo.frame.cut"), a_finding("photo.noise")]
    masks = [a_finding("mask.frame"), a_finding("mask.holes"), a_finding("mask.frame", subject="b")]
    codes = [(finding.code, finding.subject) for finding in join_findings(advice, masks)]
    assert codes == [
        ("photo.frame.cut", "a.png"),
        ("photo.noise", "a.png"),
        ("mask.holes", "a.png"),
        ("mask.frame", "b"),
    ]


def test_a_user_s_mask_wins_over_the_alpha_channel():
    photo = a_photo(alpha=a_disc(radius=40.0))
    user = Mask(alpha=a_disc(radius=20.0), source="user")
    masked = make_mask(photo, user_mask=user)
    assert masked.mask.source == "user"
    np.testing.assert_allclose(masked.mask.alpha, user.alpha, atol=1 / 255)


def test_the_alpha_channel_wins_over_the_network():
    masked = make_mask(a_photo(alpha=a_disc(radius=40.0)))
    assert masked.mask.source == "alpha-channel"


def test_an_engine_gets_no_more_photos_than_it_can_use():
    card = engine_card("inflate")
    count, findings = usable_views(3, card=card)
    assert count == card.max_views
    assert [finding.code for finding in findings] == ["draft.views.unused"]
    assert usable_views(1, card=card) == (1, ())


def test_a_name_too_few_or_too_many_is_refused():
    with pytest.raises(InputError, match="1 for 2 photos") as caught:
        check_views((Side.FRONT,), num_photos=2)
    assert "--views" in caught.value.advice


def test_too_few_photos_are_refused():
    with pytest.raises(InputError, match="at least 1"):
        usable_views(0, card=engine_card("inflate"))


def test_the_whole_path_in_memory():
    photo = a_photo(height=160, width=160, alpha=a_disc(height=160, width=160, radius=55.0))
    mask = make_mask(photo).mask
    capture = capture_of([photo], masks=[mask], foregrounds=[cut_out(photo, mask)])
    drafts = draft_capture(capture, options=DraftOptions(engine="inflate", variants=2))
    assert drafts[0].score >= drafts[1].score
    options = RefineOptions(target_triangles=600, texture_size=512)
    refined = refine_draft(drafts[0], capture, name="ball", options=options)
    assert (refined.asset.name, refined.asset.mesh.num_triangles) == ("ball", 600)
    shares = refined.share_observed, refined.share_mirrored, refined.share_inferred
    assert abs(sum(shares) - 1) < 1e-6
