import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.watertight import (
    closed_manifold_defects,
    enclosed_volume,
    euler_number,
    is_closed_manifold,
)
from tests.build import a_sphere


def defects_of(positions, triangles):
    return " ".join(closed_manifold_defects(positions, np.asarray(triangles, np.int32)))


def test_accepts_a_sphere_and_names_what_is_wrong_with_spoilt_ones():
    ball = a_sphere(subdivisions=1)
    faces = ball.triangles
    flipped = np.concatenate([faces[:1, ::-1], faces[1:]])
    assert is_closed_manifold(ball)
    assert "3 edges have one triangle only" in defects_of(ball.positions, faces[1:])
    assert "3 edges have more than two" in defects_of(ball.positions, [*faces, faces[0]])
    assert "3 edges have triangles of opposite" in defects_of(ball.positions, flipped)
    assert "inside out" in defects_of(ball.positions, faces[:, ::-1])
    assert "join a vertex to itself" in defects_of(ball.positions, [*faces, [0, 0, 1]])
    assert "no triangles" in defects_of(ball.positions, np.zeros((0, 3)))


def test_a_mesh_cut_along_seams_counts_as_open():
    ball = a_sphere(subdivisions=1)
    torn = Mesh(
        positions=ball.positions[ball.triangles.ravel()],
        triangles=np.arange(ball.triangles.size, dtype=np.int32).reshape(-1, 3),
    )
    assert not is_closed_manifold(torn)


def test_volume_of_a_box_is_exact_wherever_it_stands():
    box = trimesh.creation.box((1, 2, 3))
    positions = (box.vertices + np.array([100, 0, -50])).astype(np.float32)
    assert enclosed_volume(positions, box.faces.astype(np.int32)) == pytest.approx(6, rel=1e-6)


def test_euler_number_counts_handles():
    ring = trimesh.creation.torus(1.0, 0.3)
    assert euler_number(ring.faces.astype(np.int32)) == 0
    assert euler_number(a_sphere(subdivisions=1).triangles) == 2
