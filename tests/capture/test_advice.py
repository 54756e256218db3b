import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.capture.advice import advise
from bozzetto.capture.load import load_photo
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Severity
from bozzetto.imaging.color import linear_from_srgb, srgb_from_linear
from tests.capture.scenes import (
    BOX,
    HEIGHT,
    WIDTH,
    a_scene,
    as_jpeg,
    as_mask,
    as_photo,
    rgb_and_alpha,
    smeared,
)


def codes(findings):
    return [finding.code for finding in findings]


def the_finding(findings, code):
    (finding,) = [f for f in findings if f.code == code]
    assert finding.fix
    assert finding.message.endswith(".")
    assert finding.subject == "scene.png"
    return finding


def covers(region, box, *, share=0.7):
    """Whether a region holds most of a box."""
    x0, y0, x1, y1 = box
    w = max(0, min(region.x1, x1) - max(region.x0, x0))
    h = max(0, min(region.y1, y1) - max(region.y0, y0))
    return w * h >= share * (x1 - x0) * (y1 - y0)


@pytest.mark.parametrize("cut_out", [False, True])
def test_a_clean_photo_earns_no_finding(cut_out):
    assert advise(*a_scene(cut_out=cut_out)) == ()


def test_a_clean_photo_without_a_mask_earns_no_finding():
    photo, _ = a_scene()
    assert advise(photo, None) == ()


def test_an_empty_mask_is_as_none():
    photo, _ = a_scene()
    assert advise(photo, as_mask(np.zeros((HEIGHT, WIDTH)))) == advise(photo, None)


def under_light(change):
    """A change of linear light instead of encoded colours."""
    return lambda rgb, alpha: srgb_from_linear(
        np.clip(change(linear_from_srgb(rgb.astype(np.float32)), alpha), 0, 1).astype(np.float32)
    )


def noisy(rgb, alpha):
    return rgb + np.random.default_rng(0).normal(0, 0.06, rgb.shape)


def lit_from_the_left(linear, alpha):
    return linear * 2.0 ** np.linspace(1, -6, WIDTH)[None, :, None]


def half_in_shadow(linear, alpha):
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    return linear * np.where(x + 0.5 * y > 430, 0.08, 1.0)[..., None]


PHOTOMETRIC = {
    "photo.blur.focus": lambda rgb, a: cv2.GaussianBlur(rgb, (0, 0), 4),
    "photo.blur.motion": lambda rgb, a: smeared(rgb, length=18, angle_deg=30),
    "photo.noise": noisy,
    "photo.compression.jpeg": lambda rgb, a: as_jpeg(rgb, quality=6),
    "photo.exposure.under": under_light(lambda light, a: light / 40),
    "photo.exposure.over": under_light(lambda light, a: light * 40),
    "photo.light.directional": under_light(lit_from_the_left),
    "photo.light.hard_shadow": under_light(half_in_shadow),
}


@pytest.mark.parametrize("code", PHOTOMETRIC)
def test_sees_what_spoils_the_whole_object(code):
    finding = the_finding(advise(*a_scene(PHOTOMETRIC[code])), code)
    assert finding.severity is Severity.WARNING
    assert covers(finding.where, BOX)


@pytest.mark.parametrize("code", ["photo.blur.focus", "photo.noise", "photo.compression.jpeg"])
def test_sees_it_in_a_cut_out_as_well(code):
    assert code in codes(advise(*a_scene(PHOTOMETRIC[code], cut_out=True)))


@pytest.mark.parametrize("code", ["photo.blur.focus", "photo.noise"])
def test_does_not_mind_a_background_that_is_spoilt_alone(code):
    def behind(rgb, alpha):
        return np.where(alpha[..., None] > 0, rgb, PHOTOMETRIC[code](rgb, alpha))

    assert code not in codes(advise(*a_scene(behind)))


SPOT = (330, 180, 430, 300)


def test_shows_where_highlights_are_burnt_out():
    def burnt(rgb, alpha):
        rgb = rgb.copy()
        rgb[SPOT[1] : SPOT[3], SPOT[0] : SPOT[2]] = 1
        return rgb

    finding = the_finding(advise(*a_scene(burnt)), "photo.clipping.highlights")
    assert covers(finding.where, SPOT, share=0.9)
    assert finding.where.x1 - finding.where.x0 <= 110
    true_share = 100 * 120 / rgb_and_alpha()[1].sum()
    assert finding.measured == pytest.approx(true_share, rel=0.15)


def test_shows_where_shadows_are_lost():
    def blackened(rgb, alpha):
        rgb = rgb.copy()
        rgb[250:, :] = 0.005
        return rgb

    finding = the_finding(advise(*a_scene(blackened)), "photo.clipping.shadows")
    assert 240 <= finding.where.y0 <= 265


def test_a_dark_object_in_a_bright_room_is_no_underexposure():
    def dark(rgb, alpha):
        return rgb * (1 - 0.88 * alpha[..., None])

    assert "photo.exposure.under" not in codes(advise(*a_scene(dark)))


def test_sees_an_object_like_its_background():
    def alike(rgb, alpha):
        thing = np.array([0.5, 0.5, 0.52], np.float32) + 0.02 * (rgb - 0.5)
        return np.where(alpha[..., None] > 0.5, thing, 0.49)

    finding = the_finding(advise(*a_scene(alike)), "photo.background.contrast")
    assert covers(finding.where, BOX)
    assert finding.measured > finding.limit


def test_sees_clutter_behind_the_object_and_not_on_it():
    rng = np.random.default_rng(1)
    junk = cv2.resize(rng.random((60, 80, 3), np.float32), (WIDTH, HEIGHT), interpolation=0)

    def behind(rgb, alpha):
        return rgb * alpha[..., None] + junk * (1 - alpha[..., None])

    def onto(rgb, alpha):
        return rgb * (1 - alpha[..., None]) + junk * alpha[..., None]

    assert covers(the_finding(advise(*a_scene(behind)), "photo.background.clutter").where, BOX)
    assert "photo.background.clutter" not in codes(advise(*a_scene(onto)))
    assert "photo.background.clutter" not in codes(advise(*a_scene(behind, cut_out=True)))


@pytest.mark.parametrize(
    ("window", "side"),
    [
        (np.s_[:, 230:], "left"),
        (np.s_[:, :380], "right"),
        (np.s_[160:], "top"),
        (np.s_[:320], "bottom"),
    ],
)
def test_sees_which_side_of_the_frame_cuts_the_object(window, side):
    rgb, alpha = rgb_and_alpha()
    finding = the_finding(advise(as_photo(rgb[window]), as_mask(alpha[window])), "photo.frame.cut")
    height, width = alpha[window].shape
    assert side in finding.message
    edges = {
        "left": finding.where.x0 == 0,
        "right": finding.where.x1 == width,
        "top": finding.where.y0 == 0,
        "bottom": finding.where.y1 == height,
    }
    assert edges[side]


def padded(plane, *, by):
    return cv2.copyMakeBorder(plane, by, by, by, by, cv2.BORDER_REPLICATE)


def test_sees_an_object_that_is_small_in_the_frame():
    rgb, alpha = rgb_and_alpha()
    findings = advise(as_photo(padded(rgb, by=700)), as_mask(padded(alpha, by=700)))
    finding = the_finding(findings, "photo.frame.small")
    assert finding.measured == pytest.approx(340 / 1880, abs=0.02)
    assert covers(finding.where, tuple(v + 700 for v in BOX))


@pytest.mark.parametrize(("factor", "severity"), [(0.5, Severity.WARNING), (0.25, Severity.ERROR)])
def test_counts_the_objects_pixels(factor, severity):
    rgb, alpha = (
        cv2.resize(p, None, fx=factor, fy=factor, interpolation=3) for p in rgb_and_alpha()
    )
    finding = the_finding(advise(as_photo(rgb), as_mask(alpha)), "photo.resolution.low")
    assert finding.measured == pytest.approx(335 * factor, abs=4)
    assert finding.severity is severity


def test_sees_a_second_object_and_shows_it():
    rgb, alpha = rgb_and_alpha()
    alpha[380:460, 530:620] = 1
    rgb[380:460, 530:620] = (0.7, 0.3, 0.3)
    assert "photo.objects.several" not in codes(advise(as_photo(rgb), as_mask(alpha)))
    alpha[200:460, 530:620] = 1
    finding = the_finding(advise(as_photo(rgb), as_mask(alpha)), "photo.objects.several")
    assert covers(finding.where, (530, 200, 620, 460))


def box_alpha():
    alpha = np.zeros((HEIGHT, WIDTH), np.float32)
    alpha[60:420, 140:480] = 1
    return alpha


def test_sees_a_cut_out_that_is_a_box():
    rgb, _ = rgb_and_alpha()
    photo = as_photo(rgb, box_alpha(), cut_out=True)
    for mask in (None, as_mask(box_alpha(), source="alpha-channel")):
        (finding,) = advise(photo, mask)
        assert finding.code == "photo.mask.box"
        assert covers(finding.where, (140, 60, 480, 420), share=0.98)


def test_sees_a_box_of_alpha_also_when_a_network_masked_the_object():
    rgb, alpha = rgb_and_alpha()
    photo = as_photo(rgb, box_alpha(), cut_out=True)
    assert codes(advise(photo, as_mask(alpha, source="u2netp"))) == ["photo.mask.box"]


def test_a_networks_mask_may_be_a_box():
    rgb, _ = rgb_and_alpha()
    assert "photo.mask.box" not in codes(advise(as_photo(rgb), as_mask(box_alpha(), source="net")))


def test_sees_an_inverted_mask_and_says_nothing_else():
    photo, mask = a_scene(noisy)
    (finding,) = advise(photo, as_mask(1 - mask.alpha))
    assert (finding.code, finding.severity) == ("photo.mask.inverted", Severity.ERROR)
    assert covers(finding.where, BOX)


def test_sees_a_half_transparent_mask_as_a_transparent_object():
    photo, mask = a_scene()
    soft = mask.alpha.copy()
    soft[150:350, 220:400] *= 0.5
    finding = the_finding(advise(photo, as_mask(soft)), "photo.surface.transparent")
    assert covers(finding.where, (220, 150, 400, 350))


def test_sees_background_inside_an_outline_as_a_transparent_object():
    def glass(rgb, alpha):
        inside = (alpha > 0.5).astype(np.uint8)
        rim = (inside - cv2.erode(inside, np.ones((9, 9), np.uint8)))[..., None]
        wall = rgb[:, :1]
        return np.where(rim > 0, 0.9, wall * np.ones_like(rgb))

    assert "photo.surface.transparent" in codes(advise(*a_scene(glass)))


def test_sees_many_glints_as_a_mirror():
    rng = np.random.default_rng(2)
    places = rng.integers((200, 120), (420, 380), (40, 2))

    def chrome(rgb, alpha):
        rgb = rgb * (1 - 0.6 * alpha[..., None])
        for x, y in places:
            rgb[y - 5 : y + 5, x - 5 : x + 5] = 1
        return rgb

    finding = the_finding(advise(*a_scene(chrome)), "photo.surface.mirror")
    assert finding.measured > finding.limit


def test_sees_a_view_that_equals_its_mirror_image():
    rgb, alpha = rgb_and_alpha()
    halves = [np.concatenate([p[:, :310], p[:, :310][:, ::-1]], axis=1) for p in (rgb, alpha)]
    findings = advise(as_photo(halves[0]), as_mask(halves[1]))
    finding = the_finding(findings, "photo.view.frontal")
    assert finding.severity is Severity.INFO
    assert finding.measured == pytest.approx(1, abs=0.01)


def test_sees_a_needle_as_a_flat_thing_on_its_edge():
    rgb, _ = rgb_and_alpha()
    alpha = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.line(alpha, (100, 100), (540, 380), 1.0, 12)
    rgb[alpha > 0.5] = (0.8, 0.2, 0.2)
    assert "photo.view.edge_on" in codes(advise(as_photo(rgb), as_mask(alpha)))


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize("code", ["photo.blur.motion", "photo.light.hard_shadow", "photo.noise"])
def test_turning_a_photo_turns_its_findings(code, turn):
    photo, mask = a_scene(PHOTOMETRIC[code])
    upright = the_finding(advise(photo, mask), code)
    rgb = np.rot90(srgb_from_linear(photo.linear_rgb), turn)
    turned = advise(as_photo(rgb), as_mask(np.rot90(mask.alpha, turn)))
    assert the_finding(turned, code).measured == pytest.approx(upright.measured, rel=0.15)


def test_limits_are_options():
    photo, mask = a_scene(PHOTOMETRIC["photo.noise"])
    assert "photo.noise" not in codes(advise(photo, mask, options=AdviceOptions(noise=0.5)))


def test_same_photo_same_advice():
    photo, mask = a_scene(under_light(half_in_shadow))
    assert advise(photo, mask) == advise(photo, mask)


@settings(max_examples=120)
@given(
    size=st.tuples(st.integers(8, 300), st.integers(8, 300)),
    corners=st.tuples(*[st.floats(0, 1)] * 4),
    softness=st.sampled_from([0.0, 0.5, 1.0]),
    look=st.sampled_from(["noise", "flat", "black", "white", "steps"]),
    kind=st.sampled_from(["none", "user", "net", "own alpha"]),
)
def test_any_photo_and_any_mask_get_findings_that_lie_within_the_photo(
    size, corners, softness, look, kind
):
    width, height = size
    rgb = {
        "noise": np.random.default_rng(0).random((height, width, 3)),
        "flat": np.full((height, width, 3), 0.5),
        "black": np.zeros((height, width, 3)),
        "white": np.ones((height, width, 3)),
        "steps": np.indices((height, width)).sum(0)[..., None] // 9 % 2 * np.ones(3),
    }[look]
    x, y = (
        sorted(int(c * side) for c in corners[i : i + 2]) for i, side in ((0, width), (2, height))
    )
    alpha = np.zeros((height, width), np.float32)
    alpha[y[0] : y[1] + 1, x[0] : x[1] + 1] = 1 - 0.5 * softness
    photo = as_photo(rgb, alpha, cut_out=kind == "own alpha")
    mask = as_mask(alpha, source=kind) if kind in ("user", "net") else None
    for finding in advise(photo, mask):
        where = finding.where
        assert 0 <= where.x0 < where.x1 <= width
        assert 0 <= where.y0 < where.y1 <= height
        assert np.isfinite([finding.measured, finding.limit]).all()


SHARED = Path(os.environ.get("BOZZETTO_SHARED", Path(__file__).parents[3] / "shared")) / "photos"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared photographs are not here")
def test_good_cut_outs_earn_no_warning():
    for name in ("chair.png", "flamingo.png", "police_woman.png", "horse.png", "unicorn.png"):
        photo, _ = load_photo(SHARED / "triposr" / name)
        warned = [f for f in advise(photo, None) if f.severity is not Severity.INFO]
        assert not warned, (name, codes(warned))
