import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.engines.network.crop import Crop
from bozzetto.engines.network.frustum import Frustum, frustum_of, smallest_rotation
from bozzetto.engines.network.prediction import FARTHEST, NEAREST

TANGENTS = st.floats(-0.8, 0.8)


@settings(max_examples=30)
@given(cx=TANGENTS, cy=TANGENTS, h=st.floats(0.03, 1.5), seed=st.integers(0, 99))
def test_coordinates_and_points_are_each_other_s_inverse(cx, cy, h, seed):
    frustum = Frustum(centre=(cx, cy), tan_half=h)
    uvw = np.random.default_rng(seed).uniform([-1, -1, NEAREST], [1, 1, FARTHEST], (20, 3))
    points = frustum.points_in_camera(uvw)
    assert points[:, 2].min() > 0  # However wide the lens, nothing gets behind it.
    np.testing.assert_allclose(frustum.coordinates(points), uvw, atol=1e-9)


def test_the_crop_is_one_wide_where_the_depth_is_zero():
    frustum = Frustum(centre=(0.1, -0.2), tan_half=0.3)
    left, right = frustum.points_in_camera(np.array([[-1.0, 0, 0], [1.0, 0, 0]]))
    assert right[0] - left[0] == pytest.approx(1)


def test_a_pixel_lies_on_its_ray():
    crop = Crop(corner_px=(100, 20), side_px=200)
    frustum = frustum_of(crop, size_px=(640, 480), focal_px=500.0)
    u, v = crop.coordinates(np.array([[150.0, 60.0]]))[0]
    x, y, z = frustum.points_in_camera(np.array([[u, v, 0.4]]))[0]
    assert x / z * 500 + 320 == pytest.approx(150)
    assert y / z * 500 + 240 == pytest.approx(60)


@settings(max_examples=30)
@given(x=TANGENTS, y=TANGENTS)
def test_the_smallest_rotation_turns_start_to_end_about_their_common_normal(x, y):
    start, end = np.array([0, 0, 1.0]), np.array([x, y, 1.0])
    rotation = smallest_rotation(start, end)
    np.testing.assert_allclose(rotation @ start, end / np.linalg.norm(end), atol=1e-12)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    axis = np.cross(start, end)
    np.testing.assert_allclose(rotation @ axis, axis, atol=1e-12)
