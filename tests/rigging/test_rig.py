"""On an artist's rig, with its skeleton hidden; and on the mannequin where no picture is needed."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.rigging_truth import load_rig
from bozzetto.rigging.anatomy import find_anatomy
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.canonical import RestPose
from bozzetto.rigging.dialects import DIALECTS
from bozzetto.rigging.facing import turn_about_y
from bozzetto.rigging.figure import figure_of
from bozzetto.rigging.pose import bent_model
from bozzetto.rigging.rig import JointedFigure, RigOptions, bind_found, find
from bozzetto.rigging.stress import STRESS_POSES, stress, verdicts
from bozzetto.rigging.voxels import voxelize
from tests.rigging.mannequin import a_mannequin_model, mannequin_joints

SHARED = Path(os.environ.get("BOZZETTO_SHARED", Path(__file__).parents[3] / "shared"))
A_RIG = SHARED / "rigs" / "modular_men__Casual2.glb"
artists = pytest.mark.skipif(not A_RIG.exists(), reason="the shared rigs are not here")


def found_mannequin():
    """The mannequin with its true joints."""
    figure = figure_of(a_mannequin_model())
    voxels = voxelize(figure.mesh, cells=80)
    anatomy = find_anatomy(voxels)
    assert anatomy is not None
    return JointedFigure(
        figure=figure,
        voxels=voxels,
        joints=mannequin_joints(),
        landmarks=None,
        facing=0.0,
        middle=anatomy.middle,
        findings=(),
    )


@pytest.fixture(scope="module")
def found():
    return found_mannequin()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_at_rest_the_skin_does_not_move_the_mesh(found, dialect):
    model = a_mannequin_model()
    rigged = bind_found(model, found, options=RigOptions(dialect=dialect)).model
    assert rigged.skeleton is not None
    (positions,) = bent_model(rigged, rigged.skeleton.asset_from_joint)
    np.testing.assert_allclose(positions, model.parts[0].mesh.positions, atol=1e-5)


@pytest.mark.parametrize(("pose", "drop"), [(RestPose.A, 45.0), (RestPose.T, 0.0)])
def test_rest_poses_turn_the_arms_and_leave_the_legs(found, pose, drop):
    rigged = bind_found(a_mannequin_model(), found, options=RigOptions(pose=pose))
    joints, before = rigged.joints, found.joints
    way = joints.at("leftHand") - joints.at("leftUpperArm")
    assert np.degrees(np.arctan2(-way[1], way[0])) == pytest.approx(drop, abs=0.1)
    np.testing.assert_allclose(joints.at("leftFoot"), before.at("leftFoot"), atol=1e-9)
    hand = rigged.model.parts[0].mesh.positions[:, 0].argmax()
    reach = rigged.model.parts[0].mesh.positions[hand] - joints.at("leftUpperArm")
    assert np.degrees(np.arctan2(-reach[1], reach[0])) == pytest.approx(drop, abs=6)


def test_stress_names_every_turned_joint_and_a_torn_figure_fails(found):
    rigged = bind_found(a_mannequin_model(), found)
    results = stress(rigged)
    assert [r.pose for r in results] == list(STRESS_POSES)
    assert len(results) == 12
    assert all(r.passed for r in results)
    part = rigged.model.parts[0]
    assert part.skin is not None
    torn = part.skin.joints.copy()
    hand = rigged.roles.index("leftHand")
    some = np.random.default_rng(0).random(len(torn)) < 0.1
    torn[some] = 0
    torn[some, 0] = hand
    weights = part.skin.weights.copy()
    weights[some] = (1, 0, 0, 0)
    skin = replace(part.skin, joints=torn, weights=weights)
    worse = replace(rigged, model=replace(rigged.model, parts=(replace(part, skin=skin),)))
    assert not verdicts(stress(worse))["leftUpperArm"]


@artists
@pytest.mark.shared
def test_an_artists_figure_gets_its_joints_within_eight_percent_however_it_faces():
    truth = load_rig(A_RIG)
    turned = turn_about_y(np.pi / 2)
    parts = tuple(
        replace(
            part,
            mesh=replace(part.mesh, positions=turned.apply(part.mesh.positions).astype(np.float32)),
        )
        for part in truth.model.parts
    )
    result = find(replace(truth.model, parts=parts), network=BlazePose())
    assert result.facing == pytest.approx(np.pi / 2)
    for role, place in truth.joints.items():
        if role in result.joints:
            there = turned.apply(place[None])[0]
            error = np.linalg.norm(result.joints.at(role) - there) / result.figure.height
            assert error < 0.08, role
