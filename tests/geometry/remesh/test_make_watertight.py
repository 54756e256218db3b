import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.geometry.closest import closest_points
from bozzetto.geometry.measure.watertight import enclosed_volume, is_closed_manifold
from bozzetto.geometry.remesh.make_watertight import RemeshOptions, make_watertight
from tests.build import a_sphere

COARSE = RemeshOptions(resolution=48)


def a_broken_ball():
    """Pinholes, a flipped triangle, a duplicate, and another ball pushed into it."""
    ball = a_sphere(subdivisions=4)
    faces = np.delete(ball.triangles, np.arange(0, 500, 25), axis=0)
    faces = np.concatenate([faces[:3, ::-1], faces[3:], faces[-1:]])
    other = trimesh.creation.icosphere(subdivisions=3, radius=0.2)
    positions = np.concatenate([ball.positions, other.vertices + np.array([0.5, 0.5, 0])])
    return Mesh(
        positions=positions.astype(np.float32),
        triangles=np.concatenate([faces, other.faces + ball.num_vertices]).astype(np.int32),
        colors=positions.astype(np.float32),
    )


def test_a_closed_mesh_comes_back_unchanged():
    ball = a_sphere()
    assert make_watertight(ball).mesh is ball


def test_a_broken_mesh_becomes_one_closed_surface_near_the_old_one():
    broken = a_broken_ball()
    result = make_watertight(broken, options=COARSE)
    assert is_closed_manifold(result.mesh)
    assert "one triangle only" in result.findings[0].message
    from_balls = [
        np.linalg.norm(broken.positions - c, axis=1) for c in ([0, 0.5, 0], [0.5, 0.5, 0])
    ]
    outside = (from_balls[0] > 0.499) & (from_balls[1] > 0.199)
    node = 1.2 / COARSE.resolution
    assert closest_points(result.mesh, broken.positions[outside]).distance.max() < 2 * node
    sphere = 4 / 3 * np.pi * 0.5**3
    assert sphere < enclosed_volume(result.mesh.positions, result.mesh.triangles) < 1.1 * sphere
    np.testing.assert_allclose(result.mesh.colors, result.mesh.positions, atol=2 * node)


def test_a_mesh_inside_out_is_turned_right():
    ball = a_sphere()
    inverted = Mesh(positions=ball.positions, triangles=ball.triangles[:, ::-1].copy())
    assert is_closed_manifold(make_watertight(inverted, options=COARSE).mesh)


def test_refuses_what_encloses_nothing():
    sheet = Mesh(
        positions=np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32),
        triangles=np.array([[0, 1, 2]], np.int32),
    )
    with pytest.raises(InputError, match="encloses a volume"):
        make_watertight(sheet, options=COARSE)
