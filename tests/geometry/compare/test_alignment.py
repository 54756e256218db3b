import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from bozzetto.geometry.compare.alignment import AlignOptions, Level, align, level_of, refine_by_icp
from bozzetto.geometry.compare.distance import PointCloud, summarize
from bozzetto.geometry.compare.normalization import Frame
from bozzetto.geometry.compare.similarity import Similarity
from tests.geometry.shapes import a_box, a_crooked_shape, cloud_of

QUICK = AlignOptions(grid=(12, 12, 6), icp_stride=1, candidate_stride=1)


def turned(cloud, rotation, *, scale=1.0, shift=(0, 0, 0)):
    return PointCloud(scale * cloud.points @ rotation.T + shift, cloud.normals @ rotation.T)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_shape_in_any_pose_and_size_is_found(seed):
    rng = np.random.default_rng(seed)
    truth = cloud_of(a_crooked_shape(), count=1500, frame="box")
    prediction = turned(
        cloud_of(a_crooked_shape(), count=1500, seed=1),
        Rotation.random(rng=rng).as_matrix(),
        scale=float(rng.uniform(0.1, 10)),
        shift=rng.normal(size=3),
    )
    levels = align(prediction, truth, options=QUICK)
    finest = summarize(level_of(levels, Level.SO3_ICP_SCALE).matches)
    assert finest.f_scores[4] == 1
    assert finest.cd_mean < 0.05  # About half the spacing of 1,500 points.


def test_a_turn_about_the_vertical_is_undone_by_yaw_and_not_by_none():
    truth = cloud_of(a_crooked_shape(), count=1500, frame="box")
    by = Rotation.from_euler("y", 75, degrees=True).as_matrix()
    prediction = turned(cloud_of(a_crooked_shape(), count=1500, seed=1), by)
    levels = {one.level: one for one in align(prediction, truth, options=QUICK)}
    np.testing.assert_allclose(levels[Level.YAW].onto_truth.rotation, by.T, atol=1e-9)
    assert levels[Level.NONE].matches.chamfer() > 4 * levels[Level.YAW].matches.chamfer()


@pytest.mark.parametrize(("seed", "frame"), list(enumerate(Frame)))
def test_no_level_is_worse_than_the_one_before(seed, frame):
    rng = np.random.default_rng(seed)
    truth = cloud_of(a_box(extents=tuple(rng.uniform(0.2, 1, 3))), count=600, frame=frame)
    prediction = cloud_of(a_crooked_shape(), count=600)
    levels = align(prediction, truth, options=AlignOptions(frame=frame, grid=(12, 12, 6)))
    assert [one.level for one in levels] == list(Level)
    distances = [one.matches.chamfer() for one in levels]
    assert distances == sorted(distances, reverse=True)


def test_the_same_input_gives_the_same_alignment():
    truth = cloud_of(a_box(), count=500, frame="box")
    first, second = (
        align(cloud_of(a_crooked_shape(), count=500), truth, options=QUICK) for _ in range(2)
    )
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.onto_truth.translation, other.onto_truth.translation)
        np.testing.assert_array_equal(one.matches.forward, other.matches.forward)


def test_only_the_last_level_changes_the_scale_that_the_frame_gave():
    truth = cloud_of(a_crooked_shape(), count=800, frame="box")
    bloated = cloud_of(a_crooked_shape(), count=800, seed=1, frame="box").points
    spike = np.array([[0.0, 3.0, 0.0]])  # One stray point spoils the box.
    prediction = PointCloud(np.concatenate([bloated, spike]))
    levels = {one.level: one for one in align(prediction, truth, options=QUICK)}
    rigid, free = levels[Level.SO3_ICP], levels[Level.SO3_ICP_SCALE]
    assert rigid.onto_truth.scale < 0.8
    assert free.onto_truth.scale == pytest.approx(1, abs=0.05)
    assert free.matches.chamfer() < 0.5 * rigid.matches.chamfer()


def test_in_the_truths_frame_size_and_place_count():
    truth = cloud_of(a_crooked_shape(), count=800, frame="box")
    small = cloud_of(a_crooked_shape(), count=800, seed=1, frame="box").points * 0.6
    none = align(PointCloud(small), truth, options=AlignOptions(frame=Frame.GT_FRAME))[0]
    assert none.onto_truth.scale == 1
    assert none.matches.chamfer() > 0.1


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_icp_brings_a_slightly_moved_shape_back(seed):
    rng = np.random.default_rng(seed)
    truth = cloud_of(a_crooked_shape(), count=1500)
    off = Similarity(
        scale=1.03,
        rotation=Rotation.from_rotvec(rng.normal(0, 0.04, 3)).as_matrix(),
        translation=rng.normal(0, 0.02, 3),
    )
    prediction = PointCloud(off.apply(cloud_of(a_crooked_shape(), count=1500, seed=1).points))
    start = Similarity.identity()
    found = refine_by_icp(prediction, truth, start=start, with_scale=True, options=QUICK)
    whole = found @ off
    assert whole.scale == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(whole.rotation, np.eye(3), atol=0.02)
    np.testing.assert_allclose(whole.translation, 0, atol=0.01)
