import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.qa.rendering.cameras import (
    SIX_SIDES,
    THREE_QUARTER,
    orbit_camera,
    side_cameras,
    turntable_cameras,
)
from tests.build import a_sphere

TOWARD = {
    "front": (0, 0, 1), "right": (1, 0, 0), "back": (0, 0, -1),
    "left": (-1, 0, 0), "top": (0, 1, 0), "bottom": (0, -1, 0),
}  # fmt: skip


def a_cloud(seed, *, scale):
    """Random triangles."""
    points = np.random.default_rng(seed).normal(size=(30, 3)) * scale + [1, 2, 3]
    return Mesh(
        positions=points.astype(np.float32), triangles=np.arange(30, dtype=np.int32).reshape(-1, 3)
    )


@settings(max_examples=30)
@given(seed=st.integers(0, 999), scale=st.tuples(*[st.floats(1e-3, 100)] * 3))
def test_everything_fits_and_something_touches_the_margin(seed, scale):
    mesh = a_cloud(seed, scale=scale)
    reach = 0.0
    for named in side_cameras(mesh, size_px=100, names=(*SIX_SIDES, THREE_QUARTER), margin=0.1):
        pixels, depth = named.camera.project(mesh.positions)
        assert (depth > 0).all()
        assert (pixels > 9.99).all()
        assert (pixels < 90.01).all()
        reach = max(reach, np.abs(pixels - 50).max())
    assert reach == pytest.approx(40, abs=0.01)


@pytest.mark.parametrize("name", SIX_SIDES)
def test_each_side_is_seen_from_where_its_name_says(name):
    ball = a_sphere()
    (named,) = side_cameras(ball, size_px=10, names=(name,))
    away = named.camera.position - [0, 0.5, 0]
    np.testing.assert_allclose(away / np.linalg.norm(away), TOWARD[name], atol=1e-6)


@pytest.mark.parametrize("name", ["front", "right", "back", "left", THREE_QUARTER])
def test_up_is_up(name):
    (named,) = side_cameras(a_sphere(), size_px=10, names=(name,))
    assert named.camera.world_from_camera.rotation[1, 1] < -0.9


def test_a_turntable_begins_at_the_front_and_goes_to_the_right():
    cameras = turntable_cameras(a_sphere(), size_px=10, count=4, elevation_deg=0.0)
    positions = [named.camera.position for named in cameras]
    assert positions[0][2] > 1
    assert positions[1][0] > 1
    assert [named.name for named in cameras] == ["0", "90", "180", "270"]


def test_an_orbit_camera_is_one_of_the_turntable():
    (one, *_) = turntable_cameras(a_sphere(), size_px=10, count=1, elevation_deg=20.0)
    orbit = orbit_camera(a_sphere(), size_px=10, azimuth_deg=0.0, elevation_deg=20.0)
    np.testing.assert_allclose(orbit.position, one.camera.position)
