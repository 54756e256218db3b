"""Move a skinned mesh: from turned joints to bent vertices (linear blend skinning, as in glTF).

Letters: j joints, v vertices, k frames.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.model import Model
from bozzetto.asset.skeleton import Clip, Skeleton, Skin
from bozzetto.rigging.rotations import matrix_from_quaternion

Matrices = Float64[np.ndarray, "j 4 4"]


def posed(skeleton: Skeleton, turns: Float64[np.ndarray, "j 3 3"]) -> Matrices:
    """Turn every joint about itself and carry its children along.

    Args:
        skeleton: At rest.
        turns: Of each joint in the asset's axes, on top of its parent's turn.

    Returns:
        `asset_from_joint` of every joint.
    """
    return assembled(skeleton.positions, skeleton.parents, turns) @ _rest_turns(skeleton)


def assembled(
    positions: Float64[np.ndarray, "j 3"],
    parents: Int32[np.ndarray, " j"],
    turns: Float64[np.ndarray, "j 3 3"],
) -> Matrices:
    """Return where joints without axes of their own come to lie, and how they are turned."""
    placed = np.tile(np.eye(4), (len(positions), 1, 1))
    for joint, parent in enumerate(parents.tolist()):
        placed[joint, :3, :3], placed[joint, :3, 3] = turns[joint], positions[joint]
        if parent >= 0:
            placed[joint, :3, :3] = placed[parent, :3, :3] @ turns[joint]
            offset = placed[parent, :3, :3] @ (positions[joint] - positions[parent])
            placed[joint, :3, 3] = placed[parent, :3, 3] + offset
    return placed


def at_frame(skeleton: Skeleton, clip: Clip, frame: int) -> Matrices:
    """Return `asset_from_joint` of every joint at a frame of a clip."""
    placed = np.tile(np.eye(4), (skeleton.num_joints, 1, 1))
    placed[:, :3, :3] = matrix_from_quaternion(clip.rotations[frame])
    placed[:, :3, 3] = clip.translations[frame]
    for joint, parent in enumerate(skeleton.parents.tolist()):
        if parent >= 0:
            placed[joint] = placed[parent] @ placed[joint]
    return placed


def bent(
    positions: Float32[np.ndarray, "v 3"], skin: Skin, *, skeleton: Skeleton, placed: Matrices
) -> Float32[np.ndarray, "v 3"]:
    """Move vertices with their joints."""
    moved = placed @ np.linalg.inv(skeleton.asset_from_joint)
    total = np.zeros((len(positions), 3))
    for column in range(skin.joints.shape[1]):
        of_vertex = moved[skin.joints[:, column]]
        there = np.einsum("vij,vj->vi", of_vertex[:, :3, :3], positions) + of_vertex[:, :3, 3]
        total += skin.weights[:, column, None] * there
    return total.astype(np.float32)


def bent_model(model: Model, placed: Matrices) -> tuple[Float32[np.ndarray, "v 3"], ...]:
    """Move the vertices of every part; what has no skin stays."""
    if model.skeleton is None:
        return tuple(part.mesh.positions for part in model.parts)
    return tuple(
        part.mesh.positions
        if part.skin is None
        else bent(part.mesh.positions, part.skin, skeleton=model.skeleton, placed=placed)
        for part in model.parts
    )


def _rest_turns(skeleton: Skeleton) -> Matrices:
    """Return the joints' own axes at rest."""
    turns = skeleton.asset_from_joint.copy()
    turns[:, :3, 3] = 0.0
    return turns
