"""From joints to a skeleton in an engine's dialect.

Frame: the model's. Letters: j joints.
"""

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.skeleton import Skeleton
from bozzetto.rigging.dialects import Axes, Dialect
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.template import EVERY, PARENT, tip_role

ROOT = "root"
"""Our role for the joint on the ground, where a dialect has one."""


def roles_of(joints: Joints, dialect: Dialect) -> tuple[str, ...]:
    """List the roles of a skeleton in its order, the root first where there is one."""
    found = tuple(bone.role for bone in EVERY if bone.role in joints)
    return (ROOT, *found) if dialect.root else found


def build_skeleton(
    joints: Joints, dialect: Dialect, *, facing: float = 0.0, ground: float = 0.0
) -> Skeleton:
    """Give joints names, parents and axes.

    Args:
        joints: The body's roles, perhaps fingers; tips orient the last bones.
        dialect: Whose names and axes.
        facing: Radians round +y from +z to where the figure looks.
        ground: Height of the floor, where roots stand.
    """
    roles = roles_of(joints, dialect)
    names = tuple(dialect.root if role == ROOT else dialect.name_of(role) for role in roles)
    poses = np.tile(np.eye(4), (len(roles), 1, 1))
    parents = np.full(len(roles), -1, np.int32)
    for index, role in enumerate(roles):
        if role == ROOT:
            poses[index, :3, 3] = joints.at("hips")
            poses[index, 1, 3] = ground
            continue
        above = PARENT[role] or (ROOT if dialect.root else "")
        parents[index] = roles.index(above) if above else -1
        poses[index, :3, 3] = joints.at(role)
        poses[index, :3, :3] = _axes(joints, role, dialect.axes, facing=facing)
    return Skeleton(names=names, parents=parents, asset_from_joint=poses)


def _axes(joints: Joints, role: str, axes: Axes, *, facing: float) -> Float64[np.ndarray, "3 3"]:
    """Return a joint's axes as columns."""
    if axes is Axes.WORLD:
        return np.eye(3)
    along = _direction(joints, role)
    forward = np.array([np.sin(facing), 0.0, np.cos(facing)])
    if abs(float(along @ forward)) > 0.9:  # Feet and toes: up is what stays across them.
        forward = np.array([0.0, 1.0, 0.0])
    across = np.cross(along, forward)
    across /= np.linalg.norm(across)
    third = np.cross(across, along)
    if axes is Axes.Y_ALONG:
        return np.stack([across, along, third], axis=1)
    sign = -1.0 if role.startswith("right") else 1.0
    return np.stack([sign * along, sign * across, np.cross(along, across)], axis=1)


def _direction(joints: Joints, role: str) -> Float64[np.ndarray, " 3"]:
    """Return where a bone points; tips that are unknown point as their parent does."""
    tip = tip_role(role)
    if tip is not None and tip in joints:
        way = joints.at(tip) - joints.at(role)
    elif PARENT[role]:
        way = joints.at(role) - joints.at(PARENT[role])
    else:
        way = np.array([0.0, 1.0, 0.0])
    length = float(np.linalg.norm(way))
    return way / length if length > 1e-9 else np.array([0.0, 1.0, 0.0])
