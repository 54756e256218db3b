"""How far a figure's rest pose is from a common one, so that motion means the same on all.

Common pose: arms along +x and -x (a T), legs straight down, everything else as it stands.
Frame: +y up, facing +z. Letters: r roles, v vertices.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.model import Model, Part
from bozzetto.asset.skeleton import Skeleton, Skin
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.pose import assembled, bent
from bozzetto.rigging.rotations import aligning, matrix_from_vector
from bozzetto.rigging.skeletons import ROOT
from bozzetto.rigging.template import BIPED, ENDS, PARENT, tip_role

_BIPED = frozenset(bone.role for bone in BIPED)
_DROP_OF_A_DEG = 45.0


class RestPose(StrEnum):
    """How a rigged figure stands when nothing moves it."""

    KEEP = "keep"
    """As it was modelled."""
    A = "a"
    """Arms 45 degrees below the horizontal."""
    T = "t"
    """Arms out sideways."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rest:
    """Joints and what turns them into the common pose."""

    roles: tuple[str, ...]
    turns: Float64[np.ndarray, "r 3 3"]
    """For each role, from the figure's rest to the common pose, in the asset's axes."""


def canonical_rest(
    joints: Joints, roles: Sequence[str], *, pose: RestPose = RestPose.T, facing: float = 0.0
) -> Rest:
    """Return what turns limbs into the common pose, parents' turns included."""
    turns: dict[str, Float64[np.ndarray, "3 3"]] = {}
    home = matrix_from_vector(np.array([0.0, facing, 0.0]))
    for role in roles:
        above = turns.get(PARENT.get(role, ""), np.eye(3))
        wanted = _direction(role, pose)
        tip = tip_role(role)
        turns[role] = above
        if wanted is not None and tip is not None and tip in joints:
            now = above @ (joints.at(tip) - joints.at(role))
            # On top of the parent's turn, so that a limb is not twisted on its way.
            turns[role] = aligning(now, home @ wanted) @ above
        elif role.endswith(("Foot", "Toes")) or role not in _BIPED:
            turns[role] = np.eye(3)
    return Rest(roles=tuple(roles), turns=np.array([turns[role] for role in roles]))


def _direction(role: str, pose: RestPose) -> Float64[np.ndarray, " 3"] | None:
    """Return where a role's bone points in a pose; None where it points as it does."""
    drop = np.radians(_DROP_OF_A_DEG if pose is RestPose.A else 0.0)
    sign = -1.0 if role.startswith("right") else 1.0
    if role.endswith(("UpperArm", "LowerArm", "Hand")):
        return np.array([sign * np.cos(drop), -np.sin(drop), 0.0])
    if role.endswith(("UpperLeg", "LowerLeg")):
        return np.array([0.0, -1.0, 0.0])
    return None


def restand(
    model: Model, joints: Joints, roles: Sequence[str], *, pose: RestPose, facing: float
) -> tuple[Model, Joints]:
    """Bend a skinned figure into another rest pose, legs left as they are.

    Args:
        model: Skinned to a skeleton whose joints are `roles`.
        joints: Of the figure as it is.
        roles: In the skeleton's order.
        pose: The wanted pose; `KEEP` changes nothing.
        facing: Radians round +y from +z to where the figure looks.

    Returns:
        The model with moved vertices (skin and skeleton are the old ones), and the moved joints.
    """
    skeleton = model.skeleton
    if pose is RestPose.KEEP or skeleton is None:
        return model, joints
    rest = canonical_rest(joints, roles, pose=pose, facing=facing)
    arms = [role.endswith(_ARM) or is_finger(role) for role in roles]
    whole = np.where(np.array(arms)[:, None, None], rest.turns, np.eye(3))
    local = whole.copy()
    for index, parent in enumerate(skeleton.parents.tolist()):
        if parent >= 0:
            local[index] = whole[parent].T @ whole[index]
    placed = assembled(skeleton.positions, skeleton.parents, local)
    moved = replace(model, parts=tuple(_moved_parts(model, skeleton, placed)))
    return moved, _moved_joints(joints, roles, placed)


_ARM = ("UpperArm", "LowerArm", "Hand")


def is_finger(role: str) -> bool:
    """Tell whether a role is a finger's joint."""
    return role.endswith(("Metacarpal", "Proximal", "Intermediate", "Distal"))


def _moved_parts(
    model: Model, skeleton: Skeleton, placed: Float64[np.ndarray, "j 4 4"]
) -> Iterator[Part]:
    """Bend every part; normals are turned with their vertices."""
    plain = replace(skeleton, asset_from_joint=_unturned(skeleton))
    for part in model.parts:
        if part.skin is None:
            yield part
            continue
        mesh = part.mesh
        positions = bent(mesh.positions, part.skin, skeleton=plain, placed=placed)
        normals = None if mesh.normals is None else _turned(mesh.normals, part.skin, placed)
        tangents = mesh.tangents
        if tangents is not None:
            turned = _turned(np.ascontiguousarray(tangents[:, :3]), part.skin, placed)
            tangents = np.concatenate([turned, tangents[:, 3:]], axis=1)
        yield replace(
            part, mesh=replace(mesh, positions=positions, normals=normals, tangents=tangents)
        )


def _turned(
    directions: Float32[np.ndarray, "v 3"], skin: Skin, placed: Float64[np.ndarray, "j 4 4"]
) -> Float32[np.ndarray, "v 3"]:
    """Turn directions with their joints."""
    blended = np.einsum("vk,vkij->vij", skin.weights, placed[skin.joints][:, :, :3, :3])
    turned = np.einsum("vij,vj->vi", blended, directions)
    length = np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    return (turned / length).astype(np.float32)


def _unturned(skeleton: Skeleton) -> Float64[np.ndarray, "j 4 4"]:
    poses = np.tile(np.eye(4), (skeleton.num_joints, 1, 1))
    poses[:, :3, 3] = skeleton.positions
    return poses


def _moved_joints(
    joints: Joints, roles: Sequence[str], placed: Float64[np.ndarray, "j 4 4"]
) -> Joints:
    """Carry joints and tips along."""
    where: dict[str, Float64[np.ndarray, " 3"]] = {}
    before = {role: joints.at(role) for role in joints.roles}
    for role in joints.roles:
        carrier = role if role in roles else ENDS.get(role, "")
        while carrier and carrier not in roles:
            carrier = PARENT.get(carrier, "")
        matrix = placed[list(roles).index(carrier or ROOT)]
        where[role] = matrix[:3, 3] + matrix[:3, :3] @ (before[role] - before[carrier])
    return Joints(
        roles=joints.roles,
        positions=np.array([where[role] for role in joints.roles]),
        confidence=joints.confidence.copy(),
    )
