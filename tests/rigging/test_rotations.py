import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.rigging.rotations import (
    aligning,
    matrix_from_euler,
    matrix_from_quaternion,
    matrix_from_vector,
    quaternion_from_matrix,
)

seeds = st.integers(0, 2**32 - 1)


def some_vectors(seed, count=5):
    return np.random.default_rng(seed).normal(size=(count, 3)) * 2


@given(seed=seeds)
def test_quaternions_give_their_matrices_back(seed):
    matrices = matrix_from_vector(some_vectors(seed))
    again = matrix_from_quaternion(quaternion_from_matrix(matrices))
    np.testing.assert_allclose(again, matrices, atol=1e-6)


def test_a_quarter_turn_about_y_takes_z_to_x():
    turn = matrix_from_vector(np.array([0.0, np.pi / 2, 0.0]))
    np.testing.assert_allclose(turn @ (0, 0, 1), (1, 0, 0), atol=1e-12)


def test_half_turns_survive_the_way_through_quaternions():
    for axis in np.eye(3):
        matrix = matrix_from_vector(axis * np.pi)
        again = matrix_from_quaternion(quaternion_from_matrix(matrix))
        np.testing.assert_allclose(again, matrix, atol=1e-6)


@given(seed=seeds)
def test_aligning_turns_one_direction_into_the_other_the_short_way(seed):
    start, end = some_vectors(seed, 2)
    turn = aligning(start, end)
    there = turn @ start / np.linalg.norm(start)
    np.testing.assert_allclose(there, end / np.linalg.norm(end), atol=1e-9)
    np.testing.assert_allclose(turn @ np.cross(start, end), np.cross(start, end), atol=1e-9)


def test_opposite_directions_are_aligned_by_a_proper_turn():
    turn = aligning(np.array([0.0, 1.0, 0.0]), np.array([0.0, -1.0, 0.0]))
    np.testing.assert_allclose(turn @ (0, 1, 0), (0, -1, 0), atol=1e-12)
    assert np.isclose(np.linalg.det(turn), 1)


@given(seed=seeds)
def test_euler_angles_apply_the_last_axis_first(seed):
    a, b, c = some_vectors(seed, 1)[0]
    z, x, y = (
        matrix_from_vector(np.array(v)) for v in ((0.0, 0.0, a), (b, 0.0, 0.0), (0.0, c, 0.0))
    )
    np.testing.assert_allclose(matrix_from_euler(np.array([a, b, c]), "zxy"), z @ x @ y, atol=1e-12)
