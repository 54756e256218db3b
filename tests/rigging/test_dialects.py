import numpy as np
import pytest

from bozzetto.errors import UnknownNameError
from bozzetto.rigging.dialects import DIALECTS, find_dialect, plain_name, roles_by_name
from bozzetto.rigging.skeletons import build_skeleton
from bozzetto.rigging.template import BIPED
from tests.rigging.mannequin import mannequin_joints


@pytest.mark.parametrize("name", DIALECTS)
def test_no_two_roles_share_a_name(name):
    dialect = find_dialect(name)
    names = [dialect.name_of(bone.role) for bone in BIPED]
    assert len(set(names)) == len(BIPED)


@pytest.mark.parametrize(
    ("dialect", "role", "name"),
    [
        ("mixamo", "leftUpperArm", "mixamorig:LeftArm"),
        ("mixamo", "rightLittleDistal", "mixamorig:RightHandPinky3"),
        ("mixamo", "upperChest", "mixamorig:Spine2"),
        ("vrm", "leftThumbMetacarpal", "leftThumbMetacarpal"),
        ("unreal", "leftShoulder", "clavicle_l"),
        ("unreal", "rightIndexProximal", "index_01_r"),
        ("unreal", "hips", "pelvis"),
        ("unity", "leftThumbMetacarpal", "Left Thumb Proximal"),
        ("unity", "upperChest", "UpperChest"),
        ("godot", "leftToes", "LeftToes"),
    ],
)
def test_names_are_the_engines_own(dialect, role, name):
    assert find_dialect(dialect).name_of(role) == name


@pytest.mark.parametrize("name", DIALECTS)
def test_every_name_is_recognised_again(name):
    known = roles_by_name()
    for bone in BIPED:
        if name == "unity" and "Thumb" in bone.role:
            continue  # Unity's proximal thumb is everybody else's metacarpal.
        assert known[plain_name(find_dialect(name).name_of(bone.role))] == bone.role


@pytest.mark.parametrize("written", ["mixamorig:LeftArm", "mixamorig_LeftArm", "LeftArm"])
def test_prefixes_do_not_matter(written):
    assert roles_by_name()[plain_name(written)] == "leftUpperArm"


def test_an_unknown_dialect_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="mixamo"):
        find_dialect("biped3000")


@pytest.mark.parametrize(("name", "axis"), [("mixamo", 1), ("godot", 1), ("unreal", 0)])
def test_axes_point_along_the_bone(name, axis):
    joints = mannequin_joints()
    skeleton = build_skeleton(joints, find_dialect(name))
    for role, tip in (("leftUpperArm", "leftLowerArm"), ("leftUpperLeg", "leftLowerLeg")):
        index = skeleton.names.index(find_dialect(name).name_of(role))
        way = joints.at(tip) - joints.at(role)
        along = skeleton.asset_from_joint[index, :3, axis]
        np.testing.assert_allclose(along, way / np.linalg.norm(way), atol=1e-9)


@pytest.mark.parametrize("name", DIALECTS)
def test_joints_stay_where_they_are_in_every_dialect(name):
    joints, dialect = mannequin_joints(), find_dialect(name)
    skeleton = build_skeleton(joints, dialect)
    for bone in BIPED:
        if bone.role in joints:
            index = skeleton.names.index(dialect.name_of(bone.role))
            np.testing.assert_array_equal(skeleton.positions[index], joints.at(bone.role))
    assert (skeleton.names[0] == dialect.root) == bool(dialect.root)
