from dataclasses import replace

import numpy as np
import pytest

from bozzetto.geometry.join import join_meshes
from bozzetto.qa.orientation import judge_orientation, left_axis
from tests.models import a_box, a_figure


def turned(skeleton, degrees):
    """A skeleton turned about +y."""
    angle = np.radians(degrees)
    turn = np.eye(4)
    turn[:3, :3] = [
        [np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)],
    ]  # fmt: skip
    return replace(skeleton, asset_from_joint=turn @ skeleton.asset_from_joint)


@pytest.mark.parametrize(
    ("degrees", "axis", "front"),
    [(0, "+x", ""), (180, "-x", "-z"), (90, "-z", "+x"), (270, "+z", "-x")],
)
def test_the_names_of_joints_tell_where_left_and_so_the_front_is(degrees, axis, front):
    skeleton = turned(a_figure().skeleton, degrees)
    assert left_axis(skeleton) == axis
    doubts = judge_orientation(a_figure().parts[0].mesh, skeleton).doubts
    assert (f"looks along {front};" in " ".join(doubts)) is bool(front)


@pytest.mark.parametrize("names", [("a", "b", "c", "d"), ("hips", "spine", "leftHand", "tail")])
def test_names_without_both_sides_tell_nothing(names):
    assert left_axis(replace(a_figure().skeleton, names=names)) is None


@pytest.mark.parametrize(
    "names", [("hips", "x", "hand_l", "hand_r"), ("hips", "x", "Arm.L", "Arm.R")]
)
def test_sides_are_told_in_short_as_well(names):
    assert left_axis(replace(a_figure().skeleton, names=names)) == "+x"


def a_table(*, lying):
    """A plate on a short foot off the middle; on its back when lying."""
    foot = a_box(size=(0.9, 0.04, 0.9), centre=(0, 0.02, 0))
    stem = a_box(size=(0.1, 1.0, 0.1), centre=(0.1, 0.5, 0.05))
    table = join_meshes([foot, stem]).mesh
    points = table.positions
    if lying:  # +z up: what was y is z.
        points = np.stack([points[:, 0], -points[:, 2] + 0.5, points[:, 1]], axis=1)
    return replace(table, positions=np.ascontiguousarray(points))


def test_an_object_on_its_back_casts_doubt_and_one_that_stands_does_not():
    assert judge_orientation(a_table(lying=False)).doubts == ()
    lying = judge_orientation(a_table(lying=True))
    assert lying.foot_share_z > 0.5 > lying.foot_share_y
    assert "lying down" in lying.doubts[0]


def test_a_shape_symmetric_front_to_back_only_may_face_sideways():
    body = a_box(size=(2.0, 0.5, 0.5), centre=(0, 0.25, 0))
    head = a_box(size=(0.4, 0.8, 0.3), centre=(0.8, 0.9, 0))
    fish = judge_orientation(join_meshes([body, head]).mesh)
    assert fish.mirror_error_z < fish.mirror_error_x
    assert "+x or -x" in fish.doubts[0]
