import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from bozzetto.geometry.compare.alignment import AlignOptions, find_rotation
from bozzetto.geometry.compare.distance import PointCloud, compare
from bozzetto.geometry.compare.normalization import Frame, normalize
from bozzetto.geometry.compare.rotation_search import (
    all_rotations,
    place_rotated,
    rank_placements,
    yaw_rotations,
)
from tests.geometry.shapes import a_crooked_shape, cloud_of


def angles_between(rotations, other):
    traces = np.einsum("rij,ij->r", rotations, other)
    return np.degrees(np.arccos(np.clip((traces - 1) / 2, -1, 1)))


def test_the_grid_is_zeroshapes_without_its_repetitions():
    angles = [np.arange(n) * 360 / n for n in (24, 24, 12)]
    y, x, z = (axis.ravel() for axis in np.meshgrid(*angles, indexing="ij"))
    full = Rotation.from_euler("yxz", np.stack([y, x, z], 1), degrees=True).as_matrix()
    assert len(full) == 6912
    kept = all_rotations()
    distinct = np.unique(np.round(full.reshape(-1, 9), 5) + 0.0, axis=0)
    assert len(kept) == len(distinct)
    np.testing.assert_allclose(
        np.unique(np.round(kept.reshape(-1, 9), 5) + 0.0, axis=0), distinct, atol=2e-5
    )


@pytest.mark.parametrize("rotations", [all_rotations(), yaw_rotations()])
def test_grids_hold_proper_rotations_and_begin_with_none(rotations):
    np.testing.assert_allclose(
        rotations @ rotations.transpose(0, 2, 1),
        np.broadcast_to(np.eye(3), rotations.shape),
        atol=1e-12,
    )
    np.testing.assert_allclose(np.linalg.det(rotations), 1)
    np.testing.assert_array_equal(rotations[0], np.eye(3))


def test_no_rotation_is_far_from_the_grid():
    rotations = all_rotations()
    asked = Rotation.random(200, rng=np.random.default_rng(0)).as_matrix()
    assert max(angles_between(rotations, one).min() for one in asked) < 16


@pytest.mark.parametrize("frame", [Frame.BOX, Frame.UNIT_SPHERE, Frame.ZEROSHAPE])
def test_shapes_are_normalised_after_each_rotation(frame):
    cloud = cloud_of(a_crooked_shape(), count=400)
    rotations = all_rotations(7, 5, 3)
    placed = place_rotated(cloud, rotations, frame=frame)
    for index, rotation in enumerate(rotations):
        turned = cloud.points @ rotation.T
        wanted = normalize(turned, frame=frame).apply(turned)
        there = placed[index].apply(cloud.points)
        np.testing.assert_allclose(there, wanted, atol=0.01)  # Support points of the hull.


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("frame", [Frame.BOX, Frame.UNIT_SPHERE])
def test_the_fast_search_finds_what_measuring_every_rotation_finds(seed, frame):
    rng = np.random.default_rng(seed)
    truth = cloud_of(a_crooked_shape(), count=250, frame=frame)
    turn = Rotation.random(rng=rng).as_matrix()
    points = cloud_of(a_crooked_shape(), count=250, seed=seed + 1).points
    prediction = PointCloud((points * [1, 1, 0.8]) @ turn.T * 2.5 + rng.normal(size=3))
    rotations = all_rotations(12, 12, 6)
    placed = place_rotated(prediction, rotations, frame=frame)
    slow = [
        compare(prediction, truth, onto_truth=placed[index]).cd_mean
        for index in range(len(rotations))
    ]
    options = AlignOptions(frame=frame, candidate_stride=1)
    fast = find_rotation(prediction, truth, rotations, options=options)
    np.testing.assert_allclose(fast.rotation, rotations[int(np.argmin(slow))], atol=1e-12)


def test_the_ranking_follows_the_true_distances():
    truth = cloud_of(a_crooked_shape(), count=2000, frame="box")
    prediction = cloud_of(a_crooked_shape(), count=2000, seed=1)
    rotations = all_rotations(8, 8, 4)
    placed = place_rotated(prediction, rotations, frame=Frame.BOX)
    order = rank_placements(prediction, truth, placed)
    exact = np.array(
        [
            compare(prediction, truth, onto_truth=placed[index]).cd_mean
            for index in range(len(rotations))
        ]
    )
    ranks = np.argsort(np.argsort(exact))
    assert np.corrcoef(ranks[order], np.arange(len(order)))[0, 1] > 0.99
