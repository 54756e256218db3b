"""Short motions made here: idle, walk, run and wave, as sums of sines over a cycle.

Written as turns of roles against their parents in the common T pose, degrees; heights and steps
follow from the legs, so that a foot that stands does not slide. 30 frames a second, whole cycles.
Frame: +y up, facing +z, left is +x. Letters: k frames.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.errors import UnknownNameError
from bozzetto.rigging.motion import Motion
from bozzetto.rigging.rotations import matrix_from_vector
from bozzetto.rigging.template import BODY, PARENT

Curve = Float64[np.ndarray, " k"]
Turns = Mapping[str, Float64[np.ndarray, "k 3"]]
"""Degrees about x, y, z by role; arms first hang, then turn."""

FRAMES_PER_SECOND = 30.0
_THIGH, _SHANK, _FOOT = 0.5, 0.42, 0.16
"""Lengths in heights of the hips: only for keeping feet on the floor."""


@dataclass(frozen=True, kw_only=True)
class _Recipe:
    """How one motion is made."""

    frames: int
    turns: Callable[[Curve], Turns]
    steps: bool
    """Whether the figure walks; else the hips stay over the feet."""


def make_motion(name: str) -> Motion:
    """Make one of the built-in motions.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in _RECIPES:
        raise UnknownNameError(
            f"There is no clip called {name!r}.", advice=f"Choose from: {', '.join(_RECIPES)}."
        )
    recipe = _RECIPES[name]
    phase = 2 * np.pi * np.arange(recipe.frames + 1) / recipe.frames
    roles = tuple(bone.role for bone in BODY)
    turns = turns_in_asset(recipe.turns(phase), roles, len(phase))
    return Motion(
        name=name,
        roles=roles,
        turns=turns,
        hips=_hips(turns, roles, steps=recipe.steps),
        frames_per_second=FRAMES_PER_SECOND,
        loops=True,
    )


def turns_in_asset(
    turns: Turns, roles: tuple[str, ...], frames: int
) -> Float64[np.ndarray, "k r 3 3"]:
    """Turn degrees against the parent into turns against the asset."""
    world = np.empty((frames, len(roles), 3, 3))
    for index, role in enumerate(roles):
        local = np.broadcast_to(np.eye(3), (frames, 3, 3))
        if role in turns:
            x, y, z = np.moveaxis(np.radians(turns[role]), -1, 0)
            zero = np.zeros_like(x)
            about_z = matrix_from_vector(np.stack([zero, zero, z], axis=-1))
            about_y = matrix_from_vector(np.stack([zero, y, zero], axis=-1))
            about_x = matrix_from_vector(np.stack([x, zero, zero], axis=-1))
            # Arms come down about z first, and then swing about the body's x.
            local = about_y @ about_x @ about_z
        above = PARENT[role]
        world[:, index] = world[:, roles.index(above)] @ local if above else local
    return world


def _hips(
    turns: Float64[np.ndarray, "k r 3 3"], roles: tuple[str, ...], *, steps: bool
) -> Float64[np.ndarray, "k 3"]:
    """Keep the lower foot on the floor, and the standing foot in its place."""
    feet = np.stack([_sole(turns, roles, side) for side in ("left", "right")], axis=1)
    low = feet[:, :, 1].min(axis=1)
    hips = np.zeros((len(turns), 3))
    hips[:, 1] = -low - 1.0
    if not steps:
        return hips
    standing = feet[:, :, 1].argmin(axis=1)
    ahead = feet[:, :, 2]
    rows = np.arange(1, len(turns))
    slide = -(ahead[rows, standing[rows]] - ahead[rows - 1, standing[rows]])
    # The mean pace: a body does not stop and go with each footfall.
    hips[:, 2] = np.arange(len(turns)) * max(float(slide.mean()), 0.0)
    return hips


def _sole(
    turns: Float64[np.ndarray, "k r 3 3"], roles: tuple[str, ...], side: str
) -> Float64[np.ndarray, "k 3"]:
    """Return the lowest point of a foot, from the hips."""
    down = np.array([0.0, -1.0, 0.0])
    thigh, shank, foot = (
        turns[:, roles.index(side + role)] for role in ("UpperLeg", "LowerLeg", "Foot")
    )
    ankle = _THIGH * thigh @ down + _SHANK * shank @ down
    drop = 1.0 - _THIGH - _SHANK
    heel = ankle + foot @ np.array([0.0, -drop, -0.25 * _FOOT])
    ball = ankle + foot @ np.array([0.0, -drop, _FOOT])
    return np.where(heel[:, 1:2] < ball[:, 1:2], heel, ball)


def degrees_of(
    x: Curve | float | int,
    y: Curve | float | int,
    z: Curve | float | int,
    *,
    like: Curve,
) -> Float64[np.ndarray, "k 3"]:
    """Stack angles about the axes; plain numbers hold for all frames of `like`."""
    return np.stack([np.broadcast_to(np.asarray(v, np.float64), like.shape) for v in (x, y, z)], -1)


def _hanging(phase: Curve, *, drop: float, bend: float) -> dict[str, Float64[np.ndarray, "k 3"]]:
    """Let the arms hang, a little bent."""
    return {
        "leftUpperArm": degrees_of(0, 0, -drop, like=phase),
        "rightUpperArm": degrees_of(0, 0, drop, like=phase),
        "leftLowerArm": degrees_of(0, -bend, 0, like=phase),
        "rightLowerArm": degrees_of(0, bend, 0, like=phase),
    }


def _idle(phase: Curve) -> Turns:
    """Breathe and shift weight."""
    breath, sway = np.sin(2 * phase), np.sin(phase)
    turns = _hanging(phase, drop=74.0, bend=12.0)
    turns["leftUpperArm"] = degrees_of(2, 0, -74 + 1.2 * breath, like=phase)
    turns["rightUpperArm"] = degrees_of(2, 0, 74 - 1.2 * breath, like=phase)
    return turns | {
        "hips": degrees_of(0, 1.5 * sway, 1.2 * sway, like=phase),
        "leftUpperLeg": degrees_of(-1, 0, -1.2 * sway + 2, like=phase),
        "rightUpperLeg": degrees_of(-1, 0, -1.2 * sway - 2, like=phase),
        "leftLowerLeg": degrees_of(2, 0, 0, like=phase),
        "rightLowerLeg": degrees_of(2, 0, 0, like=phase),
        "leftFoot": degrees_of(-1, 0, -2, like=phase),
        "rightFoot": degrees_of(-1, 0, 2, like=phase),
        "chest": degrees_of(-1.2 * breath, 0, -0.8 * sway, like=phase),
        "upperChest": degrees_of(-1.0 * breath, 0, -0.4 * sway, like=phase),
        "head": degrees_of(1.5 * breath, 3 * np.sin(phase + 1.0), 0, like=phase),
    }


def _walk(phase: Curve) -> Turns:
    """Walk: heel strike at phase 0 on the left."""
    turns = _gait(phase, stride=26.0, knee=58.0, lean=3.0, foot=17.0, least=4.0)
    for side, sign, at in (("left", 1, phase), ("right", -1, phase + np.pi)):
        swing = -24 * np.cos(at)
        turns[f"{side}UpperArm"] = degrees_of(-swing, 0, -sign * 76, like=phase)
        turns[f"{side}LowerArm"] = degrees_of(
            0, -sign * (18 + 10 * (1 - np.cos(at)) / 2), 0, like=phase
        )
    return turns


def _run(phase: Curve) -> Turns:
    """Run: elbows bent, long flight of the free leg."""
    turns = _gait(phase, stride=36.0, knee=92.0, lean=11.0, foot=22.0, least=24.0)
    for side, sign, at in (("left", 1, phase), ("right", -1, phase + np.pi)):
        turns[f"{side}UpperArm"] = degrees_of(44 * np.cos(at) + 8, 0, -sign * 70, like=phase)
        turns[f"{side}LowerArm"] = degrees_of(0, -sign * (82 - 14 * np.cos(at)), 0, like=phase)
    return turns


def _gait(
    phase: Curve, *, stride: float, knee: float, lean: float, foot: float, least: float
) -> dict[str, Float64[np.ndarray, "k 3"]]:
    """Move legs and trunk; a leg is foremost at its own phase 0."""
    turns: dict[str, Float64[np.ndarray, "k 3"]] = {}
    for side, at in (("left", phase), ("right", phase + np.pi)):
        hip = -stride * np.cos(at) - 0.12 * stride
        # The free leg bends while it comes forward (phase pi to 2 pi), the standing one gives.
        free = np.clip(np.sin(at - np.pi - 0.25), 0, None) ** 1.5
        give = 0.16 * np.clip(np.sin(at * 1.0), 0, None) ** 2
        bend = knee * (free + give) + least
        turns[f"{side}UpperLeg"] = degrees_of(hip, 0, 0, like=phase)
        turns[f"{side}LowerLeg"] = degrees_of(bend, 0, 0, like=phase)
        level = -(hip + bend) * 0.85
        push = foot * np.clip(-np.cos(at + 0.5), 0, None) ** 2
        turns[f"{side}Foot"] = degrees_of(level + push - 0.5 * foot * free, 0, 0, like=phase)
        turns[f"{side}Toes"] = degrees_of(-0.9 * push, 0, 0, like=phase)
    twist, sway = np.cos(phase), np.sin(phase)
    return turns | {
        "hips": degrees_of(0.4 * lean, -0.22 * stride * twist, 1.6 * sway, like=phase),
        "spine": degrees_of(0.3 * lean, 0.18 * stride * twist, -0.8 * sway, like=phase),
        "chest": degrees_of(0.3 * lean, 0.14 * stride * twist, -0.8 * sway, like=phase),
        "upperChest": degrees_of(0.2 * lean, 0.08 * stride * twist, 0, like=phase),
        "head": degrees_of(-0.8 * lean, -0.18 * stride * twist, 0, like=phase),
    }


def _wave(phase: Curve) -> Turns:
    """Greet with the right hand; the rest idles."""
    turns = dict(_idle(phase))
    beat = np.sin(4 * phase)
    turns["rightShoulder"] = degrees_of(0, 0, -8, like=phase)
    turns["rightUpperArm"] = degrees_of(0, 14, -8, like=phase)
    turns["rightLowerArm"] = degrees_of(0, 0, -78 - 16 * beat, like=phase)
    turns["rightHand"] = degrees_of(0, 0, -6 - 12 * beat, like=phase)
    turns["head"] = degrees_of(1, -8, 2 * beat, like=phase)
    return turns


_RECIPES = {
    "idle": _Recipe(frames=120, turns=_idle, steps=False),
    "walk": _Recipe(frames=32, turns=_walk, steps=True),
    "run": _Recipe(frames=21, turns=_run, steps=True),
    "wave": _Recipe(frames=60, turns=_wave, steps=False),
}
CLIP_NAMES = tuple(_RECIPES)
