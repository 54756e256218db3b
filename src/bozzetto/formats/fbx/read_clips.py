"""Animations of FBX files as evenly sampled clips. Letters: k frames, m keys."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.skeleton import Clip
from bozzetto.formats.fbx.scene import FbxObject, Scene, local_matrices, rest_matrix
from bozzetto.formats.fbx.write_rig import TICKS_PER_SECOND
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import Rig
from bozzetto.formats.rigs.frame_rates import MAX_FRAMES, frame_rate

_PATHS = ("Lcl Translation", "Lcl Rotation", "Lcl Scaling")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Curve:
    """Keys of one number."""

    times: Float64[np.ndarray, " m"]
    values: Float64[np.ndarray, " m"]


Curves = dict[tuple[int, str, int], _Curve]
"""By node, property and axis."""


def moved_nodes(scene: Scene) -> frozenset[int]:
    """Return the ids of the nodes that any animation moves."""
    curve_nodes = scene.all("AnimationCurveNode")
    links = [link for made in curve_nodes for link in scene.above.get(made.number, [])]
    return frozenset(link.number for link in links if link.slot in _PATHS)


def read_clips(
    scene: Scene, rig: Rig, *, models: list[FbxObject], notes: Notes
) -> tuple[Clip, ...]:
    """Sample all animation stacks; curves are taken as straight between keys."""
    stacks = scene.all("AnimationStack")
    names = unique_names(stack.name.partition("|")[2] or stack.name or "clip" for stack in stacks)
    clips: list[Clip] = []
    for stack, name in zip(stacks, names, strict=True):
        curves = _curves(scene, stack)
        if curves:
            clips.append(_clip(scene, curves, rig, models=models, name=name, notes=notes))
    return tuple(clips)


def _curves(scene: Scene, stack: FbxObject) -> Curves:
    """Collect the curves of a stack; of several layers the first counts."""
    curves: Curves = {}
    for layer in scene.children(stack.number, "AnimationLayer"):
        for curve_node in scene.children(layer.number, "AnimationCurveNode"):
            for key, curve in _axes(scene, curve_node).items():
                curves.setdefault(key, curve)
    return curves


def _axes(scene: Scene, curve_node: FbxObject) -> Curves:
    """Return the curves of one property of one node."""
    links = scene.above.get(curve_node.number, [])
    target = next((link for link in links if link.slot in _PATHS), None)
    if target is None:
        return {}
    made = [(slot, _curve(m)) for m, slot in scene.linked(curve_node.number, "AnimationCurve")]
    return {
        (target.number, target.slot, "XYZ".index(slot[-1])): curve
        for slot, curve in made
        if slot in ("d|X", "d|Y", "d|Z") and curve is not None
    }


def _curve(made: FbxObject) -> _Curve | None:
    """Read a curve; None where it is empty."""
    times, values = made.node.array("KeyTime"), made.node.array("KeyValueFloat")
    if times is None or values is None or len(times) == 0 or len(times) != len(values):
        return None
    seconds = times.astype(np.float64) / TICKS_PER_SECOND
    return _Curve(times=seconds, values=values.astype(np.float64))


def _clip(
    scene: Scene, curves: Curves, rig: Rig, *, models: list[FbxObject], name: str, notes: Notes
) -> Clip:
    """Pose all nodes in every frame."""
    keys = np.unique(np.concatenate([curve.times for curve in curves.values()]))
    rate = frame_rate(keys - keys[0])
    count = int(np.ceil((keys[-1] - keys[0]) * rate - 1e-3)) + 1
    if count > MAX_FRAMES:
        notes.warn("fbx.long_clip", f"{name} has {count} frames; {MAX_FRAMES} are read.")
    at = keys[0] + np.arange(min(count, MAX_FRAMES)) / rate
    moved = {number for number, _, _ in curves}
    world = np.zeros((len(at), len(models), 4, 4))
    tree = rig.tree
    for index in tree.order:
        made = models[index]
        local = _moved_local(made, curves, at) if made.number in moved else rest_matrix(made)[None]
        parent = int(tree.parents[index])
        above = scene.asset_from_file if parent < 0 else world[:, parent]
        world[:, index] = above @ local
    return rig.clip(world, name=name, frames_per_second=rate, notes=notes)


def _moved_local(
    made: FbxObject, curves: Curves, at: Float64[np.ndarray, " k"]
) -> Float64[np.ndarray, "k 4 4"]:
    """Return `parent_from_node` of an animated node in every frame."""

    def values(path: str) -> Float64[np.ndarray, "k 3"]:
        rest = made.vector(path, (1.0, 1.0, 1.0) if path == "Lcl Scaling" else (0.0, 0.0, 0.0))
        columns = [
            np.full(len(at), rest[axis])
            if curve is None
            else np.interp(at, curve.times, curve.values)
            for axis, curve in ((a, curves.get((made.number, path, a))) for a in range(3))
        ]
        return np.stack(columns, axis=1)

    return local_matrices(
        made,
        translations=values("Lcl Translation"),
        rotations_deg=values("Lcl Rotation"),
        scales=values("Lcl Scaling"),
    )
