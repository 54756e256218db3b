import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.geometry.compare.normalization import Frame, normalize

seeds = st.integers(0, 2**32 - 1)


def some_points(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(50, 3)) * rng.uniform(0.1, 5, 3) + rng.normal(size=3)


@given(seed=seeds)
def test_box_is_centred_with_its_longest_side_two(seed):
    points = some_points(seed)
    there = normalize(points, frame=Frame.BOX).apply(points)
    low, high = there.min(axis=0), there.max(axis=0)
    np.testing.assert_allclose(low, -high, atol=1e-12)
    assert (high - low).max() == pytest.approx(2)


@given(seed=seeds)
def test_unit_sphere_is_touched_and_not_left(seed):
    points = some_points(seed)
    there = normalize(points, frame=Frame.UNIT_SPHERE).apply(points)
    assert np.linalg.norm(there, axis=1).max() == pytest.approx(1)


@given(seed=seeds)
def test_zeroshape_takes_the_mean_and_no_depth(seed):
    points = some_points(seed)
    there = normalize(points, frame=Frame.ZEROSHAPE).apply(points)
    np.testing.assert_allclose(there.mean(axis=0), 0, atol=1e-12)
    assert np.ptp(there[:, :2], axis=0).max() == pytest.approx(1)


@given(seed=seeds, frame=st.sampled_from(Frame))
def test_size_and_place_do_not_matter_afterwards(seed, frame):
    points = some_points(seed)
    other = points * 3.7 + [1, -2, 3]
    np.testing.assert_allclose(
        normalize(points, frame=frame).apply(points),
        normalize(other, frame=frame).apply(other),
        atol=1e-9,
    )
