import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from tests.build import a_front_camera


def test_a_point_on_the_axis_falls_on_the_principal_point():
    camera = a_front_camera(target_height=0.5)
    pixels, depth = camera.project(np.array([[0.0, 0.5, 0.0]]))
    np.testing.assert_allclose(pixels, [camera.centre_px])
    np.testing.assert_allclose(depth, [3.0])


def test_up_in_the_world_is_up_in_the_picture_and_right_is_right():
    camera = a_front_camera()
    pixels, _ = camera.project(np.array([[0.0, 0.5, 0.0], [0.0, 0.6, 0.0], [0.1, 0.5, 0.0]]))
    assert pixels[1, 1] < pixels[0, 1]
    assert pixels[2, 0] > pixels[0, 0]


def test_by_hand():
    camera = Camera(
        width=100,
        height=80,
        focal_px=50.0,
        centre_px=(50.0, 40.0),
        world_from_camera=Rigid.identity(),
    )
    pixels, depth = camera.project(np.array([[1.0, 2.0, 4.0]]))
    np.testing.assert_allclose(pixels, [[62.5, 65.0]])
    assert depth[0] == 4.0


@given(st.integers(0, 2**32 - 1))
def test_rays_go_through_what_was_projected(seed):
    camera = a_front_camera()
    points = np.random.default_rng(seed).uniform(-0.5, 0.5, (7, 3))
    pixels, _ = camera.project(points)
    to_point = points - camera.position
    to_point /= np.linalg.norm(to_point, axis=1, keepdims=True)
    np.testing.assert_allclose(camera.rays_in_world(pixels), to_point, atol=1e-12)


def test_a_resized_camera_sees_the_same_view():
    camera, points = a_front_camera(), np.random.default_rng(0).uniform(-0.4, 0.4, (9, 3))
    half = camera.resized(width=64, height=48)
    np.testing.assert_allclose(half.project(points)[0] * 2, camera.project(points)[0])


def test_a_cropped_camera_sees_a_window_of_the_view():
    camera, points = a_front_camera(), np.random.default_rng(0).uniform(-0.4, 0.4, (9, 3))
    window = camera.cropped(x0=10, y0=5, width=50, height=40)
    np.testing.assert_allclose(window.project(points)[0] + [10, 5], camera.project(points)[0])


def test_another_aspect_is_refused():
    with pytest.raises(ValueError, match="aspect"):
        a_front_camera().resized(width=64, height=96)
