import numpy as np
import pytest
import trimesh

from bozzetto.geometry.raycast import Raycaster
from bozzetto_train.scenes.carve import BAND, CELLS, EXTENT, SKIN, carve, fibonacci_sphere
from tests.train.build_scene import box, object_of, sphere

CELL = EXTENT / CELLS


def carved(model):
    return carve(model, Raycaster(model.positions, model.triangles))


def random_points(count, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 3)).astype(np.float32)


def test_a_sphere_has_the_distance_of_a_sphere():
    points = random_points(4000)
    expected = np.clip(np.linalg.norm(points, axis=1) - 0.4 - SKIN, -BAND, BAND)
    error = np.abs(carved(sphere(0.4)).at(points) - expected)
    # A grid cannot follow the cut-off of the band exactly.
    assert error.max() < CELL / 2
    assert error.mean() < 0.001


def test_the_far_side_of_walls_is_solid_when_the_box_is_closed():
    field = carved(box(0.6, 0.5, 0.4))
    assert field.at(np.zeros((1, 3), np.float32))[0] == pytest.approx(-BAND)
    assert field.at(np.array([[0.0, 0.0, 0.45]], np.float32))[0] == pytest.approx(BAND)


def test_a_box_without_a_lid_is_hollow():
    walls = trimesh.creation.box(extents=(0.6, 0.6, 0.6))
    lid = walls.face_normals[:, 1] > 0.9
    walls.update_faces(~lid)
    field = carved(object_of(walls))
    assert field.at(np.zeros((1, 3), np.float32))[0] > 0
    assert field.at(np.array([[0.0, -0.3, 0.0]], np.float32))[0] < 0


def test_a_wire_thinner_than_a_cell_stays_solid_along_its_whole_length():
    wire = object_of(trimesh.creation.cylinder(radius=CELL / 5, height=0.9, sections=8))
    along = np.linspace(-0.44, 0.44, 400)
    axis = np.stack([np.zeros(400), np.zeros(400), along], axis=1).astype(np.float32)
    assert (carved(wire).at(axis) < 0).mean() > 0.97


def test_a_single_sheet_keeps_a_thickness():
    sheet = trimesh.Trimesh(
        vertices=[[-0.4, -0.4, 0], [0.4, -0.4, 0], [0.4, 0.4, 0], [-0.4, 0.4, 0]],
        faces=[[0, 1, 2], [0, 2, 3]],
        process=False,
    )
    points = random_points(200)
    points[:, :2] *= 0.7
    points[:, 2] = 0
    assert (carved(object_of(sheet)).at(points) < 0.001).all()


def test_overlapping_parts_are_one_solid():
    parts = trimesh.util.concatenate(
        [
            trimesh.creation.box(extents=(0.5, 0.2, 0.2)),
            trimesh.creation.box(extents=(0.2, 0.5, 0.2)),
        ]
    )
    assert carved(object_of(parts)).at(np.zeros((1, 3), np.float32))[0] == pytest.approx(-BAND)


def test_directions_are_unit_and_cover_every_octant():
    directions = fibonacci_sphere(26)
    assert np.allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-5)
    assert len({tuple(row) for row in (directions > 0)}) == 8
