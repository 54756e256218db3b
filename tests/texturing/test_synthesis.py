import numpy as np

from bozzetto.texturing.photo_source import prepare_photo
from bozzetto.texturing.synthesis import synthesize_detail
from tests.build import a_sphere
from tests.texturing.scene import camera_at, marked_paint, photograph

LOW, SIZE = np.array([-0.5, 0, -0.5], np.float32), np.ones(3, np.float32)


def a_source(paint=marked_paint, *, size=256):
    camera = camera_at(0, size=size)
    return prepare_photo(
        photograph(a_sphere(subdivisions=4), camera, paint), camera, texels_per_pixel=1.0
    )


def everywhere(color):
    """A guide that meets one colour, whatever the ray."""

    def guide(starts, directions):
        colors = np.broadcast_to(np.array(color, np.float32), starts.shape).copy()
        return colors, np.ones(len(starts), bool)

    return guide


def made(color, *, seed=0, paint=marked_paint):
    return synthesize_detail(
        a_source(paint), low=LOW, size=SIZE, guide=everywhere(color), seed=seed
    )


def points_behind(count=4000):
    xy = np.random.default_rng(1).uniform(-0.3, 0.3, (count, 2))
    points = np.stack([xy[:, 0], xy[:, 1] + 0.5, np.full(count, -0.4)], axis=1).astype(np.float32)
    return points, np.broadcast_to(np.array([0, 0, -1], np.float32), points.shape).copy()


def test_like_colours_get_grain_and_no_mark():
    detail = made((0.63, 0.63, 0.63)).at(*points_behind())
    assert 0.002 < detail.std() < 0.03
    # The mark is red: blue and green would fall where it was pasted.
    assert np.abs(detail[:, 0] - detail[:, 2]).max() < 0.1


def test_colours_that_the_photo_does_not_show_get_no_detail():
    assert np.abs(made((0.1, 0.9, 0.1)).at(*points_behind())).max() < 1e-6


def test_a_seed_decides_and_repeats():
    first, again, other = (made((0.63, 0.63, 0.63), seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first.sides[4], again.sides[4])
    assert (first.sides[4] != other.sides[4]).any()


def test_a_photo_too_small_to_hold_detail_gives_none():
    source = a_source(size=24)
    guide = everywhere((0.5, 0.5, 0.5))
    assert synthesize_detail(source, low=LOW, size=SIZE, guide=guide, seed=0) is None
