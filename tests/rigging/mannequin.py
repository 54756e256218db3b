"""A figure of capsules in a T pose, with known joints; faces +z, stands on y = 0, 1.7 m high."""

import numpy as np
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.template import BODY, HEAD_END

_HALF = {
    "hips": (0.0, 0.92, 0.0),
    "spine": (0.0, 1.0, 0.0),
    "chest": (0.0, 1.13, 0.0),
    "upperChest": (0.0, 1.27, 0.0),
    "neck": (0.0, 1.42, 0.0),
    "head": (0.0, 1.5, 0.0),
    HEAD_END: (0.0, 1.7, 0.0),
    "leftShoulder": (0.05, 1.36, 0.0),
    "leftUpperArm": (0.18, 1.36, 0.0),
    "leftLowerArm": (0.44, 1.36, 0.0),
    "leftHand": (0.68, 1.36, 0.0),
    "leftHandEnd": (0.84, 1.36, 0.0),
    "leftUpperLeg": (0.1, 0.9, 0.0),
    "leftLowerLeg": (0.1, 0.5, 0.0),
    "leftFoot": (0.1, 0.09, 0.0),
    "leftToes": (0.1, 0.03, 0.12),
    "leftToesEnd": (0.1, 0.03, 0.2),
}
_CAPSULES = (
    ("leftUpperArm", "leftHandEnd", 0.045),
    ("leftUpperLeg", "leftFoot", 0.075),
    ("leftToes", "leftFoot", 0.045),
)


def mannequin_joints():
    """Where the joints are."""
    places = {}
    for role, (x, y, z) in _HALF.items():
        places[role] = (x, y, z)
        if role.startswith("left"):
            places["right" + role.removeprefix("left")] = (-x, y, z)
    order = [bone.role for bone in BODY] + [r for r in places if r.endswith("End")]
    return Joints(
        roles=tuple(order),
        positions=np.array([places[role] for role in order], np.float64),
        confidence=np.full(len(order), 0.5),
    )


def a_mannequin():
    """The mesh: one closed surface per limb, overlapping."""
    solids = [
        trimesh.creation.box((0.34, 0.56, 0.2)).apply_translation((0, 1.16, 0)),
        trimesh.creation.box((0.3, 0.12, 0.2)).apply_translation((0, 0.9, 0)),
        a_bar((0, 1.4, 0), (0, 1.5, 0), 0.05),
        trimesh.creation.icosphere(2, 0.11).apply_translation((0, 1.59, 0)),
    ]
    for first, last, radius in _CAPSULES:
        for flip in (1, -1):
            start, end = (np.array(_HALF[r]) * (flip, 1, 1) for r in (first, last))
            solids.append(a_bar(start, end, radius))
    whole = trimesh.util.concatenate([s.subdivide_to_size(0.07, max_iter=12) for s in solids])
    positions = np.asarray(whole.vertices, np.float32)
    positions[:, 1] = np.maximum(positions[:, 1], 0)
    return Mesh(positions=positions, triangles=np.asarray(whole.faces, np.int32))


def a_mannequin_model():
    """The mesh as a model of one part."""
    part = Part(name="body", mesh=a_mannequin(), surface=Surface(name="clay"))
    return Model(name="mannequin", parts=(part,))


def a_bar(start, end, radius, *, count=(10, 12)):
    """A capsule from `start` to `end`; `count` is trimesh's, around and along."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(end - start))
    bar = trimesh.creation.capsule(length, radius, count=list(count))
    bar.apply_transform(trimesh.geometry.align_vectors((0, 0, 1), (end - start) / length))
    return bar.apply_translation((start + end) / 2 - bar.bounds.mean(axis=0))
