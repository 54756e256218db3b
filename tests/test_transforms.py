import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.transforms import Rigid

seeds = st.integers(0, 2**32 - 1)


def a_rigid(seed):
    rng = np.random.default_rng(seed)
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    q[:, 0] *= np.sign(np.linalg.det(q))
    return Rigid(rotation=q, translation=rng.normal(size=3))


def some_points(seed):
    return np.random.default_rng(seed + 1).normal(size=(5, 3))


@given(seeds)
def test_the_inverse_undoes(seed):
    pose, points = a_rigid(seed), some_points(seed)
    np.testing.assert_allclose(pose.inverse().apply(pose.apply(points)), points, atol=1e-12)


@given(seeds, seeds)
def test_composing_is_applying_one_after_the_other(a, b):
    first, second, points = a_rigid(a), a_rigid(b), some_points(a)
    np.testing.assert_allclose(
        (second @ first).apply(points), second.apply(first.apply(points)), atol=1e-12
    )


@given(seeds)
def test_rotating_a_difference_is_the_difference_of_applied_points(seed):
    pose, points = a_rigid(seed), some_points(seed)
    np.testing.assert_allclose(
        pose.rotate(points[1:] - points[:1]),
        pose.apply(points)[1:] - pose.apply(points)[:1],
        atol=1e-12,
    )


@pytest.mark.parametrize("matrix", [np.eye(3) * 2, np.diag([1.0, 1.0, -1.0])])
def test_scalings_and_mirrors_are_refused(matrix):
    with pytest.raises(ValueError, match="orthonormal"):
        Rigid(rotation=matrix, translation=np.zeros(3))
