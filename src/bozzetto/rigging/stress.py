"""Does it deform? Twelve extreme poses, and what the surface does in them, joint by joint.

Measured on the skinned mesh at rest against the bent one: how far edges stretch, how much of the
solid's volume is lost, and whether pieces part that touched. Letters: v vertices, t triangles,
e edges, c cells, j joints.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64
from scipy.spatial import cKDTree

from bozzetto.rigging.figure import figure_of
from bozzetto.rigging.joints import is_animal
from bozzetto.rigging.motion import Motion, onto_skeleton
from bozzetto.rigging.pose import at_frame, bent_model
from bozzetto.rigging.rig import Rigged
from bozzetto.rigging.rotations import matrix_from_vector
from bozzetto.rigging.template import EVERY, PARENT

Degrees = tuple[float | int, float | int, float | int]

STRETCH_LIMIT = 3.0
"""The 99th percentile of edge lengths, over those at rest, above which a pose fails."""
VOLUME_LIMIT = 0.15
"""Share of the volume that may be lost or gained."""
PARTING_LIMIT = 0.04
"""Of the height: how far two touching pieces may part."""

STRESS_POSES: Mapping[str, Mapping[str, Degrees]] = {
    "arms_up": {"leftUpperArm": (0, 0, 75), "rightUpperArm": (0, 0, -75)},
    "arms_down": {"leftUpperArm": (0, 0, -80), "rightUpperArm": (0, 0, 80)},
    "arms_forward": {"leftUpperArm": (0, -85, 0), "rightUpperArm": (0, 85, 0)},
    "elbows_bent": {"leftLowerArm": (0, -125, 0), "rightLowerArm": (0, 125, 0)},
    "wrists_bent": {"leftHand": (0, 0, -70), "rightHand": (0, 0, 70)},
    "twist": {"spine": (0, 20, 0), "chest": (0, 20, 0), "upperChest": (0, 20, 0)},
    "bow": {"spine": (25, 0, 0), "chest": (25, 0, 0), "upperChest": (20, 0, 0)},
    "look_aside": {"neck": (0, 35, 0), "head": (15, 35, 0)},
    "high_knee": {"leftUpperLeg": (-95, 0, 0), "leftLowerLeg": (100, 0, 0)},
    "splits": {"leftUpperLeg": (0, 0, 50), "rightUpperLeg": (0, 0, -50)},
    "squat": {
        "leftUpperLeg": (-100, 0, 0), "rightUpperLeg": (-100, 0, 0),
        "leftLowerLeg": (120, 0, 0), "rightLowerLeg": (120, 0, 0),
    },
    "tiptoe": {
        "leftFoot": (40, 0, 0), "rightFoot": (40, 0, 0),
        "leftToes": (-40, 0, 0), "rightToes": (-40, 0, 0),
    },
}  # fmt: skip
"""Turns against the parent in the common T pose, degrees about x, y, z."""

ANIMAL_POSES: Mapping[str, Mapping[str, Degrees]] = {
    "forelegs_ahead": {"leftFrontUpper": (-40, 0, 0), "rightFrontUpper": (-40, 0, 0)},
    "forelegs_back": {"leftFrontUpper": (40, 0, 0), "rightFrontUpper": (40, 0, 0)},
    "foreleg_lifted": {
        "leftFrontUpper": (-45, 0, 0), "leftFrontLower": (90, 0, 0), "leftFrontFoot": (40, 0, 0),
    },
    "forelegs_apart": {"leftFrontUpper": (0, 0, 25), "rightFrontUpper": (0, 0, -25)},
    "hindlegs_ahead": {"leftHindThigh": (-40, 0, 0), "rightHindThigh": (-40, 0, 0)},
    "hindlegs_back": {"leftHindThigh": (35, 0, 0), "rightHindThigh": (35, 0, 0)},
    "hindleg_lifted": {
        "leftHindThigh": (-30, 0, 0), "leftHindUpper": (50, 0, 0), "leftHindLower": (-50, 0, 0),
        "leftHindFoot": (40, 0, 0),
    },
    "crouch": {
        "leftFrontUpper": (-50, 0, 0), "rightFrontUpper": (-50, 0, 0),
        "leftFrontLower": (70, 0, 0), "rightFrontLower": (70, 0, 0),
    },
    "graze": {"neckBase": (40, 0, 0), "neckMiddle": (25, 0, 0), "skull": (15, 0, 0)},
    "look_aside": {"neckBase": (0, 30, 0), "neckMiddle": (0, 25, 0), "skull": (0, 25, 0)},
    "arch": {"loin": (15, 0, 0), "back": (15, 0, 0), "withers": (10, 0, 0)},
    "tail_up": {"tail1": (50, 0, 0), "tail2": (20, 0, 0)},
}  # fmt: skip
"""The same for four legs, on top of the stance."""


@dataclass(frozen=True, kw_only=True)
class PoseStress:
    """What one pose does to the surface."""

    pose: str
    stretch: float
    """99th percentile of edge length over that at rest."""
    worst_stretch: float
    volume_change: float
    """Share of the volume at rest; negative is lost."""
    parting: float
    """How far touching pieces part at most, as a share of the height."""
    joints: tuple[str, ...]
    """Roles that the pose turns."""

    @property
    def passed(self) -> bool:
        """Whether all stays within the limits."""
        return (
            self.stretch <= STRETCH_LIMIT
            and abs(self.volume_change) <= VOLUME_LIMIT
            and self.parting <= PARTING_LIMIT
        )


def stress(rigged: Rigged) -> tuple[PoseStress, ...]:
    """Bend a rigged figure into every stress pose and measure it."""
    figure = figure_of(rigged.model)
    rest = figure.mesh.positions
    edges = _edges(figure.mesh.triangles)
    lengths = _lengths(rest, edges)
    kept = lengths > 0.002 * figure.height
    pairs = _touching(rest, figure.height)
    volume = _volume(rest, figure.mesh.triangles)
    results: list[PoseStress] = []
    for name, turns in poses_of(rigged).items():
        bent = stressed(rigged, name)
        ratio = _lengths(bent, edges[kept]) / lengths[kept]
        gap = np.linalg.norm(bent[pairs[:, 0]] - bent[pairs[:, 1]], axis=1)
        before = np.linalg.norm(rest[pairs[:, 0]] - rest[pairs[:, 1]], axis=1)
        results.append(
            PoseStress(
                pose=name,
                stretch=float(np.quantile(ratio, 0.99)),
                worst_stretch=float(ratio.max()),
                volume_change=(_volume(bent, figure.mesh.triangles) - volume) / max(volume, 1e-12),
                parting=float((gap - before).max(initial=0.0)) / figure.height,
                joints=tuple(role for role in turns if role in rigged.joints),
            )
        )
    return tuple(results)


def poses_of(rigged: Rigged) -> Mapping[str, Mapping[str, Degrees]]:
    """Return the stress poses of a figure's plan."""
    return ANIMAL_POSES if is_animal(rigged.joints) else STRESS_POSES


def stressed(rigged: Rigged, pose: str) -> Float32[np.ndarray, "v 3"]:
    """Return the vertices of all parts in a stress pose."""
    skeleton = rigged.model.skeleton
    assert skeleton is not None
    clip = onto_skeleton(
        _still(pose, poses_of(rigged)[pose]),
        skeleton,
        rigged.joints,
        roles=rigged.roles,
        facing=rigged.facing,
        ground=rigged.ground,
    )
    return np.concatenate(bent_model(rigged.model, at_frame(skeleton, clip, 0)))


def verdicts(results: tuple[PoseStress, ...]) -> dict[str, bool]:
    """Return for every stressed joint whether all poses that turn it passed."""
    found: dict[str, bool] = {}
    for result in results:
        for joint in result.joints:
            found[joint] = found.get(joint, True) and result.passed
    return found


def _still(pose: str, turns: Mapping[str, Degrees]) -> Motion:
    """Make a motion of one frame."""
    world: dict[str, Float64[np.ndarray, "3 3"]] = {}
    for bone in EVERY:
        local = np.eye(3)
        for axis, degrees in enumerate(turns.get(bone.role, ())):
            vector = np.zeros(3)
            vector[axis] = np.radians(degrees)
            local = matrix_from_vector(vector) @ local
        above = world.get(PARENT[bone.role], np.eye(3))
        world[bone.role] = above @ local
    return Motion(
        name=pose,
        roles=tuple(world),
        turns=np.array(list(world.values()))[None],
        hips=np.zeros((1, 3)),
    )


def _edges(triangles: Int32[np.ndarray, "t 3"]) -> Int64[np.ndarray, "e 2"]:
    """List the edges of all triangles, each once."""
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64), axis=1)
    return np.unique(pairs, axis=0)


def _lengths(
    points: Float32[np.ndarray, "v 3"], edges: Int64[np.ndarray, "e 2"]
) -> Float64[np.ndarray, " e"]:
    return np.linalg.norm((points[edges[:, 0]] - points[edges[:, 1]]).astype(np.float64), axis=1)


def _volume(points: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]) -> float:
    """Return the signed volume; for open surfaces it still changes as the flesh does."""
    centred = (points - points.mean(axis=0)).astype(np.float64)
    first, second, third = (centred[triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6)


def _touching(points: Float32[np.ndarray, "v 3"], height: float) -> Int64[np.ndarray, "n 2"]:
    """List pairs of vertices at one place that no triangle joins: seams, and pieces that touch."""
    pairs = cKDTree(points.astype(np.float64)).query_pairs(1e-4 * height, output_type="ndarray")
    return np.asarray(pairs, np.int64).reshape(-1, 2)
