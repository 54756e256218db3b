"""A hand of capsules: what is apart is found and moves alone, what is not stays one piece."""

import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.skeleton import Skin
from bozzetto.rigging.binding import BindOptions
from bozzetto.rigging.fingers import bend_fingers, find_fingers
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.template import FINGERS
from bozzetto.rigging.voxels import voxelize
from tests.rigging.mannequin import a_bar

TIPS = {
    "Thumb": (0.115, 0.0, 0.075),
    "Index": (0.175, 0.0, 0.034),
    "Middle": (0.185, 0.0, 0.0115),
    "Ring": (0.178, 0.0, -0.0115),
    "Little": (0.16, 0.0, -0.034),
}
ROOTS = {
    name: (0.045, 0.0, 0.03) if name == "Thumb" else (0.085, 0.0, tip[2])
    for name, tip in TIPS.items()
}


def a_hand(*, fingers=tuple(TIPS), radius=0.008):
    """A left hand, palm down, wrist at the origin, with a body to give it a scale."""
    solids = [
        trimesh.creation.box((0.1, 0.02, 0.085)).apply_translation((0.045, 0, 0)),
        a_bar((-0.1, 0, 0), (0.02, 0, 0), 0.022, count=(8, 10)),
        trimesh.creation.box((0.2, 0.9, 0.2)).apply_translation((-0.5, 0, 0)),
    ]
    solids += [a_bar(ROOTS[name], TIPS[name], radius, count=(8, 10)) for name in fingers]
    whole = trimesh.util.concatenate([s.subdivide_to_size(0.02, max_iter=12) for s in solids])
    return Mesh(
        positions=np.asarray(whole.vertices, np.float32),
        triangles=np.asarray(whole.faces, np.int32),
    )


def the_joints(mesh):
    end = float(mesh.positions[:, 0].max())
    return Joints(
        roles=("leftHand", "leftHandEnd"),
        positions=np.array([[0.0, 0, 0], [end, 0, 0]]),
        confidence=np.ones(2),
    )


def found(mesh):
    voxels = voxelize(mesh, cells=80)
    return find_fingers(mesh, the_joints(mesh), voxels, side="left")


def test_five_fingers_are_named_and_lie_in_their_flesh():
    places = found(a_hand())
    assert len(places) == 5 * 4
    for name in FINGERS:
        along = np.subtract(TIPS[name], ROOTS[name])
        along = along / np.linalg.norm(along)
        for part in ("Distal", "End"):
            offset = places[f"left{name}{part}"] - ROOTS[name]
            aside = offset - (offset @ along) * along
            assert np.linalg.norm(aside) < 0.006, (name, part)


def test_a_hand_without_a_thumb_apart_starts_at_the_index():
    places = found(a_hand(fingers=("Index", "Middle", "Ring", "Little")))
    names = [name for name in FINGERS if f"left{name}Distal" in places]
    assert names == ["Index", "Middle", "Ring", "Little"]
    assert places["leftIndexDistal"][2] > places["leftLittleDistal"][2]


@pytest.mark.parametrize("mitten", [a_hand(radius=0.014), a_hand(fingers=("Middle",))])
def test_a_mitten_has_no_fingers(mitten):
    assert found(mitten) == {}


def test_every_finger_moves_its_own_flesh_and_nothing_is_lost():
    mesh = a_hand()
    joints = the_joints(mesh).extended(found(mesh), confidence=0.5)
    roles = (
        "hips",
        "leftHand",
        *(r for r in joints.roles if not r.endswith("End") and r != "leftHand"),
    )
    whole = Skin(
        joints=np.outer(mesh.positions[:, 0] > -0.02, (1, 0, 0, 0)).astype(np.uint16),
        weights=np.tile(np.array([1, 0, 0, 0], np.float32), (mesh.num_vertices, 1)),
    )
    skin = bend_fingers(mesh, whole, joints, roles=roles, options=BindOptions())
    np.testing.assert_allclose(skin.weights.sum(axis=1), 1, atol=1e-5)
    for name in FINGERS:
        near = np.linalg.norm(mesh.positions - np.array(TIPS[name], np.float32), axis=1) < 0.012
        own = roles.index(f"left{name}Distal")
        assert np.where(skin.joints == own, skin.weights, 0).sum(axis=1)[near].min() > 0.7
