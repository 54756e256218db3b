"""A four-legged animal of capsules, and furniture that stands on four legs too."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.errors import UnknownNameError
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.facing import turn_about_y
from bozzetto.rigging.quadruped_clips import ANIMAL_CLIPS, make_animal_motion
from bozzetto.rigging.rig import BodyPlan, RigOptions, bind_found, find
from bozzetto.rigging.stress import ANIMAL_POSES, stress
from bozzetto.rigging.suitability import UnriggableError
from bozzetto.rigging.template import QUADRUPED, mirrored
from tests.rigging.mannequin import a_bar

FEET = {"Front": (0.18, 0.0, 0.4), "Hind": (0.18, 0.0, -0.5)}
OPTIONS = RigOptions(plan=BodyPlan.QUADRUPED, cells=60, clips=("walk",))


def a_model(solids, *, turn=0.0):
    whole = trimesh.util.concatenate([s.subdivide_to_size(0.09, max_iter=10) for s in solids])
    positions = turn_about_y(turn).apply(np.asarray(whole.vertices)).astype(np.float32)
    mesh = Mesh(positions=positions, triangles=np.asarray(whole.faces, np.int32))
    return Model(name="it", parts=(Part(name="it", mesh=mesh, surface=Surface(name="clay")),))


def a_dog(*, turn=0.0):
    solids = [
        a_bar((0, 0.7, -0.5), (0, 0.7, 0.4), 0.22),
        a_bar((0, 0.8, 0.45), (0, 1.15, 0.7), 0.1),
        a_bar((0, 1.15, 0.7), (0, 1.1, 0.95), 0.09),
        a_bar((0, 0.85, -0.6), (0, 0.7, -1.1), 0.04),
    ]
    for x, _, z in FEET.values():
        solids += [a_bar((s * x, 0.6, z), (s * x, 0.06, z), 0.06) for s in (1, -1)]
    return a_model(solids, turn=turn)


def a_table():
    legs = [
        trimesh.creation.box((0.06, 0.7, 0.06)).apply_translation((x, 0.35, z))
        for x in (-0.3, 0.3)
        for z in (-0.6, 0.6)
    ]
    return a_model([*legs, trimesh.creation.box((0.7, 0.05, 1.4)).apply_translation((0, 0.72, 0))])


@pytest.fixture(scope="module")
def network():
    return BlazePose()


@pytest.mark.parametrize("turn", [0.0, np.pi / 2, np.pi])
def test_the_head_is_found_and_feet_are_where_they_stand_however_it_looks(network, turn):
    found = find(a_dog(turn=turn), network=network, options=OPTIONS)
    assert np.cos(found.facing - turn) == pytest.approx(1.0)
    there = turn_about_y(turn)
    for pair, (x, _, z) in FEET.items():
        place = there.apply(np.array([[x, 0.1, z]]))[0]
        miss = np.linalg.norm((found.joints.at(f"left{pair}Foot") - place)[[0, 2]])
        assert miss < 0.06, pair
    assert (
        np.linalg.norm(found.joints.at("skull") - there.apply(np.array([[0, 1.1, 0.7]]))[0]) < 0.2
    )


def test_it_is_bound_walks_and_stands_twelve_poses(network):
    model = a_dog()
    rigged = bind_found(model, find(model, network=network, options=OPTIONS), options=OPTIONS)
    assert set(rigged.roles) == {"root", *(bone.role for bone in QUADRUPED)}
    assert rigged.dialect.name == "quadruped"
    assert [clip.name for clip in rigged.model.clips] == ["walk", "walk_in_place"]
    results = stress(rigged)
    assert len(results) == len(ANIMAL_POSES) == 12
    assert sum(result.passed for result in results) >= 11


def test_left_and_right_mirror(network):
    joints = find(a_dog(), network=network, options=OPTIONS).joints
    for role in joints.roles:
        np.testing.assert_allclose(
            joints.at(mirrored(role)), joints.at(role) * (-1, 1, 1), atol=0.03, err_msg=role
        )


def test_furniture_on_four_legs_is_no_animal(network):
    with pytest.raises(UnriggableError, match=r"trunk|belly"):
        find(a_table(), network=network, options=OPTIONS)


def test_each_plan_can_be_asked_for(network):
    with pytest.raises(UnriggableError, match=r"two-legged|standing"):
        find(a_dog(), network=network, options=replace(OPTIONS, plan=BodyPlan.BIPED))


@pytest.mark.parametrize("name", ANIMAL_CLIPS)
def test_clips_are_whole_cycles(name):
    motion = make_animal_motion(name)
    np.testing.assert_allclose(motion.turns[0], motion.turns[-1], atol=1e-9)
    assert motion.loops


def test_a_walk_always_has_two_feet_down():
    motion = make_animal_motion("walk")
    lifted = np.zeros(len(motion.turns), int)
    for leg in ("leftFront", "rightFront", "leftHind", "rightHind"):
        upper, lower = motion.turns_of(f"{leg}Upper"), motion.turns_of(f"{leg}Lower")
        # A leg that is off the ground bends; one that stands does not.
        bend = np.einsum("kii->k", np.swapaxes(upper, 1, 2) @ lower)
        lifted += bend < 3 - 1e-3
    assert lifted.max() == 2


def test_a_clip_of_hands_is_refused():
    with pytest.raises(UnknownNameError, match="wave"):
        make_animal_motion("wave")
