"""Motion without a skeleton: how each role is turned in the common pose, frame by frame.

What clips are written in and what imported motion is brought into; `onto_skeleton` puts it on a
figure, whatever its rest pose, dialect and size. Frame: +y up, facing +z, left is +x.
Letters: k frames, r roles, j joints.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.rigging.canonical import canonical_rest
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.rotations import matrix_from_vector, quaternion_from_matrix
from bozzetto.rigging.skeletons import ROOT
from bozzetto.rigging.template import PARENT


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """Turns of roles against the common pose."""

    name: str
    roles: tuple[str, ...]
    turns: Float64[np.ndarray, "k r 3 3"]
    """In the asset's axes, parents' turns included."""
    hips: Float64[np.ndarray, "k 3"]
    """How far the hips are from where they rest, in heights of the hips above the floor."""
    frames_per_second: float = 30.0
    loops: bool = False

    def turns_of(self, role: str) -> Float64[np.ndarray, "k 3 3"]:
        """Return a role's turns; what has none moves with its nearest ancestor that has."""
        while role and role not in self.roles:
            role = PARENT.get(role, "")
        if not role:
            return np.broadcast_to(np.eye(3), (len(self.turns), 3, 3))
        return self.turns[:, self.roles.index(role)]


@dataclass(frozen=True, kw_only=True)
class Travel:
    """Which way of a motion's hips goes onto the figure."""

    in_place: bool = False
    """Leave out the way over the floor, keep the way up and down."""


def onto_skeleton(
    motion: Motion,
    skeleton: Skeleton,
    joints: Joints,
    *,
    roles: Sequence[str],
    facing: float = 0.0,
    travel: Travel = Travel(),
    ground: float = 0.0,
) -> Clip:
    """Put a motion on a figure.

    Args:
        motion: In the common pose.
        skeleton: Of the figure; `roles` names its joints in order.
        joints: Of the figure at rest.
        roles: Role of each joint.
        facing: Radians round +y from +z to where the figure looks.
        travel: What of the hips' way counts.
        ground: Height of the floor.
    """
    rest = canonical_rest(joints, roles, facing=facing)
    home = matrix_from_vector(np.array([0.0, facing, 0.0]))
    frames = len(motion.turns)
    at_rest = skeleton.asset_from_joint[:, :3, :3]
    world = np.empty((frames, len(roles), 3, 3))
    for index, role in enumerate(roles):
        turn = np.eye(3) if role == ROOT else home @ motion.turns_of(role) @ home.T
        world[:, index] = turn @ rest.turns[index] @ at_rest[index]
    local = world.copy()
    for index, parent in enumerate(skeleton.parents.tolist()):
        if parent >= 0:
            local[:, index] = np.swapaxes(world[:, parent], -1, -2) @ world[:, index]
    way = motion.hips @ home.T * float(joints.at("hips")[1] - ground)
    if travel.in_place:
        way = way * np.array([0.0, 1.0, 0.0])
    return Clip(
        name=motion.name,
        rotations=_continuous(quaternion_from_matrix(local)),
        translations=_translations(skeleton, roles, way).astype(np.float32),
        frames_per_second=motion.frames_per_second,
        loops=motion.loops,
    )


def _translations(
    skeleton: Skeleton, roles: Sequence[str], way: Float64[np.ndarray, "k 3"]
) -> Float64[np.ndarray, "k j 3"]:
    """Move the root over the floor and the hips up and down; without a root the hips do both."""
    local = np.tile(skeleton.parent_from_joint[None, :, :3, 3], (len(way), 1, 1))
    hips = list(roles).index("hips")
    if ROOT not in roles:
        local[:, hips] += way
        return local
    root = list(roles).index(ROOT)
    flat = np.array([1.0, 0.0, 1.0])
    local[:, root] += way * flat
    local[:, hips] += (way * (1 - flat)) @ skeleton.asset_from_joint[root, :3, :3]
    return local


def _continuous(
    quaternions: Float32[np.ndarray, "k j 4"],
) -> Float32[np.ndarray, "k j 4"]:
    """Give every quaternion the sign nearer to the one before, or blending takes the long way."""
    result = quaternions.copy()
    for frame in range(1, len(result)):
        opposite = (result[frame] * result[frame - 1]).sum(axis=-1) < 0
        result[frame][opposite] *= -1
    return result
