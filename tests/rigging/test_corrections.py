import json

import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto.rigging.corrections import corrected, corrections_from_json, joints_to_json
from tests.rigging.mannequin import mannequin_joints


def edited(changes, **fields):
    content = json.loads(joints_to_json(mannequin_joints()))
    content["joints"] |= changes
    return corrections_from_json(json.dumps(content | fields))


def test_an_unchanged_file_changes_nothing():
    joints = mannequin_joints()
    same = corrected(joints, edited({}), middle=0.0)
    np.testing.assert_array_equal(same.positions, joints.positions)
    np.testing.assert_array_equal(same.confidence, joints.confidence)


def test_a_moved_joint_is_believed_and_the_others_stay():
    joints = mannequin_joints()
    moved = corrected(joints, edited({"leftHand": [0.6, 1.3, 0.1]}), middle=0.0)
    np.testing.assert_allclose(moved.at("leftHand"), (0.6, 1.3, 0.1))
    np.testing.assert_array_equal(moved.at("rightHand"), joints.at("rightHand"))
    assert moved.confidence[moved.roles.index("leftHand")] == 1


def test_mirrored_edits_move_both_sides_about_the_median_plane():
    wanted = edited({"leftHand": [0.6, 1.3, 0.1]}, mirror=True)
    moved = corrected(mannequin_joints(), wanted, middle=0.05)
    np.testing.assert_allclose(moved.at("rightHand"), (-0.5, 1.3, 0.1), atol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 2, "joints": {}}', '{"version": 1, "joints": []}',
     '{"version": 1, "joints": {"hips": [1, 2]}}',
     '{"version": 1, "joints": {"hips": [1, 2, NaN]}}'],
)  # fmt: skip
def test_what_is_no_list_of_joints_is_refused(text):
    with pytest.raises(InputError):
        corrections_from_json(text)


def test_an_unknown_joint_is_named():
    with pytest.raises(InputError, match="leftTentacle"):
        corrected(mannequin_joints(), edited({"leftTentacle": [0, 0, 0]}), middle=0.0)
