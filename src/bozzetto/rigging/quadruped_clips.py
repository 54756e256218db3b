"""Short motions of four-legged animals: idle, a four-beat walk, and a trot for `run`.

Written as `clips` writes a biped's: degrees against the parent, here on top of the stance in which
the animal was modelled. Frame: +y up, facing +z, left is +x. Letters: k frames.
"""

from collections.abc import Mapping

import numpy as np

from bozzetto.errors import UnknownNameError
from bozzetto.rigging.clips import FRAMES_PER_SECOND, Curve, Turns, degrees_of, turns_in_asset
from bozzetto.rigging.motion import Motion
from bozzetto.rigging.template import QUADRUPED

_FOUR_BEATS = {"leftHind": 0.0, "leftFront": 0.25, "rightHind": 0.5, "rightFront": 0.75}
"""Of a walk, as shares of the cycle at which a foot comes down: hind before front on a side."""
_TWO_BEATS = {"leftHind": 0.0, "rightFront": 0.0, "rightHind": 0.5, "leftFront": 0.5}
"""Of a trot: diagonal pairs."""
_WALK_SWING, _TROT_SWING = 17.0, 25.0
_FRAMES = {"idle": 120, "walk": 36, "run": 20}
ANIMAL_CLIPS = tuple(_FRAMES)


def make_animal_motion(name: str) -> Motion:
    """Make one of the built-in motions of animals.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in _FRAMES:
        raise UnknownNameError(
            f"There is no clip called {name!r} for four legs.",
            advice=f"Choose from: {', '.join(ANIMAL_CLIPS)}.",
        )
    phase = 2 * np.pi * np.arange(_FRAMES[name] + 1) / _FRAMES[name]
    roles = tuple(bone.role for bone in QUADRUPED)
    hips = np.zeros((len(phase), 3))
    if name == "idle":
        turns = _idle(phase)
    else:
        swing, beats = (_WALK_SWING, _FOUR_BEATS) if name == "walk" else (_TROT_SWING, _TWO_BEATS)
        turns = _gait(phase, swing=swing, beats=beats)
        # A foot that stands carries the body as far as its leg swings, twice in a cycle.
        stride = 4 * np.sin(np.radians(swing)) * (1.0 if name == "walk" else 1.15)
        hips[:, 2] = stride * phase / (2 * np.pi)
        hips[:, 1] = (0.012 if name == "walk" else 0.03) * (np.cos(2 * phase) - 1) / 2
    return Motion(
        name=name,
        roles=roles,
        turns=turns_in_asset(turns, roles, len(phase)),
        hips=hips,
        frames_per_second=FRAMES_PER_SECOND,
        loops=True,
    )


def _idle(phase: Curve) -> Turns:
    """Breathe, look about, swing the tail."""
    sway, breath = np.sin(phase), np.sin(2 * phase)
    return {
        "neckBase": degrees_of(1.5 * breath, 3 * sway, 0, like=phase),
        "skull": degrees_of(2 * np.sin(phase + 1), 4 * np.sin(phase + 0.6), 0, like=phase),
        "withers": degrees_of(0.5 * breath, 0, 0, like=phase),
    } | {
        f"tail{n}": degrees_of(0, 5 * np.sin(phase * 2 - 0.6 * n), 0, like=phase)
        for n in (1, 2, 3, 4)
    }


def _gait(phase: Curve, *, swing: float, beats: Mapping[str, float]) -> Turns:
    """Swing four legs; each stands for half of the cycle and is lifted for the other."""
    turns: dict[str, np.ndarray] = {}
    for leg, beat in beats.items():
        at = phase - 2 * np.pi * beat
        way = -swing * np.cos(at)
        lift = swing * np.clip(-np.sin(at), 0, None)
        if leg.endswith("Front"):
            bends = {"Upper": way - 0.6 * lift, "Lower": 2.4 * lift, "Foot": 1.6 * lift - 0.5 * way}
        else:
            bends = {
                "Thigh": way - 0.8 * lift,
                "Upper": 1.5 * lift,
                "Lower": -1.2 * lift,
                "Foot": 1.4 * lift - 0.5 * way,
            }
        turns |= {f"{leg}{part}": degrees_of(b, 0, 0, like=phase) for part, b in bends.items()}
    return turns | {
        "hips": degrees_of(0, 0, 1.2 * np.sin(phase), like=phase),
        "loin": degrees_of(0, 2 * np.cos(phase), 0, like=phase),
        "withers": degrees_of(0, -2 * np.cos(phase), -1.2 * np.sin(phase), like=phase),
        "neckBase": degrees_of(3 * np.cos(2 * phase), 0, 0, like=phase),
        "skull": degrees_of(-2 * np.cos(2 * phase), 0, 0, like=phase),
        "tail1": degrees_of(-4, 6 * np.sin(phase), 0, like=phase),
        "tail2": degrees_of(0, 5 * np.sin(phase - 0.8), 0, like=phase),
        "tail3": degrees_of(0, 5 * np.sin(phase - 1.6), 0, like=phase),
    }
