from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation

from bozzetto.geometry.compare.distance import THRESHOLDS, PointCloud, compare, match, summarize
from bozzetto.geometry.compare.similarity import Similarity
from tests.build import a_sphere
from tests.geometry.shapes import a_crooked_shape, a_square, cloud_of

seeds = st.integers(0, 2**32 - 1)


def two_clouds(seed):
    rng = np.random.default_rng(seed)
    normals = Rotation.random(70, rng=rng).as_matrix()[:, 0]
    return (
        PointCloud(rng.normal(size=(40, 3)), normals[:40]),
        PointCloud(rng.normal(size=(30, 3)), normals[40:]),
    )


@given(seed=seeds)
def test_agrees_with_the_full_table_of_distances(seed):
    first, second = two_clouds(seed)
    table = cdist(first.points, second.points)
    ahead, behind = table.min(axis=1), table.min(axis=0)
    found = compare(first, second)
    assert found.accuracy == pytest.approx(ahead.mean())
    assert found.completeness == pytest.approx(behind.mean())
    assert found.cd_mean == pytest.approx((ahead.mean() + behind.mean()) / 2)
    assert found.cd_sum == pytest.approx(ahead.mean() + behind.mean())
    assert found.cd_squared == pytest.approx((ahead**2).mean() + (behind**2).mean())
    for threshold, score in zip(THRESHOLDS, found.f_scores, strict=True):
        precision, recall = (ahead < threshold).mean(), (behind < threshold).mean()
        wanted = 2 * precision * recall / (precision + recall) if precision + recall else 0
        assert score == pytest.approx(wanted)
    cosines = np.abs(first.normals @ second.normals.T)
    pairs = np.concatenate([cosines[range(40), table.argmin(axis=1)]])
    back = cosines[table.argmin(axis=0), range(30)]
    assert found.normal_consistency == pytest.approx((pairs.mean() + back.mean()) / 2)


@given(seed=seeds)
def test_is_the_same_both_ways(seed):
    first, second = two_clouds(seed)
    there, back = compare(first, second), compare(second, first)
    assert there.accuracy == back.completeness
    for name in ("cd_mean", "cd_sum", "cd_squared", "normal_error_deg"):
        assert getattr(there, name) == pytest.approx(getattr(back, name))
    assert there.f_scores == pytest.approx(back.f_scores)


def test_a_cloud_is_at_no_distance_from_itself():
    cloud = cloud_of(a_crooked_shape())
    found = compare(cloud, cloud)
    assert found.cd_mean == found.cd_squared == 0
    assert found.f_scores == (1.0,) * len(THRESHOLDS)
    assert found.normal_consistency == pytest.approx(1)


@given(seed=seeds)
def test_moving_both_changes_nothing_and_scaling_scales_lengths(seed):
    rng = np.random.default_rng(seed)
    first, second = two_clouds(seed)
    moved_by = Similarity(
        scale=float(rng.uniform(0.5, 2)),
        rotation=Rotation.random(rng=rng).as_matrix(),
        translation=rng.normal(size=3),
    )
    moved = [
        PointCloud(moved_by.apply(cloud.points), moved_by.rotate(cloud.normals))
        for cloud in (first, second)
    ]
    before, after = compare(first, second), compare(*moved)
    assert after.cd_mean == pytest.approx(moved_by.scale * before.cd_mean)
    assert after.cd_squared == pytest.approx(moved_by.scale**2 * before.cd_squared)
    assert after.normal_error_deg == pytest.approx(before.normal_error_deg)


@given(seed=seeds)
def test_a_transform_given_is_a_transform_applied(seed):
    rng = np.random.default_rng(seed)
    first, second = two_clouds(seed)
    onto = Similarity(
        scale=float(rng.uniform(0.5, 2)),
        rotation=Rotation.random(rng=rng).as_matrix(),
        translation=rng.normal(size=3),
    )
    moved = PointCloud(onto.apply(first.points), onto.rotate(first.normals))
    given_, applied = compare(first, second, onto_truth=onto), compare(moved, second)
    np.testing.assert_allclose(
        np.hstack(astuple(given_)), np.hstack(astuple(applied)), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("gap", [0.1, 0.3])
def test_parallel_squares_are_their_gap_apart(gap):
    low, high = cloud_of(a_square(), count=10_000), cloud_of(a_square(height=gap), count=10_000)
    found = compare(low, high)
    assert found.cd_mean == pytest.approx(gap, rel=2e-3)
    assert found.cd_squared == pytest.approx(2 * gap**2, rel=4e-3)
    assert found.f_scores[THRESHOLDS.index(0.05)] == 0
    assert found.f_scores[THRESHOLDS.index(0.5)] == 1
    assert found.normal_error_deg < 1e-3


@pytest.mark.parametrize(("inner", "outer"), [(0.5, 0.6), (0.5, 1.0)])
def test_spheres_are_the_difference_of_their_radii_apart(inner, outer):
    first, second = (
        cloud_of(a_sphere(subdivisions=5, radius=radius), count=10_000, seed=seed)
        for seed, radius in enumerate((inner, outer))
    )
    centred = Similarity(rotation=np.eye(3), translation=np.array([0, outer - inner, 0]))
    found = compare(first, second, onto_truth=centred)
    assert found.cd_mean == pytest.approx(outer - inner, rel=0.01)
    assert found.normal_error_deg < 3


@given(cells=st.integers(2, 9))
def test_how_a_surface_is_cut_into_triangles_hardly_matters(cells):
    truth = cloud_of(a_square(height=0.1), count=5000, seed=1)
    coarse = compare(cloud_of(a_square(), count=5000), truth)
    fine = compare(cloud_of(a_square(cells=cells), count=5000), truth)
    assert fine.cd_mean == pytest.approx(coarse.cd_mean, rel=0.002)


def test_normals_are_compared_without_their_sign_and_in_degrees():
    points = np.array([[0.0, 0, 0], [1, 0, 0]])
    slanted = np.array([[0.0, -np.cos(0.5), np.sin(0.5)]] * 2)
    found = compare(PointCloud(points, np.array([[0.0, 1, 0]] * 2)), PointCloud(points, slanted))
    assert found.normal_error_deg == pytest.approx(np.degrees(0.5))
    assert found.normal_consistency == pytest.approx(np.cos(0.5))


def test_parts_are_judged_by_their_own_points():
    near, far = np.array([[0.0, 0, 0]]), np.array([[5.0, 0, 0]])
    truth = PointCloud(np.concatenate([near, far]))
    prediction = PointCloud(np.concatenate([near + 0.01, far + np.array([0, 1, 0])]))
    matches = match(prediction, truth, onto_truth=Similarity.identity())
    first, second = np.array([True, False]), np.array([False, True])
    assert summarize(matches.part(first)).cd_mean == pytest.approx(0.01 * 3**0.5)
    assert summarize(matches.part(second)).cd_mean == pytest.approx(1)


def test_a_part_that_nothing_predicts_scores_nothing_and_an_absent_part_is_no_number():
    truth = PointCloud(np.array([[0.0, 0, 0], [5, 0, 0]]))
    matches = match(PointCloud(np.zeros((1, 3))), truth, onto_truth=Similarity.identity())
    missed = summarize(matches.part(np.array([False, True])))
    assert missed.f_scores == (0.0,) * len(THRESHOLDS)
    assert missed.completeness == 5
    absent = summarize(matches.part(np.array([False, False])))
    assert np.isnan(absent.f_scores).all()
