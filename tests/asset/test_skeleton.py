import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from bozzetto.asset.skeleton import Clip, Skeleton, Skin


def a_chain(*, seed=0, joints=4):
    """A skeleton whose joints follow each other with random turns."""
    rng = np.random.default_rng(seed)
    local = np.tile(np.eye(4), (joints, 1, 1))
    local[:, :3, :3] = Rotation.random(joints, random_state=rng).as_matrix()
    local[:, :3, 3] = rng.normal(size=(joints, 3))
    poses = [local[0]]
    for matrix in local[1:]:
        poses.append(poses[-1] @ matrix)
    skeleton = Skeleton(
        names=tuple(f"joint{i}" for i in range(joints)),
        parents=np.arange(-1, joints - 1, dtype=np.int32),
        asset_from_joint=np.stack(poses),
    )
    return skeleton, local


def test_poses_relative_to_the_parent_are_those_it_was_built_from():
    skeleton, local = a_chain()
    np.testing.assert_allclose(skeleton.parent_from_joint, local, atol=1e-9)


def test_a_parent_after_its_child_is_refused():
    with pytest.raises(ValueError, match="before their children"):
        Skeleton(
            names=("a", "b"),
            parents=np.array([1, -1], np.int32),
            asset_from_joint=np.tile(np.eye(4), (2, 1, 1)),
        )


@pytest.mark.parametrize("scale", [(2, 2, 2), (-1, 1, 1), (1, 1.01, 1)])
def test_a_scaled_or_mirrored_joint_is_refused(scale):
    pose = np.diag([*scale, 1.0])[None].astype(np.float64)
    with pytest.raises(ValueError, match="turned and moved"):
        Skeleton(names=("a",), parents=np.array([-1], np.int32), asset_from_joint=pose)


@pytest.mark.parametrize(
    ("joints", "weights", "message"),
    [
        ((0, 1, 0, 0), (0.5, 0.4, 0, 0), "sum to 1"),
        ((0, 1, 0, 0), (1.2, -0.2, 0, 0), "0 or more"),
        ((0, 1, 2, 0), (0.5, 0.5, 0, 0), "joint 0"),
    ],
)
def test_rows_that_are_no_weights_are_refused(joints, weights, message):
    with pytest.raises(ValueError, match=message):
        Skin(joints=np.array([joints], np.uint16), weights=np.array([weights], np.float32))


def test_a_clip_of_61_frames_lasts_two_seconds():
    rotations = np.tile(np.array([0, 0, 0, 1], np.float32), (61, 2, 1))
    clip = Clip(name="idle", rotations=rotations, translations=np.zeros((61, 2, 3), np.float32))
    assert clip.seconds == 2.0


def test_quaternions_that_are_not_unit_are_refused():
    with pytest.raises(ValueError, match="unit quaternions"):
        Clip(
            name="idle",
            rotations=np.full((1, 1, 4), 0.9, np.float32),
            translations=np.zeros((1, 1, 3), np.float32),
        )
