"""A figure in, a rigged figure out. Read this file first.

Look for a person and for limbs, refuse what cannot be rigged, place the joints, bind the mesh,
stand it in the wanted rest pose, and put motion on it.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.model import Model, Part
from bozzetto.asset.skeleton import Clip, Skin
from bozzetto.findings import Finding
from bozzetto.rigging.accessories import stiffen_accessories
from bozzetto.rigging.binding import BindOptions, bind
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.canonical import RestPose, is_finger, restand
from bozzetto.rigging.clips import make_motion
from bozzetto.rigging.dialects import QUADRUPED_DIALECT, Dialect, find_dialect
from bozzetto.rigging.facing import turn_about_y, turned
from bozzetto.rigging.figure import Figure, figure_of
from bozzetto.rigging.find_joints import FigureEvidence, find_joints
from bozzetto.rigging.fingers import bend_fingers, find_fingers
from bozzetto.rigging.joints import Joints, Point, is_animal
from bozzetto.rigging.landmarks import Landmarks
from bozzetto.rigging.looking import faced
from bozzetto.rigging.motion import Motion, Travel, onto_skeleton
from bozzetto.rigging.quadruped import find_animal_joints, heading_of, study_animal
from bozzetto.rigging.quadruped_clips import make_animal_motion
from bozzetto.rigging.segments import segments_of
from bozzetto.rigging.skeletons import build_skeleton, roles_of
from bozzetto.rigging.study import Suitable, study
from bozzetto.rigging.suitability import Obstacle, UnriggableError, check_upright
from bozzetto.rigging.template import SIDES, mirrored
from bozzetto.rigging.voxels import Voxels, voxelize

_MOST_CELLS = 110_000


_FINGERS = 0.5
"""Confidence in fingers, which only the shape shows."""
_MIRRORS = 0.93
"""Symmetry from which both hands are taken to be alike."""
_LOWEST = 0.3
"""Least height of an animal, over its longest side."""
_ANIMALS = "Only animals that stand on four legs apart, head in front, are rigged."


class BodyPlan(StrEnum):
    """How many legs a model is looked at as having."""

    AUTO = "auto"
    """Two, and four where it is no two-legged figure."""
    BIPED = "biped"
    QUADRUPED = "quadruped"


@dataclass(frozen=True, kw_only=True)
class RigOptions:
    """How a figure is rigged."""

    dialect: str = "mixamo"
    """Names, hierarchy and axes: mixamo, vrm, unreal, unity or godot; animals have their own."""
    pose: RestPose = RestPose.KEEP
    """Rest pose of the result."""
    clips: tuple[str, ...] = ()
    """Built-in motions to add, each also as `NAME_in_place` where it travels."""
    cells: int = 110
    """Grid cells along the figure's height; joints and weights are found on them."""
    plan: BodyPlan = BodyPlan.AUTO
    """What the model is looked at as."""
    bind: BindOptions = field(default_factory=BindOptions)
    """How far and how softly bones reach."""


@dataclass(frozen=True, kw_only=True, eq=False)
class JointedFigure:
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
    """Give a two-legged figure or a four-legged animal a skeleton, a skin and clips.

    Raises:
        UnriggableError: The model is not a figure that can be rigged; the advice says what to do.
        UnknownNameError: The options name a dialect or clip that does not exist.
    """
    return bind_found(model, find(model, network=network, options=options), options=options)


def find(model: Model, *, network: BlazePose, options: RigOptions = RigOptions()) -> JointedFigure:
    """Find the joints of a figure.

    Raises:
        UnriggableError: The model is not a figure that can be rigged.
    """
    figure = figure_of(model)
    if options.plan is BodyPlan.QUADRUPED:
        return _find_animal(figure, options)
    if options.plan is BodyPlan.BIPED:
        return _find_biped(figure, network, options)
    try:
        found = _find_biped(figure, network, options)
    except UnriggableError as error:
        try:
            return _find_animal(figure, options)
        except UnriggableError:
            raise error from None
    try:  # A stag seen from the front may pass for a person: four legs are the surer sign.
        return _find_animal(figure, options)
    except UnriggableError:
        return found


def _find_animal(figure: Figure, options: RigOptions) -> JointedFigure:
    """Find the joints of a four-legged animal.

    Raises:
        UnriggableError: It is none.
    """
    if figure.height < _LOWEST * figure.longest:
        raise UnriggableError("A standing animal was wanted; this model lies.", advice=_ANIMALS)
    facing = heading_of(voxelize(figure.mesh, cells=60))
    if facing is None:
        raise UnriggableError("Four feet on the ground were wanted.", advice=_ANIMALS)
    figure = turned(figure, -facing)
    voxels = _bounded(figure, options.cells)
    animal = study_animal(voxels)
    if isinstance(animal, Obstacle):
        raise UnriggableError(animal.message, advice=animal.fix)
    return JointedFigure(
        figure=figure,
        voxels=voxels,
        joints=find_animal_joints(voxels, animal).transformed(turn_about_y(facing)),
        landmarks=None,
        facing=facing,
        middle=animal.middle,
        findings=(),
    )


def _find_biped(figure: Figure, network: BlazePose, options: RigOptions) -> JointedFigure:
    """Find the joints of a two-legged figure.

    Raises:
        UnriggableError: It is none, or its limbs cannot be told apart.
    """
    check_upright(figure)
    facing, figure, seen, notes = faced(figure, network)
    suitable = study(_bounded(figure, options.cells), seen)
    evidence = FigureEvidence(voxels=suitable.voxels, anatomy=suitable.anatomy, landmarks=seen)
    joints = _with_fingers(find_joints(evidence), figure, suitable)
    return JointedFigure(
        figure=figure,
        voxels=suitable.voxels,
        joints=joints.transformed(turn_about_y(facing)),
        landmarks=seen,
        facing=facing,
        middle=suitable.anatomy.middle,
        findings=(*notes, *suitable.findings),
    )


def _with_fingers(joints: Joints, figure: Figure, suitable: Suitable) -> Joints:
    """Add fingers; on a figure that mirrors, what one hand shows holds for both."""
    anatomy, shown = suitable.anatomy, dict[str, dict[str, Point]]()
    for side, arm in zip(SIDES, anatomy.arms, strict=True):
        if not arm.fused:
            shown[side] = find_fingers(figure.mesh, joints, suitable.voxels, side=side)
    left, right = (shown.get(side, {}) for side in SIDES)
    if anatomy.symmetry >= _MIRRORS and len(left) != len(right):
        fuller = left if len(left) > len(right) else right
        flip, shift = np.array([-1.0, 1.0, 1.0]), np.array([2 * anatomy.middle, 0.0, 0.0])
        other = {mirrored(role): place * flip + shift for role, place in fuller.items()}
        left, right = fuller, other
    return joints.extended({**left, **right}, confidence=_FINGERS)


def _bounded(figure: Figure, cells: int) -> Voxels:
    """Fill a grid, coarser for figures so stout that it would hold too many cells."""
    voxels = voxelize(figure.mesh, cells=cells)
    excess = len(voxels.cells) / _MOST_CELLS
    return voxels if excess <= 1 else voxelize(figure.mesh, cells=int(cells / excess ** (1 / 3)))


def bind_found(model: Model, found: JointedFigure, *, options: RigOptions = RigOptions()) -> Rigged:
    """Bind a model to joints that were found, or that a person corrected.

    Raises:
        UnknownNameError: The options name a dialect or clip that does not exist.
    """
    animal = is_animal(found.joints)
    dialect = QUADRUPED_DIALECT if animal else find_dialect(options.dialect)
    make = make_animal_motion if animal else make_motion
    motions = [make(name) for name in options.clips]
    roles, joints = roles_of(found.joints, dialect), found.joints
    ground = float(found.figure.mesh.bounds[0][1])
    skeleton = build_skeleton(joints, dialect, facing=found.facing, ground=ground)
    straight = joints.transformed(turn_about_y(-found.facing))
    # Fingers are too fine for the figure's grid: first hands move as one.
    segments = tuple(s for s in segments_of(straight, roles) if not is_finger(roles[s.joint]))
    positions = found.figure.mesh.positions
    skin = bind(positions, segments, found.voxels, options=options.bind)
    skin = stiffen_accessories(found.figure.mesh, skin, segments, options=options.bind)
    skin = bend_fingers(found.figure.mesh, skin, straight, roles=roles, options=options.bind)
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
