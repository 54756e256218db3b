"""`joints.json`: joints that a person moved, given back to the rigger.

    {"version": 1, "mirror": true, "joints": {"leftLowerArm": [0.52, 1.31, 0.02]}}

Positions are metres in the model's frame. With `mirror`, a joint of which only one side is named
moves its opposite too, mirrored at the figure's median plane. Other keys of the file that `rig`
writes (`confidence`) are read over. Letters: none.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from jaxtyping import Float64

from bozzetto.errors import InputError
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.template import mirrored

_VERSION = 1
_ADVICE = "Write the file with `bozzetto rig`, change positions in it, and give it back."


@dataclass(frozen=True, kw_only=True, eq=False)
class Corrections:
    """Where a person wants joints."""

    places: Mapping[str, Float64[np.ndarray, " 3"]]
    """By role, metres, in the model's frame."""
    mirror: bool = False
    """Move opposite joints too where only one side is named."""


def joints_to_json(joints: Joints) -> str:
    """Write joints so that a person can change them."""
    content = {
        "version": _VERSION,
        "mirror": False,
        "joints": {role: [round(float(x), 6) for x in joints.at(role)] for role in joints.roles},
        "confidence": {
            role: round(float(c), 3)
            for role, c in zip(joints.roles, joints.confidence, strict=True)
        },
    }
    return json.dumps(content, indent=2) + "\n"


def corrections_from_json(text: str) -> Corrections:
    """Read what a person wrote.

    Raises:
        InputError: It is not such a file, or a position is not three finite numbers.
    """
    try:
        content: object = json.loads(text)
    except ValueError as error:
        raise InputError(f"The joints are not JSON: {error}.", advice=_ADVICE) from None
    if not isinstance(content, dict):
        raise InputError("An object with `joints` was wanted.", advice=_ADVICE)
    fields = cast("dict[str, object]", content)
    if fields.get("version") != _VERSION:
        raise InputError(
            f"Joints of version {_VERSION} were wanted, got {fields.get('version')!r}.",
            advice=_ADVICE,
        )
    places = fields.get("joints")
    if not isinstance(places, dict):
        raise InputError("`joints` should name positions by role.", advice=_ADVICE)
    by_role = cast("dict[str, object]", places)
    return Corrections(
        places={role: _place(role, value) for role, value in by_role.items()},
        mirror=fields.get("mirror") is True,
    )


def corrected(joints: Joints, corrections: Corrections, *, middle: float) -> Joints:
    """Move joints where a person wants them.

    Args:
        joints: As found.
        corrections: Some of them elsewhere; the very same place changes nothing.
        middle: x of the median plane.

    Raises:
        InputError: A role is not among the joints.
    """
    unknown = [role for role in corrections.places if role not in joints]
    if unknown:
        raise InputError(
            f"There is no joint called {unknown[0]!r} on this figure.",
            advice=f"Choose from: {', '.join(joints.roles)}.",
        )
    changed = {
        role: place
        for role, place in corrections.places.items()
        if np.abs(place - joints.at(role)).max() > 1e-5
    }
    if corrections.mirror:
        flip = np.array([-1.0, 1.0, 1.0])
        shift = np.array([2 * middle, 0.0, 0.0])
        for role, place in list(changed.items()):
            if mirrored(role) not in changed and mirrored(role) != role:
                changed[mirrored(role)] = place * flip + shift
    return joints.moved(changed)


def _place(role: str, value: object) -> Float64[np.ndarray, " 3"]:
    """Read one position."""
    numbers = cast("list[object]", value) if isinstance(value, list) else []
    good = [float(n) for n in numbers if isinstance(n, int | float) and math.isfinite(n)]
    if len(good) != 3 or len(numbers) != 3:
        raise InputError(
            f"{role}: three finite numbers were wanted, got {value!r}.", advice=_ADVICE
        )
    return np.array(good)
