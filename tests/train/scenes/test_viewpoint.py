import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto_train.scenes.photograph import camera_of
from bozzetto_train.scenes.viewpoint import FILL, look_at_object, random_viewpoint, turned_to
from tests.train.build_scene import box

ANGLES = st.floats(-3, 3)


def view(model=None, **changes):
    values = {
        "azimuth": 0.0,
        "elevation": 0.0,
        "roll": 0.0,
        "fov": 0.6,
        "fill": 0.9,
        "offset": (0.0, 0.0),
        "positions": (model or box(0.4, 0.6, 0.5)).positions,
    }
    return look_at_object(**(values | changes))


@given(azimuth=ANGLES, elevation=st.floats(-1.2, 1.2), roll=st.floats(-0.3, 0.3))
def test_the_camera_is_a_right_handed_frame_that_sees_the_object(azimuth, elevation, roll):
    rotation = view(azimuth=azimuth, elevation=elevation, roll=roll).camera_from_world
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)


@given(azimuth=ANGLES, elevation=st.floats(-1, 1), x=st.floats(-1, 1), y=st.floats(-1, 1))
def test_the_object_fills_its_share_of_the_crop(azimuth, elevation, x, y):
    model = box(0.4, 0.6, 0.5)
    viewpoint = view(model, azimuth=azimuth, elevation=elevation, offset=(x, y), fill=0.6)
    pixels, depth = camera_of(viewpoint, size=100).project(model.positions)
    assert (depth > 0).all()
    extent = pixels.max(axis=0) - pixels.min(axis=0)
    assert extent.max() == pytest.approx(100 * FILL, rel=1e-5)
    assert np.allclose((pixels.max(axis=0) + pixels.min(axis=0)) / 2, 50, atol=1e-3)


@pytest.mark.parametrize("elevation", [-0.3, 0.0, 0.7])
def test_up_tells_the_elevation(elevation):
    up = view(elevation=elevation).up
    # Perspective moves the centre of the crop a little off the object's centre.
    assert np.allclose(up, [0, -np.cos(elevation), -np.sin(elevation)], atol=0.03)


def test_azimuth_of_a_quarter_turn_looks_at_the_objects_left():
    assert view(azimuth=np.pi / 2).position[0] > 0.5
    assert view(azimuth=0.0).position[2] > 0.5


def test_turning_to_a_ray_brings_it_to_the_axis_and_does_not_roll():
    turn = turned_to((0.3, -0.2))
    ray = np.array([0.3, -0.2, 1.0])
    assert np.allclose(turn @ ray, [0, 0, np.linalg.norm(ray)])
    axis = np.cross(ray, [0, 0, 1.0])
    assert np.allclose(turn @ axis, axis)


def test_random_views_are_the_same_for_the_same_seed_and_favour_the_front():
    positions = box(0.4, 0.6, 0.5).positions

    def position(seed):
        return random_viewpoint(np.random.default_rng(seed), positions).position

    assert np.array_equal(position(5), position(5))
    places = np.array([position(seed) for seed in range(300)])
    outward = places / np.linalg.norm(places, axis=1, keepdims=True)
    assert (outward[:, 2] > 0.5).mean() > 0.45
    assert (outward[:, 2] < -0.5).mean() > 0.08
    assert ((outward[:, 1] > -0.03) & (outward[:, 1] < 0.65)).mean() > 0.75
