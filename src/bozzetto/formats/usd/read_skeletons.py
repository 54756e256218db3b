"""Skeletons and clips of USD stages. Letters: j joints, k frames."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from pxr import Usd

from bozzetto.asset.poses import (
    clip_of_poses,
    matrices_from_quaternions,
    matrices_of,
    nearest_rotations,
)
from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.errors import FormatError
from bozzetto.formats.names import unique_names
from bozzetto.formats.usd.prims import tokens

_MAX_FRAMES = 20_000


@dataclass(frozen=True, kw_only=True, eq=False)
class UsdRig:
    """A skeleton and how the stage names its joints."""

    skeleton: Skeleton
    clips: tuple[Clip, ...]
    places: list[int]
    """Joint of the skeleton for each joint of the prim."""
    place_of_path: dict[str, int]
    stage_from_skeleton: Float64[np.ndarray, "4 4"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Joints:
    """The joints as the prim lists them, and the order in which we do."""

    paths: list[str]
    order: list[int]
    """Parents before their children."""
    parents: list[int]
    """In our order."""
    asset_from_skeleton: Float64[np.ndarray, "4 4"]
    bind_from_rest: Float64[np.ndarray, "j 4 4"]
    """`asset_from_skeleton @ pose @ this` is our pose."""


def read_skeleton(
    stage: Usd.Stage,
    prim: Usd.Prim,
    *,
    stage_from_skeleton: Float64[np.ndarray, "4 4"],
    asset_from_stage: Float64[np.ndarray, "4 4"],
) -> UsdRig:
    """Read a skeleton and every animation of its joints in the stage.

    Raises:
        FormatError: Poses are missing.
    """
    paths = tokens(prim, "joints")
    bind = np.array(prim.GetAttribute("bindTransforms").Get() or [], np.float64)
    if not paths or bind.shape != (len(paths), 4, 4):
        raise FormatError(f"{prim.GetPath()} needs a bind transform for every joint.")
    order = sorted(range(len(paths)), key=lambda i: paths[i].count("/"))
    place = {paths[i]: at for at, i in enumerate(order)}
    parents = [_parent(paths[i], place) for i in order]
    frame = asset_from_stage @ stage_from_skeleton
    full = frame @ np.swapaxes(bind, 1, 2)[order]
    rest = matrices_of(nearest_rotations(full[:, :3, :3]), full[:, :3, 3])
    labels = tokens(prim, "jointNames")
    plain = [path.rpartition("/")[2] for path in paths]
    names = labels if len(set(labels)) == len(paths) else list(unique_names(plain))
    skeleton = Skeleton(
        names=tuple(names[i] for i in order),
        parents=np.array(parents, np.int32),
        asset_from_joint=rest,
    )
    joints = _Joints(
        paths=paths,
        order=order,
        parents=parents,
        asset_from_skeleton=frame,
        bind_from_rest=np.linalg.pinv(full) @ rest,
    )
    found = [p for p in stage.Traverse() if p.GetTypeName() == "SkelAnimation"]
    source = prim.GetRelationship("skel:animationSource").GetTargets()
    found.sort(key=lambda p: p.GetPath() not in source)  # The one that plays comes first.
    rest_local = np.array(prim.GetAttribute("restTransforms").Get() or [], np.float64)
    clips = [_clip(stage, p, joints, skeleton=skeleton, rest_local=rest_local) for p in found]
    return UsdRig(
        skeleton=skeleton,
        clips=tuple(clip for clip in clips if clip is not None),
        places=[place[path] for path in paths],
        place_of_path=place,
        stage_from_skeleton=stage_from_skeleton,
    )


def _parent(path: str, place: dict[str, int]) -> int:
    """Return the nearest joint above; -1 where there is none."""
    while "/" in path:
        path = path.rpartition("/")[0]
        if path in place:
            return place[path]
    return -1


def _clip(
    stage: Usd.Stage,
    prim: Usd.Prim,
    joints: _Joints,
    *,
    skeleton: Skeleton,
    rest_local: Float64[np.ndarray, "..."],
) -> Clip | None:
    """Sample an animation; None where it has no samples or moves other joints."""
    attributes = [prim.GetAttribute(name) for name in ("translations", "rotations", "scales")]
    times = sorted({t for attribute in attributes[:2] for t in attribute.GetTimeSamples()})
    moved = tokens(prim, "joints")
    known = {path: i for i, path in enumerate(joints.paths)}
    if not times or not set(moved) <= set(known):
        return None
    data = prim.GetCustomData()
    given = data.get("bozzetto:framesPerSecond")
    rate = float(given) if isinstance(given, int | float) else stage.GetFramesPerSecond()
    step = stage.GetTimeCodesPerSecond() / rate
    count = min(int(np.ceil((times[-1] - times[0]) / step - 1e-3)) + 1, _MAX_FRAMES)
    local = np.broadcast_to(np.eye(4), (count, len(joints.paths), 4, 4)).copy()
    if rest_local.shape == (len(joints.paths), 4, 4):
        local[:] = np.swapaxes(rest_local, 1, 2)
    columns = [known[path] for path in moved]
    for frame in range(count):
        code = Usd.TimeCode(times[0] + frame * step)
        t, r, s = (np.array(attribute.Get(code), np.float64) for attribute in attributes)
        local[frame, columns] = matrices_of(matrices_from_quaternions(r) * s[:, None], t)
    world = local[:, joints.order]
    for at, parent in enumerate(joints.parents):
        above = joints.asset_from_skeleton if parent < 0 else world[:, parent]
        world[:, at] = above @ world[:, at]
    name = prim.GetMetadata("displayName") or prim.GetName()
    made = clip_of_poses(
        skeleton, world @ joints.bind_from_rest, name=str(name), frames_per_second=rate
    )
    return Clip(
        name=made.name,
        rotations=made.rotations,
        translations=made.translations,
        frames_per_second=rate,
        loops=bool(data.get("bozzetto:loops", False)),
    )
