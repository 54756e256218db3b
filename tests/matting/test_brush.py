import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.findings import Region
from bozzetto.matting.brush import covered_box, covered_pixels

COORDINATES = st.floats(-30, 60, width=32)
POINTS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=6)


def distances(points, box):
    """Slow twin: each pixel centre's distance from the polyline, by projection."""
    y, x = np.mgrid[box.y0 : box.y1, box.x0 : box.x1] + 0.5
    pixel = np.stack([x, y], axis=-1)
    best = np.full(x.shape, np.inf)
    for a, b in zip(points[:1] + points[:-1], points, strict=True):
        a, along = np.array(a), np.array(b) - np.array(a)
        t = ((pixel - a) @ along) / max(along @ along, 1e-30)
        nearest = a + np.clip(t, 0, 1)[..., None] * along
        best = np.minimum(best, np.linalg.norm(pixel - nearest, axis=-1))
    return best


@given(POINTS, st.floats(0.1, 12))
def test_covers_exactly_the_centres_within_the_radius(points, radius):
    box = Region(x0=3, y0=5, x1=33, y1=29)
    distance = distances(points, box)
    covered = covered_pixels(np.array(points, np.float32), radius, box=box)
    clear = np.abs(distance - radius) > 1e-6
    assert (covered == (distance <= radius))[clear].all()


@given(POINTS, st.floats(0.1, 12))
def test_nothing_outside_the_box_is_covered(points, radius):
    array = np.array(points, np.float32)
    whole = covered_pixels(array, radius, box=Region(x0=0, y0=0, x1=40, y1=30))
    box = covered_box(array, radius, width=40, height=30)
    if box is not None:
        whole[box.y0 : box.y1, box.x0 : box.x1] = False
    assert not whole.any()


def test_a_dot_of_one_and_a_half_pixels_covers_three_by_three():
    covered = covered_pixels(
        np.array([[2.5, 2.5]], np.float32), 1.5, box=Region(x0=0, y0=0, x1=5, y1=5)
    )
    expected = np.zeros((5, 5), bool)
    expected[1:4, 1:4] = True
    np.testing.assert_array_equal(covered, expected)


def test_points_of_any_size_are_cut_at_the_picture():
    far = np.array([[-3e38, 4.5], [3e38, 4.5]], np.float32)
    box = covered_box(far, 1.0, width=8, height=9)
    assert box == Region(x0=0, y0=3, x1=8, y1=6)
    covered = covered_pixels(far, 0.6, box=box)
    np.testing.assert_array_equal(covered.any(axis=1), [False, True, False])
    assert covered[1].all()


def test_a_stroke_beside_the_picture_has_no_box():
    assert covered_box(np.array([[-9, 4]], np.float32), 8.9, width=8, height=9) is None


def test_many_points_cover_what_their_line_covers():
    box = Region(x0=0, y0=0, x1=50, y1=20)
    ends = np.array([[5, 5], [45, 15]], np.float64)
    dense = ends[0] + np.linspace(0, 1, 3000)[:, None] * (ends[1] - ends[0])
    np.testing.assert_array_equal(
        covered_pixels(dense.astype(np.float32), 3.3, box=box),
        covered_pixels(ends.astype(np.float32), 3.3, box=box),
    )
