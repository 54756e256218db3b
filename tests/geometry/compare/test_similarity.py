import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from bozzetto.geometry.compare.similarity import Similarity, fit_similarity

seeds = st.integers(0, 2**32 - 1)


def a_similarity(rng):
    return Similarity(
        scale=float(rng.uniform(0.3, 3)),
        rotation=Rotation.random(rng=rng).as_matrix(),
        translation=rng.normal(size=3),
    )


@given(seed=seeds)
def test_the_inverse_undoes_and_products_apply_right_to_left(seed):
    rng = np.random.default_rng(seed)
    first, second, points = a_similarity(rng), a_similarity(rng), rng.normal(size=(9, 3))
    np.testing.assert_allclose(first.inverse().apply(first.apply(points)), points, atol=1e-12)
    np.testing.assert_allclose(
        (first @ second).apply(points), first.apply(second.apply(points)), atol=1e-12
    )


@given(seed=seeds, with_scale=st.booleans())
def test_paired_points_tell_the_similarity_that_moved_them(seed, with_scale):
    rng = np.random.default_rng(seed)
    moved_by = a_similarity(rng)
    if not with_scale:
        moved_by = Similarity(rotation=moved_by.rotation, translation=moved_by.translation)
    points = rng.normal(size=(20, 3))
    found = fit_similarity(points, moved_by.apply(points), with_scale=with_scale)
    np.testing.assert_allclose(found.apply(points), moved_by.apply(points), atol=1e-9)


@given(seed=seeds)
def test_no_nearby_similarity_fits_noisy_pairs_better(seed):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(20, 3))
    target = a_similarity(rng).apply(source) + rng.normal(0, 0.2, (20, 3))
    best = fit_similarity(source, target, with_scale=True)
    least = ((best.apply(source) - target) ** 2).sum()
    for _ in range(10):
        nudge = Similarity(
            scale=float(np.exp(rng.normal(0, 0.01))),
            rotation=Rotation.from_rotvec(rng.normal(0, 0.01, 3)).as_matrix(),
            translation=rng.normal(0, 0.01, 3),
        )
        assert (((nudge @ best).apply(source) - target) ** 2).sum() >= least


@given(seed=seeds)
def test_without_rotation_scale_and_place_are_found_alone(seed):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(20, 3))
    target = 1.7 * source + [1, 2, 3]
    found = fit_similarity(source, target, with_scale=True, with_rotation=False)
    np.testing.assert_array_equal(found.rotation, np.eye(3))
    np.testing.assert_allclose(found.apply(source), target, atol=1e-9)


def test_mirrored_pairs_still_give_a_rotation():
    points = np.random.default_rng(0).normal(size=(20, 3))
    found = fit_similarity(points, points * [-1, 1, 1], with_scale=True)
    assert np.linalg.det(found.rotation) == pytest.approx(1)
