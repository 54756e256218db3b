"""Skeletons, skins and clips as FBX objects.

Joints stand at the scene's root, without an armature node above them, as Mixamo writes them: Unreal
would take such a node for one more bone. Letters: j joints, k frames, u points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from bozzetto.asset.model import Part
from bozzetto.asset.poses import matrices_from_quaternions
from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.formats.fbx.euler import continuous_euler_deg, euler_deg_from_matrices
from bozzetto.formats.fbx.nodes import node
from bozzetto.formats.fbx.write_objects import FbxObjects, label, matrix_values, prop, properties
from bozzetto.geometry.weld import Welded

TICKS_PER_SECOND = 46_186_158_000
_LINEAR = 4
_AXES = ("d|X", "d|Y", "d|Z")


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenJoints:
    """The objects of a skeleton's joints."""

    ids: tuple[np.int64, ...]
    file_from_joint: Float64[np.ndarray, "j 4 4"]
    """Rest poses in the file's unit."""


def add_joints(objects: FbxObjects, skeleton: Skeleton, *, units_per_metre: float) -> WrittenJoints:
    """Append the joints as limb nodes."""
    local = skeleton.parent_from_joint
    angles = euler_deg_from_matrices(local[:, :3, :3])
    ids: list[np.int64] = []
    for index, name in enumerate(skeleton.names):
        x, y, z = (local[index, :3, 3] * units_per_metre).tolist()
        rx, ry, rz = angles[index].tolist()
        attribute = objects.add(
            "NodeAttribute",
            label(name, "NodeAttribute"),
            "LimbNode",
            properties(prop("Size", "double", 1.0, second="Number")),
            node("TypeFlags", "Skeleton"),
        )
        joint = objects.add(
            "Model",
            label(name, "Model"),
            "LimbNode",
            node("Version", 232),
            properties(
                prop("InheritType", "enum", 1),
                prop("Lcl Translation", "Lcl Translation", x, y, z, flags="A"),
                prop("Lcl Rotation", "Lcl Rotation", rx, ry, rz, flags="A"),
                prop("Lcl Scaling", "Lcl Scaling", 1.0, 1.0, 1.0, flags="A"),
            ),
            node("Shading", True),
            node("Culling", "CullingOff"),
        )
        objects.connect(attribute, joint)
        parent = int(skeleton.parents[index])
        objects.connect(joint, np.int64(0) if parent < 0 else ids[parent])
        ids.append(joint)
    rest = skeleton.asset_from_joint.copy()
    rest[:, :3, 3] *= units_per_metre
    return WrittenJoints(ids=tuple(ids), file_from_joint=rest)


def add_skin(
    objects: FbxObjects, part: Part, points: Welded, *, geometry: np.int64, joints: WrittenJoints
) -> None:
    """Append the weights of a part: one cluster for each joint that moves it."""
    if part.skin is None:
        return
    skin = objects.add(
        "Deformer",
        label(part.name, "Deformer"),
        "Skin",
        node("Version", 101),
        node("Link_DeformAcuracy", 50.0),
    )
    objects.connect(skin, geometry)
    bones, weights = part.skin.joints[points.first], part.skin.weights[points.first]
    moving: list[int] = np.unique(bones[weights > 0]).tolist()
    for joint in moving:
        chosen: Bool[np.ndarray, "u 4"] = (bones == joint) & (weights > 0)
        rows = np.nonzero(chosen)[0]
        link: Float64[np.ndarray, "4 4"] = joints.file_from_joint[joint]
        cluster = objects.add(
            "Deformer",
            label(f"{part.name}_{joint}", "SubDeformer"),
            "Cluster",
            node("Version", 100),
            node("UserData", "", ""),
            node("Indexes", rows.astype(np.int32)),
            node("Weights", weights[chosen].astype(np.float64)),
            node("Transform", matrix_values(np.linalg.inv(link))),
            node("TransformLink", matrix_values(link)),
        )
        objects.connect(cluster, skin)
        objects.connect(joints.ids[joint], cluster)


def add_clip(
    objects: FbxObjects, clip: Clip, joints: WrittenJoints, *, units_per_metre: float
) -> None:
    """Append a clip as an animation stack of one layer, a key in every frame."""
    ticks = np.round(np.arange(clip.num_frames) * (TICKS_PER_SECOND / clip.frames_per_second))
    times = ticks.astype(np.int64)
    span = [
        prop(name, "KTime", np.int64(value), second="Time")
        for name, value in (
            ("LocalStart", 0),
            ("LocalStop", times[-1]),
            ("ReferenceStart", 0),
            ("ReferenceStop", times[-1]),
        )
    ]
    stack = objects.add("AnimationStack", label(clip.name, "AnimStack"), "", properties(*span))
    layer = objects.add("AnimationLayer", label(clip.name, "AnimLayer"), "")
    objects.connect(layer, stack)
    angles = continuous_euler_deg(matrices_from_quaternions(clip.rotations))
    for index, joint in enumerate(joints.ids):
        moved = clip.translations[:, index].astype(np.float64) * units_per_metre
        for letter, slot, values in (
            ("T", "Lcl Translation", moved),
            ("R", "Lcl Rotation", angles[:, index]),
        ):
            curves = _curve_node(objects, letter, values, times=times)
            objects.connect(curves, layer)
            objects.connect(curves, joint, slot)


def _curve_node(
    objects: FbxObjects,
    letter: str,
    values: Float64[np.ndarray, "k 3"],
    *,
    times: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> np.int64:
    """Append the three curves of one property; axes that stand still need one key."""
    start = [
        prop(axis, "Number", float(v), flags="A") for axis, v in zip(_AXES, values[0], strict=True)
    ]
    made = objects.add("AnimationCurveNode", label(letter, "AnimCurveNode"), "", properties(*start))
    for axis, column in zip(_AXES, values.T, strict=True):
        still = bool((column == column[0]).all())
        count = 1 if still else len(column)
        curve = objects.add(
            "AnimationCurve",
            label("", "AnimCurve"),
            "",
            node("Default", float(column[0])),
            node("KeyVer", 4008),
            node("KeyTime", times[:count]),
            node("KeyValueFloat", column[:count].astype(np.float32)),
            node("KeyAttrFlags", np.array([_LINEAR], np.int32)),
            node("KeyAttrDataFloat", np.zeros(4, np.float32)),
            node("KeyAttrRefCount", np.array([count], np.int32)),
        )
        objects.connect(curve, made, axis)
    return made
