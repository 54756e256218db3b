"""Clips as animations of a glTF document, written without what stands still, read evenly sampled.

Joints that a clip does not name stay at rest in every reader, and a track of one key holds its
value, so still tracks cost little or nothing. Letters: j joints, k frames, n nodes or keys, m keys.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.poses import quaternions_from_matrices
from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import BinaryWriter, GlbContent, Json
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.nodes import Nodes
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import Rig
from bozzetto.formats.rigs.frame_rates import MAX_FRAMES, frame_rate

_WIDTHS = {"translation": 3, "rotation": 4, "scale": 3}


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


@dataclass(frozen=True, kw_only=True, eq=False)
class _Track:
    """One channel: keys of one property of one node."""

    node: int
    path: str
    times: Float64[np.ndarray, " m"]
    values: Float64[np.ndarray, "m c"]
    incoming: Float64[np.ndarray, "m c"] | None
    """Tangents of cubic splines, per second."""
    outgoing: Float64[np.ndarray, "m c"] | None
    stepped: bool


def read_clips(
    content: GlbContent, nodes: Nodes, rig: Rig | None, *, notes: Notes
) -> tuple[Clip, ...]:
    """Sample all animations at the rate of their keys, 30 frames a second if they have none.

    Without a rig no animation moves a node: there are no clips, and a note says so.
    """
    animations = content.document.children("animations")
    if rig is None:
        for still in animations:
            still.account()
            notes.warn("gltf.animation", "An animation that moves no node is left out.")
        return ()
    names = unique_names(
        animation.label() or f"clip_{index}" for index, animation in enumerate(animations)
    )
    clips: list[Clip] = []
    for animation, name in zip(animations, names, strict=True):
        tracks = _tracks(content, animation, nodes, notes=notes)
        if tracks:
            clips.append(_clip(tracks, nodes, rig, name=name, notes=notes))
            if animation.has("extras") and animation.child("extras").raw("loops") is True:
                clips[-1] = replace(clips[-1], loops=True)
    return tuple(clips)


def _tracks(
    content: GlbContent, animation: JsonNode, nodes: Nodes, *, notes: Notes
) -> list[_Track]:
    """Read the channels that move nodes."""
    tracks: list[_Track] = []
    for channel in animation.children("channels"):
        target = channel.child("target")
        path = target.text("path")
        if path not in _WIDTHS or not target.has("node"):
            notes.warn("gltf.animation", f"Animations of {path} are left out.")
            channel.account()
            continue
        if target.integer("node") >= len(nodes.entries):
            raise FormatError(f"{target.path} names a node that does not exist.")
        sampler = animation.item("samplers", channel.integer("sampler"))
        tracks.append(_track(content, sampler, node=target.integer("node"), path=path))
    return tracks


def _track(content: GlbContent, sampler: JsonNode, *, node: int, path: str) -> _Track:
    """Read one channel."""
    times = content.accessor(sampler.integer("input"))[:, 0].astype(np.float64)
    values = content.accessor(sampler.integer("output")).astype(np.float64)
    kind = sampler.text("interpolation", default="LINEAR")
    rows = 3 * len(times) if kind == "CUBICSPLINE" else len(times)
    if values.shape != (rows, _WIDTHS[path]) or not np.isfinite(values).all():
        raise FormatError(f"{sampler.path} needs {rows} finite values of {path}.")
    if not np.isfinite(times).all() or (np.diff(times) < 0).any():
        raise FormatError(f"{sampler.path} needs times that grow.")
    spline = values.reshape(len(times), 3, -1) if kind == "CUBICSPLINE" else None
    return _Track(
        node=node,
        path=path,
        times=times,
        values=values if spline is None else spline[:, 1],
        incoming=None if spline is None else spline[:, 0],
        outgoing=None if spline is None else spline[:, 2],
        stepped=kind == "STEP",
    )


def _clip(tracks: list[_Track], nodes: Nodes, rig: Rig, *, name: str, notes: Notes) -> Clip:
    """Pose all nodes in every frame, and take the joints' poses out."""
    keys = np.unique(np.concatenate([track.times for track in tracks]))
    start, rate = keys[0], frame_rate(keys - keys[0])
    count = int(np.ceil((keys[-1] - start) * rate - 1e-3)) + 1
    if count > MAX_FRAMES:
        notes.warn("gltf.long_clip", f"{name} has {count} frames; {MAX_FRAMES} are read.")
        count = MAX_FRAMES
    at = start + np.arange(count) / rate
    moved = {
        "translation": np.repeat(nodes.translations[None], count, axis=0),
        "rotation": np.repeat(nodes.rotations[None], count, axis=0),
        "scale": np.repeat(nodes.scales[None], count, axis=0),
    }
    for track in tracks:
        moved[track.path][:, track.node] = _sampled(track, at)
    local = nodes.locals_of(moved["translation"], moved["rotation"], moved["scale"])
    poses = nodes.scene_from_locals(local)
    return rig.clip(poses, name=name, frames_per_second=rate, notes=notes)


def _sampled(track: _Track, at: Float64[np.ndarray, " k"]) -> Float64[np.ndarray, "k c"]:
    """Interpolate a track (glTF 2.0, appendix C); before and after its keys it stands still."""
    if len(track.times) == 1:
        return np.repeat(track.values, len(at), axis=0)
    last = len(track.times) - 2
    left = np.clip(np.searchsorted(track.times, at + 1e-6, side="right") - 1, 0, last)
    span = np.maximum(track.times[left + 1] - track.times[left], 1e-9)
    part = np.clip((at - track.times[left]) / span, 0, 1)[:, None]
    before, after = track.values[left], track.values[left + 1]
    if track.stepped:
        return np.where(part >= 1, after, before)
    if track.incoming is not None and track.outgoing is not None:
        s, s2, s3 = part, part**2, part**3
        slope_out = track.outgoing[left] * span[:, None]
        slope_in = track.incoming[left + 1] * span[:, None]
        value = (2 * s3 - 3 * s2 + 1) * before + (s3 - 2 * s2 + s) * slope_out
        value = value + (-2 * s3 + 3 * s2) * after + (s3 - s2) * slope_in
        return _nonzero(value) if track.path == "rotation" else value
    if track.path == "rotation":
        return _slerp(_nonzero(before), _nonzero(after), part)
    return before * (1 - part) + after * part


def _nonzero(quaternions: Float64[np.ndarray, "k 4"]) -> Float64[np.ndarray, "k 4"]:
    """Return unit quaternions; those of length 0 turn nothing."""
    length = np.linalg.norm(quaternions, axis=1, keepdims=True)
    return np.where(length > 1e-9, quaternions / np.maximum(length, 1e-9), (0.0, 0.0, 0.0, 1.0))


def _slerp(
    a: Float64[np.ndarray, "k 4"], b: Float64[np.ndarray, "k 4"], part: Float64[np.ndarray, "k 1"]
) -> Float64[np.ndarray, "k 4"]:
    """Turn from one unit quaternion to another on the shorter way, at constant speed."""
    dot = np.einsum("ki,ki->k", a, b)[:, None]
    b = np.where(dot < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0, 1))
    sine = np.sin(angle)
    close = sine < 1e-6  # Nearly the same rotation: a straight line will do.
    safe = np.where(close, 1, sine)
    first = np.where(close, 1 - part, np.sin((1 - part) * angle) / safe)
    second = np.where(close, part, np.sin(part * angle) / safe)
    return first * a + second * b
