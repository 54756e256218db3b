import numpy as np
import pytest

from bozzetto.errors import FormatError, InputError, UnknownNameError
from bozzetto.rigging.bvh import read_bvh
from bozzetto.rigging.clips import CLIP_NAMES, make_motion
from bozzetto.rigging.dialects import DIALECTS, find_dialect
from bozzetto.rigging.motion import Travel, onto_skeleton
from bozzetto.rigging.pose import at_frame
from bozzetto.rigging.retarget import captured_from_clip, motion_from_captured
from bozzetto.rigging.rotations import matrix_from_vector
from bozzetto.rigging.skeletons import build_skeleton, roles_of
from tests.rigging.mannequin import mannequin_joints


def with_hanging_arms(joints):
    """The same figure with its arms turned 70 degrees down."""
    moved = {}
    for side, sign in (("left", 1), ("right", -1)):
        turn = matrix_from_vector(np.array([0.0, 0.0, -sign * np.radians(70)]))
        pivot = joints.at(f"{side}UpperArm")
        for part in ("LowerArm", "Hand", "HandEnd"):
            moved[side + part] = pivot + turn @ (joints.at(side + part) - pivot)
    return joints.moved(moved)


def placed(joints, dialect_name, motion, frame, **options):
    dialect = find_dialect(dialect_name)
    roles = roles_of(joints, dialect)
    skeleton = build_skeleton(joints, dialect)
    clip = onto_skeleton(motion, skeleton, joints, roles=roles, **options)
    return roles, skeleton, clip, at_frame(skeleton, clip, frame)[:, :3, 3]


def directions(roles, places):
    pairs = [("leftUpperArm", "leftLowerArm"), ("rightLowerArm", "rightHand"),
             ("leftUpperLeg", "leftLowerLeg"), ("rightLowerLeg", "rightFoot")]  # fmt: skip
    ways = [places[roles.index(b)] - places[roles.index(a)] for a, b in pairs]
    return np.array([way / np.linalg.norm(way) for way in ways])


@pytest.mark.parametrize("name", CLIP_NAMES)
def test_limbs_point_the_same_way_whatever_the_rest_pose(name):
    motion = make_motion(name)
    frame = len(motion.turns) // 3
    roles, _, _, in_t = placed(mannequin_joints(), "vrm", motion, frame)
    _, _, _, from_hanging = placed(with_hanging_arms(mannequin_joints()), "vrm", motion, frame)
    np.testing.assert_allclose(directions(roles, in_t), directions(roles, from_hanging), atol=1e-5)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_moves_alike(dialect):
    motion = make_motion("walk")
    roles, _, _, places = placed(mannequin_joints(), dialect, motion, 9)
    plain, _, _, wanted = placed(mannequin_joints(), "vrm", motion, 9)
    ours = np.array([places[roles.index(role)] for role in plain])
    np.testing.assert_allclose(ours, wanted, atol=1e-5)


@pytest.mark.parametrize("name", CLIP_NAMES)
def test_loops_close(name):
    motion = make_motion(name)
    np.testing.assert_allclose(motion.turns[0], motion.turns[-1], atol=1e-9)
    assert motion.frames_per_second == 30
    assert motion.loops


@pytest.mark.parametrize("name", ["walk", "run"])
def test_walking_goes_forward_and_in_place_it_does_not(name):
    motion = make_motion(name)
    joints = mannequin_joints()
    last = len(motion.turns) - 1
    roles, _, _, start = placed(joints, "mixamo", motion, 0)
    _, _, _, end = placed(joints, "mixamo", motion, last)
    way = (end - start)[roles.index("hips")]
    assert way[2] > 0.5
    assert abs(way[0]) < 1e-6
    _, _, _, there = placed(joints, "mixamo", motion, last, travel=Travel(in_place=True))
    np.testing.assert_allclose(there, start, atol=1e-5)


def test_a_walking_figure_keeps_a_foot_near_the_floor():
    motion = make_motion("walk")
    for frame in range(len(motion.turns)):
        roles, _, _, places = placed(mannequin_joints(), "vrm", motion, frame)
        ankles = [places[roles.index(s)][1] for s in ("leftFoot", "rightFoot")]
        assert -0.05 < min(ankles) < 0.25


def test_a_figure_that_faces_aside_walks_aside():
    joints, motion = mannequin_joints(), make_motion("walk")
    turn = matrix_from_vector(np.array([0.0, np.pi / 2, 0.0]))
    aside = joints.moved({role: turn @ joints.at(role) for role in joints.roles})
    _, _, _, straight = placed(joints, "vrm", motion, 7)
    _, _, _, sideways = placed(aside, "vrm", motion, 7, facing=np.pi / 2)
    np.testing.assert_allclose(sideways, straight @ turn.T, atol=1e-5)


@pytest.mark.parametrize("dialect", ["mixamo", "unreal", "godot"])
def test_a_clip_read_back_and_put_on_again_is_the_same(dialect):
    joints, motion = mannequin_joints(), make_motion("run")
    roles, skeleton, clip, wanted = placed(joints, dialect, motion, 5)
    again = motion_from_captured(captured_from_clip(skeleton, clip), name="again")
    _, _, _, places = placed(joints, dialect, again, 5)
    np.testing.assert_allclose(directions(roles, places), directions(roles, wanted), atol=2e-2)


def test_an_unknown_clip_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="idle"):
        make_motion("moonwalk")


BVH = """HIERARCHY
ROOT Hips
{
 OFFSET 0 0 0
 CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
 JOINT Chest
 {
  OFFSET 0 10 0
  CHANNELS 3 Zrotation Xrotation Yrotation
  End Site
  {
   OFFSET 0 5 0
  }
 }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 90 0 0 0 0 0 0 0
1 90 2 90 0 0 0 0 0
"""


def test_bvh_turns_children_about_their_parent():
    motion = read_bvh(BVH)
    assert motion.names == ("Hips", "Chest")
    np.testing.assert_allclose(motion.positions[0], [(0, 90, 0), (0, 100, 0)], atol=1e-9)
    # A quarter turn about z takes what was above to the left of the picture (-x).
    np.testing.assert_allclose(motion.positions[1], [(1, 90, 2), (-9, 90, 2)], atol=1e-9)
    np.testing.assert_allclose(motion.ends["Chest"], (0, 15, 0))


@pytest.mark.parametrize("cut", [20, 120, BVH.index("Frame Time"), BVH.index("90 2 90")])
def test_a_cut_off_bvh_is_refused(cut):
    with pytest.raises(FormatError):
        read_bvh(BVH[:cut])


def test_motion_without_limbs_is_refused_by_name():
    with pytest.raises(InputError, match="leftUpperArm"):
        motion_from_captured(read_bvh(BVH), name="torso")
