import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.sculpting.warp import WarpOptions, fit_warp
from tests.build import a_front_camera


def a_circle(*, count=200, radius=40.0):
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return 64 + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def fitted(ways, *, points=None, stiffness=0.03):
    points = a_circle() if points is None else points
    options = WarpOptions(stiffness=stiffness)
    weights = np.ones(len(points))
    return fit_warp(points, ways, weights=weights, cell_px=2.0, options=options)


def test_a_warp_takes_its_points_where_they_should_go():
    points = a_circle()
    ways = 0.05 * (points - 64)
    np.testing.assert_allclose(fitted(ways).at(points), ways, atol=0.15)


def test_a_shift_of_the_outline_shifts_what_is_inside_too():
    ways = np.tile([1.5, -0.5], (200, 1))
    inside = np.random.default_rng(0).uniform(45, 83, (50, 2))
    np.testing.assert_allclose(fitted(ways).at(inside), np.tile([1.5, -0.5], (50, 1)), atol=0.3)


def test_a_pull_in_one_place_fades():
    points = np.concatenate([a_circle(), [[400.0, 64.0]]])
    ways = np.concatenate([np.tile([1.0, 0.0], (200, 1)), [[0.0, 0.0]]])
    near, far = fitted(ways, points=points).at(np.array([[110.0, 64.0], [330.0, 64.0]]))
    assert near[0] > 0.8
    assert abs(far[0]) < 0.1


def test_beyond_the_grid_the_border_repeats():
    warp = fitted(np.random.default_rng(3).normal(0, 0.5, (200, 2)))
    np.testing.assert_array_equal(warp.at(np.array([[-500.0, -500.0]]))[0], warp.values[0, 0])


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), size=st.floats(0, 30))
def test_no_warp_folds_the_picture_however_wild_its_points(seed, size):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 60, (80, 2))
    warp = fitted(rng.normal(0, size, (80, 2)), points=points)
    for axis in range(2):
        step = np.diff(warp.values[..., 1 - axis], axis=axis) / warp.cell_px
        assert (1 + step > 0).all()


def test_points_keep_their_depth_and_go_where_the_picture_goes():
    camera = a_front_camera()
    rng = np.random.default_rng(1)
    positions = rng.uniform(-0.4, 0.4, (60, 3)) + np.array([0, 0.5, 0])
    pixels, depth = camera.project(positions)
    warp = fit_warp(pixels, rng.normal(0, 0.4, (60, 2)), weights=np.ones(60), cell_px=3.0)
    after, depth_after = camera.project(warp.move(positions, camera))
    np.testing.assert_allclose(depth_after, depth, atol=1e-12)
    np.testing.assert_allclose(after, pixels + warp.at(pixels), atol=1e-9)


def test_a_look_up_between_nodes_is_bilinear():
    warp = fitted(np.random.default_rng(2).normal(0, 0.5, (200, 2)))
    corner = warp.corner_px + warp.cell_px * np.array([7, 5])
    at = warp.at((corner + warp.cell_px * np.array([0.25, 0.5]))[None])[0]
    v = warp.values[5:7, 7:9]
    by_hand = (v[0, 0] * 0.75 + v[0, 1] * 0.25 + v[1, 0] * 0.75 + v[1, 1] * 0.25) / 2
    assert at == pytest.approx(by_hand)
