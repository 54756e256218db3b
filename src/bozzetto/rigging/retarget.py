"""Bring motion of any human skeleton into the common pose, from where it goes onto ours.

Joints are recognised by name, whichever dialect; rest poses may differ (T, A, arms down): the turn
from a skeleton's own rest to the common pose is taken out again. Motion is resampled to 30 frames a
second. Frame: y up in the file; the facing is read off its own joints. Letters: k frames, j joints.
"""

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.errors import InputError
from bozzetto.rigging.bvh import CapturedMotion
from bozzetto.rigging.canonical import canonical_rest
from bozzetto.rigging.dialects import plain_name, roles_by_name
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.motion import Motion
from bozzetto.rigging.pose import at_frame
from bozzetto.rigging.rotations import matrix_from_vector
from bozzetto.rigging.template import BIPED, ENDS, SIDES

FRAMES_PER_SECOND = 30.0
_NEEDED = (
    "hips",
    *(s + r for s in SIDES for r in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg")),
)


def captured_from_clip(skeleton: Skeleton, clip: Clip) -> CapturedMotion:
    """Take a clip of a model's own skeleton for captured motion."""
    placed = np.stack([at_frame(skeleton, clip, frame) for frame in range(clip.num_frames)])
    return CapturedMotion(
        names=skeleton.names,
        parents=skeleton.parents.copy(),
        rest=skeleton.positions.copy(),
        rest_turns=skeleton.asset_from_joint[:, :3, :3].copy(),
        ends={},
        turns=placed[:, :, :3, :3],
        positions=placed[:, :, :3, 3],
        frames_per_second=clip.frames_per_second,
    )


def motion_from_captured(captured: CapturedMotion, *, name: str) -> Motion:
    """Read off a skeleton's motion what each role does.

    Raises:
        InputError: Too few joints have names that are known.
    """
    numbers = recognised(captured.names)
    missing = [role for role in _NEEDED if role not in numbers]
    if missing:
        raise InputError(
            f"The motion has no joint known as {missing[0]!r} (its joints: "
            f"{', '.join(captured.names[:12])}...).",
            advice="Rename its joints as Mixamo, VRM, Unreal, Unity, Godot or CMU files have them.",
        )
    roles = tuple(bone.role for bone in BIPED if bone.role in numbers)
    joints = _rest_joints(captured, numbers, roles)
    facing = _facing(joints)
    rest = canonical_rest(joints, roles, facing=facing)
    columns = [numbers[role] for role in roles]
    frames = _resampled(captured)
    since_rest = captured.turns[frames][:, columns] @ np.swapaxes(
        captured.rest_turns[columns], -1, -2
    )
    home = matrix_from_vector(np.array([0.0, -facing, 0.0]))
    turns = home @ since_rest @ np.swapaxes(rest.turns, -1, -2) @ home.T
    return Motion(
        name=name,
        roles=roles,
        turns=turns,
        hips=_way(captured, numbers, frames) @ home.T,
        frames_per_second=FRAMES_PER_SECOND,
        loops=bool(np.abs(turns[0] - turns[-1]).max() < 0.02),
    )


def recognised(names: tuple[str, ...]) -> dict[str, int]:
    """Return which joint plays each role; the first of several stays."""
    known, found = roles_by_name(), dict[str, int]()
    for number, name in enumerate(names):
        role = known.get(plain_name(name))
        if role is not None:
            found.setdefault(role, number)
    return found


def _rest_joints(
    captured: CapturedMotion, numbers: dict[str, int], roles: tuple[str, ...]
) -> Joints:
    """Collect where roles are at rest, with the ends of chains."""
    places = {role: captured.rest[numbers[role]] for role in roles}
    for end, owner in ENDS.items():
        name = captured.names[numbers[owner]] if owner in numbers else ""
        if name in captured.ends:
            places[end] = captured.ends[name]
    return Joints(
        roles=tuple(places),
        positions=np.array(list(places.values()), np.float64),
        confidence=np.ones(len(places)),
    )


def _facing(joints: Joints) -> float:
    """Return where the skeleton looks at rest, in radians round +y from +z."""
    across = joints.at("leftUpperLeg") - joints.at("rightUpperLeg")
    across = across + joints.at("leftUpperArm") - joints.at("rightUpperArm")
    return float(np.arctan2(-across[2], across[0]))


def _resampled(captured: CapturedMotion) -> np.ndarray:
    """Return the source frame nearest to each frame of ours."""
    last = len(captured.turns) - 1
    seconds = last / captured.frames_per_second
    count = max(round(seconds * FRAMES_PER_SECOND), 0) + 1
    times = np.arange(count) / FRAMES_PER_SECOND
    return np.clip(np.rint(times * captured.frames_per_second), 0, last).astype(np.int64)


def _way(
    captured: CapturedMotion, numbers: dict[str, int], frames: np.ndarray
) -> Float64[np.ndarray, "k 3"]:
    """Return the hips' way from their rest, in heights of the hips over the lowest joint."""
    hips = numbers["hips"]
    floor = float(captured.rest[:, 1].min())
    height = max(float(captured.rest[hips, 1]) - floor, 1e-9)
    path = captured.positions[frames, hips]
    start = np.array([path[0, 0], 0.0, path[0, 2]])
    # Many files rest with the hips at the origin: then the height over the feet is what counts.
    rise = captured.positions[frames][:, :, 1].min() if abs(captured.rest[hips, 1]) < 1e-6 else 0.0
    level = np.array([0.0, float(captured.rest[hips, 1] - (floor if rise else 0.0)) + rise, 0.0])
    return (path - start - level) / height
