import numpy as np
import pytest

from bozzetto.engines.inflate.grid import WorkingGrid
from bozzetto.engines.inflate.profile import (
    ELLIPTIC,
    FULL,
    SLAB,
    Profile,
    _inscribed_balls,  # pyright: ignore[reportPrivateUsage]
    boxiness,
    profile_of,
    squared_half_depth,
)

ROUND = Profile(name="round", depth=1.0, cap=50.0)


def a_grid(distance):
    return WorkingGrid(
        distance=distance.astype(np.float32), corner_px=(0.0, 0.0), cell_px=(1.0, 1.0)
    )


def disc_distance(*, radius, size=100):
    y, x = np.mgrid[:size, :size] + 0.5
    return radius - np.hypot(x - size / 2, y - size / 2)


def strip_distance(*, half, height=60, width=200):
    y, x = np.mgrid[:height, :width] + 0.5
    return np.minimum(half - np.abs(y - height / 2), np.minimum(x - 8, width - 8 - x))


def balls_by_definition(radius):
    """Slow twin: every ball at every cell."""
    rows, columns = np.nonzero(radius > 0)
    i, j = np.indices(radius.shape)
    square = (i[..., None] - rows) ** 2 + (j[..., None] - columns) ** 2
    best = (radius[rows, columns] ** 2 - square).max(axis=-1)
    return np.where(radius > 0, best, 0)


@pytest.mark.parametrize("seed", range(5))
def test_inscribed_balls_agree_with_their_definition(seed):
    rng = np.random.default_rng(seed)
    radius = (rng.random((17, 23)) * 6 * (rng.random((17, 23)) < 0.4)).astype(np.float32)
    np.testing.assert_allclose(_inscribed_balls(radius), balls_by_definition(radius), atol=1e-4)


def test_a_disc_becomes_a_ball():
    distance = disc_distance(radius=40)
    half = np.sqrt(np.maximum(squared_half_depth(a_grid(distance), profile=ROUND), 0))
    truth = np.sqrt(np.maximum(40**2 - (40 - distance) ** 2, 0))
    inner = distance > 3
    np.testing.assert_allclose(half[inner], truth[inner], rtol=0.06)


def test_a_strip_becomes_a_round_tube():
    distance = strip_distance(half=15.5)
    squared = squared_half_depth(a_grid(distance), profile=ROUND)
    middle = np.sqrt(np.maximum(squared[:, 100], 0))
    offsets = np.arange(60) + 0.5 - 30
    truth = np.sqrt(np.maximum(15**2 - offsets**2, 0))
    inner = np.abs(offsets) < 12
    np.testing.assert_allclose(middle[inner], truth[inner], rtol=0.06)


def test_limbs_stay_round_where_bodies_are_flattened():
    y, x = np.mgrid[:160, :260] + 0.5
    body = 60 - np.hypot(x - 80, y - 80)
    limb = np.minimum(8 - np.abs(y - 80.5), 250 - x)
    distance = np.where(x > 80, np.maximum(body, limb), body)
    half = np.sqrt(np.maximum(squared_half_depth(a_grid(distance), profile=ELLIPTIC), 0))
    assert half[80, 80] / 60 < 0.85
    assert half[80, 210] / 8 > 0.9


def test_the_slab_is_flat_across_its_face():
    distance = disc_distance(radius=40)
    half = np.sqrt(np.maximum(squared_half_depth(a_grid(distance), profile=SLAB), 0))
    inner = half[distance > 20]
    assert np.ptp(inner) < 0.12 * inner.max()
    assert inner.max() <= 0.5 * 40


def test_the_zero_set_is_the_outline_whatever_the_profile():
    distance = disc_distance(radius=40.3)
    for profile in (ELLIPTIC, SLAB, FULL):
        squared = squared_half_depth(a_grid(distance), profile=profile)
        np.testing.assert_array_equal(squared > 0, distance > 0)
        row = squared[50]
        edge = np.nonzero(np.diff(np.sign(row)))[0]
        crossing = edge + row[edge] / (row[edge] - row[edge + 1]) + 0.5
        np.testing.assert_allclose(np.abs(crossing - 50), 40.3, atol=0.1)


def test_boxes_are_boxy_and_discs_are_not():
    assert boxiness(strip_distance(half=50, height=120) > 0) > 0.5
    assert boxiness(strip_distance(half=15) > 0) == 0  # A bar.
    assert boxiness(disc_distance(radius=40) > 0) == 0


def test_seeds_name_their_variant_and_draw_within_the_plausible_range():
    assert [profile_of(seed).name for seed in range(3)] == ["elliptic", "slab", "full"]
    drawn = [profile_of(seed) for seed in range(3, 60)]
    assert drawn == [profile_of(seed) for seed in range(3, 60)]
    assert len({(profile.depth, profile.cap) for profile in drawn}) == len(drawn)
    assert all(0.55 <= profile.depth <= 1.15 for profile in drawn)
    assert all(0.3 <= profile.cap <= 2 for profile in drawn)
