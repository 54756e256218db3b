"""Clips as animations of a glTF document, without what stands still.

Joints that a clip does not name stay at rest in every reader, and a track of one key holds its
value, so still tracks cost little or nothing. Letters: j joints, k frames, n keys.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.poses import quaternions_from_matrices
from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.formats.gltf_binary import BinaryWriter, Json


def animation(clip: Clip, skeleton: Skeleton, writer: BinaryWriter, *, first_joint: int) -> Json:
    """Append a clip's tracks to the buffer and describe them.

    Args:
        clip: Of the skeleton.
        skeleton: Its rest pose is what joints without a track keep.
        writer: Says what counts as still.
        first_joint: Index of the first joint's node.
    """
    tracks = _Tracks(clip=clip, writer=writer)
    rotations, translations = _rest(skeleton)
    for joint in range(skeleton.num_joints):
        node = first_joint + joint
        turns = _aligned(unit(clip.rotations[:, joint]), rotations[joint])
        tracks.add(node, "rotation", turns, rest=rotations[joint])
        tracks.add(node, "translation", clip.translations[:, joint], rest=translations[joint])
    if not tracks.moves:  # One track of full length, or the clip's duration would be lost.
        tracks.put(first_joint, "rotation", unit(clip.rotations[:, 0]))
    extras: Json = {"extras": {"loops": True}} if clip.loops else {}
    return {
        "name": clip.name,
        "channels": tracks.channels,
        "samplers": tracks.samplers,
        **extras,
    }


@dataclass(kw_only=True, eq=False)
class _Tracks:
    """The tracks of one clip; lives only inside one write."""

    clip: Clip
    writer: BinaryWriter
    channels: list[Json] = field(default_factory=list[Json])
    samplers: list[Json] = field(default_factory=list[Json])
    moves: bool = False
    """Whether any track has all keys."""

    def add(
        self,
        node: int,
        path: str,
        values: Float32[np.ndarray, "k c"],
        *,
        rest: Float32[np.ndarray, " c"],
    ) -> None:
        """Append a track; with one key where it stands still, not at all where that is at rest."""
        close = self.writer.still_turn if path == "rotation" else self.writer.still_step
        if np.abs(values - values[0]).max() > close:
            self.put(node, path, values)
        elif np.abs(values[0] - rest).max() > close:
            self.put(node, path, values[:1])

    def put(self, node: int, path: str, values: Float32[np.ndarray, "n c"]) -> None:
        """Append a track whatever it holds; a second one of a node and path takes its place."""
        self.moves = self.moves or len(values) == self.clip.num_frames
        target: Json = {"node": node, "path": path}
        self.channels[:] = [one for one in self.channels if one["target"] != target]
        times = np.arange(len(values), dtype=np.float32) / np.float32(self.clip.frames_per_second)
        keys = self.writer.add_numbers(times, semantic="time", with_bounds=True)
        output = self.writer.add_numbers(values, semantic=path)
        self.channels.append({"sampler": len(self.samplers), "target": target})
        self.samplers.append({"input": keys, "output": output})


def unit(quaternions: Float32[np.ndarray, "*k 4"]) -> Float32[np.ndarray, "*k 4"]:
    """Return quaternions whose lengths are 1 up to rounding, as the validator asks."""
    exact = quaternions.astype(np.float64)
    return (exact / np.linalg.norm(exact, axis=-1, keepdims=True)).astype(np.float32)


def _rest(skeleton: Skeleton) -> tuple[Float32[np.ndarray, "j 4"], Float32[np.ndarray, "j 3"]]:
    """Return rotations and translations of the joints at rest."""
    local = skeleton.parent_from_joint
    rotations = quaternions_from_matrices(local[:, :3, :3]).astype(np.float32)
    return rotations, local[:, :3, 3].astype(np.float32)


def _aligned(
    quaternions: Float32[np.ndarray, "k 4"], rest: Float32[np.ndarray, " 4"]
) -> Float32[np.ndarray, "k 4"]:
    """Choose the signs so that a rotation that is the one at rest has its numbers, too."""
    return -quaternions if float(quaternions[0] @ rest) < 0 else quaternions
