"""The guided filter against its own definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.matting.guided import guided_filter


def slow_guided_filter(source, guide, radius, epsilon):
    """Equations 14 to 16 of the paper, window by window."""

    def windows(plane, y, x):
        padded = np.pad(plane, [(radius, radius)] * 2 + [(0, 0)] * (plane.ndim - 2), "symmetric")
        return padded[y : y + 2 * radius + 1, x : x + 2 * radius + 1]

    height, width = source.shape
    slopes = np.zeros((height, width, 3))
    offsets = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            colours = windows(guide.astype(np.float64), y, x).reshape(-1, 3)
            values = windows(source.astype(np.float64), y, x).ravel()
            centred = colours - colours.mean(axis=0)
            covariance = centred.T @ centred / len(colours) + epsilon * np.eye(3)
            slopes[y, x] = np.linalg.solve(covariance, centred.T @ values / len(colours))
            offsets[y, x] = values.mean() - slopes[y, x] @ colours.mean(axis=0)
    result = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            slope = windows(slopes, y, x).reshape(-1, 3).mean(axis=0)
            result[y, x] = slope @ guide[y, x] + windows(offsets, y, x).mean()
    return result


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), radius=st.integers(1, 3))
def test_matches_the_window_by_window_twin(seed, radius):
    rng = np.random.default_rng(seed)
    source, guide = rng.random((9, 11), np.float32), rng.random((9, 11, 3), np.float32)
    fast = guided_filter(source, guide, radius_px=radius, epsilon=1e-2)
    np.testing.assert_allclose(fast, slow_guided_filter(source, guide, radius, 1e-2), atol=2e-3)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_constant_stays(level):
    guide = np.random.default_rng(0).random((20, 20, 3), np.float32)
    source = np.full((20, 20), level, np.float32)
    result = guided_filter(source, guide, radius_px=3, epsilon=1e-4)
    np.testing.assert_allclose(result, level, atol=1e-4)


def test_a_displaced_edge_moves_to_the_picture_edge():
    guide = np.zeros((40, 40, 3), np.float32)
    guide[:, 20:] = (0.8, 0.4, 0.2)
    source = np.zeros((40, 40), np.float32)
    source[:, 22:] = 1
    result = guided_filter(source, guide, radius_px=4, epsilon=1e-5)
    assert result[20, 20] > 0.5 > result[20, 19]
