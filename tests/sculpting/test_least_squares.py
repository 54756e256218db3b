import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from bozzetto.sculpting.least_squares import diagonal_of, gram, solve, umbrella
from tests.build import a_sphere


@given(seed=st.integers(0, 2**32 - 1))
def test_solves_what_a_dense_solver_solves(seed):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(12, 12))
    matrix = root @ root.T + np.eye(12)
    right = rng.normal(size=(12, 2))
    found = solve(
        lambda field: matrix @ field, right, diagonal=np.diag(matrix).copy(), tolerance=1e-10
    )
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), atol=1e-6)


def test_starts_from_a_guess_and_stops_at_once_when_it_is_right():
    matrix = np.diag([1.0, 2.0, 3.0])
    answer = np.array([[1.0], [-2.0], [0.5]])
    calls = []

    def apply(field):
        calls.append(1)
        return matrix @ field

    found = solve(apply, matrix @ answer, diagonal=np.diag(matrix).copy(), start=answer)
    np.testing.assert_array_equal(found, answer)
    assert len(calls) == 1


def test_the_umbrella_of_a_linear_field_on_a_sphere_is_the_way_to_its_inside():
    ball = a_sphere(subdivisions=4)
    difference = umbrella(ball.num_vertices, ball.triangles)
    from_middle = ball.positions.astype(np.float64) - np.array([0, 0.5, 0])
    way = difference @ from_middle
    edge = np.sqrt(4 / np.sqrt(3) * np.pi / ball.num_triangles)
    along = np.einsum("ij,ij->i", way, from_middle) / 0.5
    # The Laplacian of a position on a sphere of radius r is -2 / r along the normal.
    assert np.median(along) == pytest.approx((edge / 2) ** 2 * 2 / 0.5, rel=0.1)


def test_the_diagonal_is_that_of_the_dense_matrix():
    ball = a_sphere(subdivisions=1)
    plate = gram(umbrella(ball.num_vertices, ball.triangles))
    dense = plate @ np.eye(ball.num_vertices)
    np.testing.assert_allclose(diagonal_of(plate), np.diag(dense))


def test_the_diagonal_of_a_matrix_with_holes_is_zero_there():
    matrix = csr_matrix((np.array([2.0, 3.0]), (np.array([0, 1]), np.array([0, 2]))), shape=(3, 3))
    np.testing.assert_array_equal(diagonal_of(matrix), [2.0, 0.0, 0.0])
