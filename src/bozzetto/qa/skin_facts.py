"""Facts about skeletons, skins and clips.

Letters: v vertices, j joints.
"""

from dataclasses import dataclass

import numpy as np

from bozzetto.asset.model import Model
from bozzetto.asset.skeleton import Clip, Skeleton


@dataclass(frozen=True, kw_only=True)
class SkinFacts:
    """What is true of a model's skeleton and skins."""

    joints: int
    roots: int
    joint_names: tuple[str, ...]
    unused_joints: int
    """Joints that move no vertex, themselves or through a joint below them."""
    skinned_vertices: int
    unskinned_parts: tuple[str, ...]
    """Parts that the skeleton does not move."""
    max_influences: int
    """Largest number of joints with a weight above 0 at one vertex."""
    zero_weight_vertices: int
    """Vertices that no joint moves, in skinned parts."""
    worst_sum_error: float
    """Largest distance of a vertex's weights from a sum of 1."""


@dataclass(frozen=True, kw_only=True)
class ClipFacts:
    """What is true of one clip."""

    name: str
    seconds: float
    frames: int
    frames_per_second: float
    loops: bool
    moving_joints: int
    """Joints that turn or move within the clip."""
    root_travel_m: float
    """Distance between the first root's places in the first and last frame."""


def measure_skin(model: Model) -> SkinFacts | None:
    """Measure the skeleton and the skins; None for a model without a skeleton."""
    skeleton = model.skeleton
    if skeleton is None:
        return None
    skins = [part.skin for part in model.parts if part.skin is not None]
    weights = np.concatenate([skin.weights for skin in skins] or [np.zeros((0, 4), np.float32)])
    used: set[int] = set()
    for skin in skins:
        used.update(np.unique(skin.joints[skin.weights > 0]).astype(int).tolist())
    sums = weights.sum(axis=1, dtype=np.float64)
    return SkinFacts(
        joints=skeleton.num_joints,
        roots=int((skeleton.parents < 0).sum()),
        joint_names=skeleton.names,
        unused_joints=_unused(skeleton, used),
        skinned_vertices=len(weights),
        unskinned_parts=tuple(part.name for part in model.parts if part.skin is None),
        max_influences=int((weights > 0).sum(axis=1).max(initial=0)),
        zero_weight_vertices=int((sums <= 0).sum()),
        worst_sum_error=round(float(np.abs(sums - 1).max(initial=0)), 7),
    )


def measure_clip(clip: Clip, skeleton: Skeleton) -> ClipFacts:
    """Measure a clip."""
    turned = np.ptp(clip.rotations, axis=0).max(axis=1) > 1e-4
    moved = np.ptp(clip.translations, axis=0).max(axis=1) > 1e-5
    root = int(np.flatnonzero(skeleton.parents < 0)[0])
    travel = np.linalg.norm(clip.translations[-1, root] - clip.translations[0, root])
    return ClipFacts(
        name=clip.name,
        seconds=round(clip.seconds, 4),
        frames=clip.num_frames,
        frames_per_second=clip.frames_per_second,
        loops=clip.loops,
        moving_joints=int((turned | moved).sum()),
        root_travel_m=round(float(travel), 5),
    )


def _unused(skeleton: Skeleton, used: set[int]) -> int:
    """Count the joints that move nothing; parents of used joints are of use."""
    for joint in reversed(range(skeleton.num_joints)):
        if joint in used and skeleton.parents[joint] >= 0:
            used.add(int(skeleton.parents[joint]))
    return skeleton.num_joints - len(used)
