import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.capture.overlay import draw_overlay
from bozzetto.findings import Finding, Region, Severity
from tests.build import a_photo

MAGENTA = (255, 0, 200)


def a_finding(code="photo.frame.small", *, where=None, severity=Severity.WARNING):
    return Finding(
        code=code, severity=severity, message="Something is off.", fix="Mend it.", where=where
    )


@settings(max_examples=20)
@given(
    width=st.integers(8, 1800),
    height=st.integers(8, 1800),
    spot=st.tuples(*[st.floats(0, 0.95)] * 2),
    code=st.sampled_from(["photo.frame.cut", "photo.blur.focus", "photo.clipping.highlights"]),
)
def test_keeps_the_aspect_and_stays_within_1024_pixels(width, height, spot, code):
    x0, y0 = int(spot[0] * width), int(spot[1] * height)
    where = Region(x0=x0, y0=y0, x1=min(width, x0 + 9), y1=min(height, y0 + 9))
    picture = draw_overlay(a_photo(width=width, height=height), a_finding(code, where=where))
    longest = max(picture.shape)
    assert 480 <= longest <= 1024
    assert min(picture.shape[:2]) == pytest.approx(
        longest * min(width, height) / max(width, height), abs=1
    )


def test_dims_what_lies_outside_the_region():
    photo = a_photo(width=640, height=480)
    where = Region(x0=320, y0=160, x1=600, y1=320)
    picture = draw_overlay(photo, a_finding(where=where)).astype(float)
    inside, outside = picture[200:300, 400:500].mean(), picture[200:300, 40:280].mean()
    assert outside == pytest.approx(0.4 * inside, rel=0.05)


@pytest.mark.parametrize("severity", list(Severity))
def test_outlines_the_region_in_the_colour_of_the_severity(severity):
    where = Region(x0=100, y0=100, x1=400, y1=300)
    picture = draw_overlay(
        a_photo(width=640, height=480), a_finding(where=where, severity=severity)
    )
    edge = picture[200, 100]
    assert (picture[150:250, 100] == edge).all()
    assert np.ptp(edge.astype(int)) > 100


def test_paints_burnt_pixels_and_no_others():
    photo = a_photo(width=640, height=480)
    linear = np.array(photo.linear_rgb)
    linear[200:240, 300:360] = 1
    burnt = type(photo)(name="b", sha256="0", linear_rgb=linear)
    where = Region(x0=250, y0=150, x1=450, y1=300)
    picture = draw_overlay(burnt, a_finding("photo.clipping.highlights", where=where))
    painted = (picture == MAGENTA).all(axis=2)
    expected = np.zeros_like(painted)
    expected[200:240, 300:360] = True
    np.testing.assert_array_equal(painted, expected)


def test_magnifies_a_piece_of_a_blurred_photo_without_mixing_pixels():
    photo = a_photo(width=640, height=480)
    where = Region(x0=0, y0=0, x1=320, y1=240)
    picture = draw_overlay(photo, a_finding("photo.blur.focus", where=where))
    inset = picture[-160:-6, -160:-6]  # The corner farthest from the piece.
    changes = (np.abs(np.diff(inset.astype(int), axis=1)).sum(axis=2) > 0).mean()
    assert changes < 0.5  # Each pixel of the photo spans several columns.


def test_writes_a_caption_away_from_the_region():
    photo = a_photo(width=640, height=480)
    low = draw_overlay(photo, a_finding(where=Region(x0=0, y0=300, x1=640, y1=480)))
    high = draw_overlay(photo, a_finding(where=Region(x0=0, y0=0, x1=640, y1=180)))
    assert (low[2] == (20, 20, 24)).all()
    assert (high[-3] == (20, 20, 24)).all()


def test_a_finding_without_a_region_is_about_the_whole_photo():
    photo = a_photo(width=640, height=480)
    whole = Region(x0=0, y0=0, x1=640, y1=480)
    np.testing.assert_array_equal(
        draw_overlay(photo, a_finding()), draw_overlay(photo, a_finding(where=whole))
    )
