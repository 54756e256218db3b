import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import vertex_normals
from bozzetto.sculpting.fairing import FairingOptions, fair, local_thickness
from tests.sculpting.shapes import a_ball, a_stepped_ball, volume


def normal_error_deg(mesh):
    """Mean angle between the mesh's normals and those of a ball about (0, 0.5, 0)."""
    outwards = mesh.positions - np.array([0, 0.5, 0])
    outwards = outwards / np.linalg.norm(outwards, axis=1, keepdims=True)
    cosine = np.einsum("ij,ij->i", outwards, vertex_normals(mesh.positions, mesh.triangles))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean())


def test_the_steps_of_a_coarse_volume_vanish():
    stepped = a_stepped_ball(cells=24)
    smooth = fair(stepped, options=FairingOptions(wave=0.25, farthest=0.05))
    assert normal_error_deg(stepped) > 20
    assert normal_error_deg(smooth) < 10


def test_volume_and_connectivity_stay():
    stepped = a_stepped_ball()
    smooth = fair(stepped, options=FairingOptions(wave=0.25, farthest=0.05))
    assert volume(smooth) == pytest.approx(volume(stepped), rel=0.01)
    np.testing.assert_array_equal(smooth.triangles, stepped.triangles)


def test_no_vertex_goes_farther_than_allowed():
    stepped = a_stepped_ball()
    smooth = fair(stepped, options=FairingOptions(wave=0.2, farthest=0.004))
    size = np.ptp(stepped.positions, axis=0).max()
    ways = np.linalg.norm(smooth.positions - stepped.positions, axis=1)
    assert ways.max() <= 0.004 * size * 1.001


def test_a_smooth_shape_hardly_changes():
    ball = a_ball()
    assert abs(fair(ball).positions - ball.positions).max() < 2e-3


def test_a_wire_keeps_its_thickness():
    wire = trimesh.creation.cylinder(radius=0.01, height=0.6, sections=12)
    wire = wire.subdivide_to_size(0.012)
    mesh = Mesh(
        positions=np.asarray(wire.vertices, np.float32),
        triangles=np.asarray(wire.faces, np.int32),
    )
    middle = abs(mesh.positions[:, 2]) < 0.25
    radius = np.linalg.norm(fair(mesh).positions[middle, :2], axis=1)
    before = np.linalg.norm(mesh.positions[middle, :2], axis=1)
    assert np.median(radius) > 0.9 * np.median(before)


def test_thickness_is_the_way_through_the_solid():
    thickness = local_thickness(a_ball(), farthest=3.0)
    np.testing.assert_allclose(thickness, 1.0, rtol=0.02)
    assert local_thickness(a_ball(), farthest=0.25).max() <= 0.25 + 1e-9
