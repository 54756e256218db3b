import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.geometry.normals import area_vectors, face_normals, mean_edge, vertex_normals
from tests.build import a_sphere


def a_cube_corner():
    """Three faces of a cube at the origin; the face z = 0 is cut into two triangles there."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    triangles = np.array([[0, 2, 1], [0, 3, 2], [0, 1, 4], [0, 4, 3]], np.int32)
    return positions, triangles


def test_the_corner_of_a_cube_points_along_its_diagonal_however_its_faces_are_cut():
    positions, triangles = a_cube_corner()
    normal = vertex_normals(positions, triangles)[0]
    np.testing.assert_allclose(normal, -np.ones(3) / np.sqrt(3), atol=1e-6)


def test_normals_of_a_sphere_are_radial():
    ball = a_sphere(subdivisions=4)
    radial = ball.positions - np.array([0, 0.5, 0], np.float32)
    radial /= np.linalg.norm(radial, axis=1, keepdims=True)
    normals = vertex_normals(ball.positions, ball.triangles)
    assert np.einsum("ij,ij->i", normals, radial).min() > 0.9999


@given(seed=st.integers(0, 2**32 - 1))
def test_normals_turn_with_the_mesh(seed):
    ball = a_sphere(subdivisions=1)
    rng = np.random.default_rng(seed)
    positions = ball.positions + rng.normal(0, 0.05, ball.positions.shape).astype(np.float32)
    turn = trimesh.transformations.random_rotation_matrix(rng.random(3))[:3, :3]
    turned = vertex_normals((positions @ turn.T).astype(np.float32), ball.triangles)
    np.testing.assert_allclose(
        turned, vertex_normals(positions, ball.triangles) @ turn.T, atol=2e-5
    )


def test_area_vectors_of_a_closed_surface_sum_to_zero_and_their_lengths_to_its_area():
    ball = a_sphere()
    vectors = area_vectors(ball.positions, ball.triangles)
    np.testing.assert_allclose(vectors.sum(0), 0, atol=1e-7)
    expected = trimesh.Trimesh(ball.positions, ball.triangles).area
    assert np.linalg.norm(vectors, axis=1).sum() == pytest.approx(expected, rel=1e-5)


def test_triangles_without_area_and_lonely_vertices_get_plus_y():
    positions = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [9, 9, 9]], np.float32)
    triangles = np.array([[0, 1, 2]], np.int32)
    up = np.array([0, 1, 0], np.float32)
    np.testing.assert_array_equal(face_normals(positions, triangles), up[None])
    np.testing.assert_array_equal(vertex_normals(positions, triangles), np.tile(up, (4, 1)))


def test_the_mean_edge_is_that_of_an_even_mesh():
    ball = a_sphere(subdivisions=4)
    corners = ball.positions[ball.triangles]
    lengths = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    assert mean_edge(ball.positions, ball.triangles) == pytest.approx(
        float(lengths.mean()), rel=0.05
    )
