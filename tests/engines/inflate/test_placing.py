import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.engines.inflate.grid import WorkingGrid
from bozzetto.engines.inflate.placing import LensOptions, fit_lens, place
from tests.build import a_disc
from tests.engines.silhouettes import cut_out


def a_grid(*, corner=(100.0, 50.0), cell=2.0, height=60, width=80):
    return WorkingGrid(
        distance=np.ones((height, width), np.float32), corner_px=corner, cell_px=(cell, cell)
    )


def some_points(seed):
    return np.random.default_rng(seed).uniform([0, 0, -20], [80, 60, 20], (50, 3))


@given(
    seed=st.integers(0, 2**31),
    focal_px=st.floats(300, 5000),
    corner=st.tuples(st.floats(-50, 500), st.floats(-50, 400)),
)
def test_the_camera_sees_every_point_where_the_grid_has_it(seed, focal_px, corner):
    points = some_points(seed)
    placed = place(points, grid=a_grid(corner=corner), size_px=(640, 480), focal_px=focal_px)
    pixels, depth = placed.camera.project(placed.positions)
    assert depth.min() > 0
    np.testing.assert_allclose(pixels, points[:, :2] * 2 + np.array(corner), atol=2e-3)


@given(seed=st.integers(0, 2**31), corner=st.tuples(st.floats(-50, 500), st.floats(-50, 400)))
def test_the_result_is_a_metre_long_centred_and_on_the_ground(seed, corner):
    placed = place(
        some_points(seed), grid=a_grid(corner=corner), size_px=(640, 480), focal_px=700.0
    )
    low, high = placed.positions.min(axis=0), placed.positions.max(axis=0)
    assert (high - low).max() == pytest.approx(1, abs=1e-6)
    assert low[1] == 0
    np.testing.assert_allclose((low + high)[[0, 2]], 0, atol=1e-6)


def test_up_in_the_photo_is_up_and_towards_the_camera_is_front():
    points = np.array(
        [[10, 30, 0], [70, 30, 0], [40, 10, 0], [40, 50, 0], [40, 30, 9], [40, 30, -9.0]]
    )
    grid = a_grid(corner=(240.0, 180.0))
    left, right, top, bottom, near, far = place(
        points, grid=grid, size_px=(640, 480), focal_px=900.0
    ).positions
    assert left[0] < right[0]
    assert top[1] > bottom[1]
    assert near[2] > far[2]


def test_depth_has_the_scale_of_width():
    points = np.array([[20, 30, 0], [60, 30, 0], [40, 30, 20], [40, 30, -20.0]])
    grid = a_grid(corner=(240.0, 180.0))
    placed = place(points, grid=grid, size_px=(640, 480), focal_px=900.0).positions
    width, depth = placed[1, 0] - placed[0, 0], placed[2, 2] - placed[3, 2]
    assert depth == pytest.approx(width, rel=1e-3)


def test_an_object_off_centre_faces_the_camera_all_the_same():
    grid = a_grid(corner=(460.0, 20.0))
    points = np.array(
        [[0, 30, 0], [80, 30, 0], [40, 0, 0], [40, 60, 0], [40, 30, 10], [40, 30, -10.0]]
    )
    placed = place(points, grid=grid, size_px=(640, 480), focal_px=500.0)
    near, far = placed.positions[4:].astype(np.float64)
    towards = placed.camera.position - far
    along = (near - far) / np.linalg.norm(near - far)
    assert along @ (towards / np.linalg.norm(towards)) > 0.999
    assert along[2] > 0.999


def test_a_flat_wide_lens_never_puts_the_object_behind_itself():
    points = some_points(0) * np.array([1, 1, 40.0])
    placed = place(points, grid=a_grid(), size_px=(640, 480), focal_px=190.0)
    assert placed.camera.project(placed.positions)[1].min() > 0


def test_the_lens_is_the_stated_one_or_a_plausible_one():
    grid = a_grid(corner=(0.0, 0.0), cell=1.0, height=100, width=100)
    alpha = a_disc(height=100, width=100)
    assert fit_lens(cut_out(alpha, focal_px=321.5), grid) == (321.5, ())
    assumed, findings = fit_lens(cut_out(alpha), grid)
    assert assumed == pytest.approx(50 / np.tan(np.radians(15)))
    assert findings == ()
    wide = LensOptions(object_fov_deg=90.0, photo_fov_deg=90.0)
    assert fit_lens(cut_out(alpha), grid, options=wide)[0] == pytest.approx(50)
