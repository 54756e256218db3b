"""A figure in, a rigged figure out. Read this file first.

Look for a person and for limbs, refuse what cannot be rigged, place the joints, bind the mesh,
stand it in the wanted rest pose, and put motion on it.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.model import Model, Part
from bozzetto.asset.skeleton import Clip, Skin
from bozzetto.findings import Finding
from bozzetto.rigging.accessories import stiffen_accessories
from bozzetto.rigging.anatomy import Anatomy, find_anatomy, gap_between_legs
from bozzetto.rigging.binding import BindOptions, bind
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.canonical import RestPose, restand
from bozzetto.rigging.clips import make_motion
from bozzetto.rigging.dialects import Dialect, find_dialect
from bozzetto.rigging.facing import check_facing, facing_of, turn_about_y, turned
from bozzetto.rigging.figure import Figure, figure_of
from bozzetto.rigging.find_joints import Evidence, find_joints
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.landmarks import HIPS, Landmarks, look
from bozzetto.rigging.motion import Motion, Travel, onto_skeleton
from bozzetto.rigging.segments import segments_of
from bozzetto.rigging.skeletons import build_skeleton, roles_of
from bozzetto.rigging.suitability import (
    check_likeness,
    check_suitability,
    check_upright,
    is_person,
)
from bozzetto.rigging.voxels import Voxels, voxelize

_MOST_CELLS = 60_000
_CROTCH_BELOW_HIPS = 0.06
"""Of the height."""
_LEAST_GAP = 0.15
"""Of the legs' length: with less of a gap they are a robe."""


@dataclass(frozen=True, kw_only=True)
class RigOptions:
    """How a figure is rigged."""

    dialect: str = "mixamo"
    """Names, hierarchy and axes: mixamo, vrm, unreal, unity or godot."""
    pose: RestPose = RestPose.KEEP
    """Rest pose of the result."""
    clips: tuple[str, ...] = ()
    """Built-in motions to add, each also as `NAME_in_place` where it travels."""
    cells: int = 110
    """Grid cells along the figure's height; joints and weights are found on them."""
    bind: BindOptions = field(default_factory=BindOptions)
    """How far and how softly bones reach."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """A figure with its joints, before it is bound; what a person may correct."""

    figure: Figure
    voxels: Voxels
    joints: Joints
    """In the model's frame."""
    landmarks: Landmarks | None
    """None where nobody looked."""
    facing: float
    """Radians round +y from +z to where the figure looks; `figure` and `voxels` are turned back
    by it."""
    middle: float
    """x of the figure's median plane."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rigged:
    """A model that can move."""

    model: Model
    joints: Joints
    """Of the model as it now stands."""
    roles: tuple[str, ...]
    """Role of each joint of the skeleton."""
    dialect: Dialect
    facing: float
    ground: float
    findings: tuple[Finding, ...] = ()

    def clip_of(self, motion: Motion, *, in_place: bool) -> Clip:
        """Put a motion on this figure."""
        assert self.model.skeleton is not None
        return onto_skeleton(
            motion,
            self.model.skeleton,
            self.joints,
            roles=self.roles,
            facing=self.facing,
            travel=Travel(in_place=in_place),
            ground=self.ground,
        )


def rig(model: Model, *, network: BlazePose, options: RigOptions = RigOptions()) -> Rigged:
    """Give a two-legged figure a skeleton, a skin and clips.

    Raises:
        UnriggableError: The model is not a figure that can be rigged; the advice says what to do.
        UnknownNameError: The options name a dialect or clip that does not exist.
    """
    return bind_found(model, find(model, network=network, options=options), options=options)


def find(model: Model, *, network: BlazePose, options: RigOptions = RigOptions()) -> Found:
    """Find the joints of a figure.

    Raises:
        UnriggableError: The model is not a figure that can be rigged.
    """
    figure = figure_of(model)
    check_upright(figure)
    seen = look(figure, network)
    check_likeness(seen)
    facing = facing_of(seen)
    if facing:
        figure = turned(figure, -facing)
        seen = look(figure, network)
        check_facing(seen)
    voxels = _bounded(figure, options.cells)
    suitable = check_suitability(voxels, _anatomy(voxels, seen), seen)
    evidence = Evidence(voxels=voxels, anatomy=suitable.anatomy, landmarks=seen)
    return Found(
        figure=figure,
        voxels=voxels,
        joints=find_joints(evidence).transformed(turn_about_y(facing)),
        landmarks=seen,
        facing=facing,
        middle=suitable.anatomy.middle,
        findings=suitable.findings,
    )


def _anatomy(voxels: Voxels, seen: Landmarks) -> Anatomy | None:
    """Study the shape; a person's legs that touch here and there are parted where hips are seen."""
    apart = find_anatomy(voxels)
    if apart is None or not is_person(seen):
        return apart
    hips = float(seen.points[list(HIPS), 1].mean()) - _CROTCH_BELOW_HIPS * apart.height
    if apart.crotch - apart.ground > 0.5 * (hips - apart.ground):
        return apart
    gap = gap_between_legs(voxels, middle=apart.middle, crotch=hips)
    return find_anatomy(voxels, crotch=hips) if gap > _LEAST_GAP else apart


def _bounded(figure: Figure, cells: int) -> Voxels:
    """Fill a grid, coarser for figures so stout that it would hold too many cells."""
    voxels = voxelize(figure.mesh, cells=cells)
    excess = len(voxels.cells) / _MOST_CELLS
    return voxels if excess <= 1 else voxelize(figure.mesh, cells=int(cells / excess ** (1 / 3)))


def bind_found(model: Model, found: Found, *, options: RigOptions = RigOptions()) -> Rigged:
    """Bind a model to joints that were found, or that a person corrected.

    Raises:
        UnknownNameError: The options name a dialect or clip that does not exist.
    """
    dialect = find_dialect(options.dialect)
    motions = [make_motion(name) for name in options.clips]
    roles, joints = roles_of(found.joints, dialect), found.joints
    ground = float(found.figure.mesh.bounds[0][1])
    skeleton = build_skeleton(joints, dialect, facing=found.facing, ground=ground)
    segments = segments_of(joints.transformed(turn_about_y(-found.facing)), roles)
    positions = found.figure.mesh.positions
    skin = bind(positions, segments, found.voxels, options=options.bind)
    skin = stiffen_accessories(found.figure.mesh, skin, segments, options=options.bind)
    parts = _skinned(model.parts, skin, found.figure.starts.tolist())
    bound = replace(model, parts=parts, skeleton=skeleton, clips=())
    bound, joints = restand(bound, joints, roles, pose=options.pose, facing=found.facing)
    if options.pose is not RestPose.KEEP:
        skeleton = build_skeleton(joints, dialect, facing=found.facing, ground=ground)
        bound = replace(bound, skeleton=skeleton)
    rigged = Rigged(
        model=bound,
        joints=joints,
        roles=roles,
        dialect=dialect,
        facing=found.facing,
        ground=ground,
        findings=found.findings,
    )
    return with_motions(rigged, motions)


def with_motions(rigged: Rigged, motions: list[Motion]) -> Rigged:
    """Add motions as clips; those that travel come twice, with and without the way."""
    clips = list(rigged.model.clips)
    for motion in motions:
        clips.append(rigged.clip_of(motion, in_place=False))
        if float(np.abs(motion.hips[-1] - motion.hips[0])[[0, 2]].max()) > 0.05:
            still = rigged.clip_of(motion, in_place=True)
            clips.append(replace(still, name=f"{motion.name}_in_place"))
    return replace(rigged, model=replace(rigged.model, clips=tuple(clips)))


def _skinned(parts: tuple[Part, ...], skin: Skin, starts: list[int]) -> tuple[Part, ...]:
    """Cut the skin of the whole figure into those of its parts."""
    return tuple(
        replace(
            part,
            skin=Skin(
                joints=skin.joints[start:end].copy(), weights=_rows(skin.weights, start, end)
            ),
        )
        for part, start, end in zip(parts, starts[:-1], starts[1:], strict=True)
    )


def _rows(values: Float32[np.ndarray, "v 4"], start: int, end: int) -> Float32[np.ndarray, "n 4"]:
    return values[start:end].copy()
