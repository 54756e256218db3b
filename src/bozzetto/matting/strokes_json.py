"""Strokes as JSON, version 1, read strictly: a wrong file says which stroke and field is wrong.

    {"version": 1, "strokes": [{"kind": "keep", "radius_px": 6.0, "points": [[x, y], ...]}]}

Kinds are those of `StrokeKind`; x runs right and y down, in pixels of the photo.
"""

import json
import math
from collections.abc import Sequence
from typing import cast

from bozzetto.errors import InputError
from bozzetto.views.mask import MAX_COORDINATE_PX, MAX_RADIUS_PX, Stroke, StrokeKind

VERSION = 1
MAX_STROKES = 10_000
MAX_POINTS = 100_000
"""In all strokes together."""
MAX_CHARACTERS = 16_000_000
_ADVICE = "Save the strokes again, or correct the file by hand."


def strokes_from_json(text: str) -> tuple[Stroke, ...]:
    """Read strokes.

    Raises:
        InputError: The text is no such JSON; the message names the stroke and the field.
    """
    version, strokes = _fields(_parsed(text), ("version", "strokes"), where="the file")
    if type(version) is not int or version != VERSION:
        raise _error("version", f"must be {VERSION}", version)
    listed = _list(strokes, where="strokes")
    if len(listed) > MAX_STROKES:
        raise _error("strokes", f"may be at most {MAX_STROKES:,}", f"{len(listed):,} of them")
    result: list[Stroke] = []
    room = MAX_POINTS
    for index, stroke in enumerate(listed):
        result.append(_stroke(stroke, room=room, where=f"strokes[{index}]"))
        room -= len(result[-1].points)
    return tuple(result)


def json_from_strokes(strokes: Sequence[Stroke]) -> str:
    """Write strokes; reading them back gives the same numbers, bit for bit.

    Raises:
        InputError: There are more strokes or points than can be read back.
    """
    num_points = sum(len(stroke.points) for stroke in strokes)
    if len(strokes) > MAX_STROKES or num_points > MAX_POINTS:
        raise InputError(
            f"At most {MAX_STROKES:,} strokes with {MAX_POINTS:,} points can be kept, "
            f"got {len(strokes):,} with {num_points:,}.",
            advice="Paint with fewer, wider strokes.",
        )
    listed = [
        {
            "kind": stroke.kind.value,
            "radius_px": float(stroke.radius_px),
            "points": stroke.points,
        }
        for stroke in strokes
    ]
    return json.dumps({"version": VERSION, "strokes": listed}, allow_nan=False) + "\n"


def _parsed(text: str) -> object:
    """Parse JSON as the standard has it, without NaN and Infinity."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"A strokes file may hold {MAX_CHARACTERS:,} characters, this one holds {len(text):,}.",
            advice="Paint with fewer, wider strokes.",
        )
    try:
        return cast("object", json.loads(text, parse_constant=_refuse_constant))
    except RecursionError:
        raise InputError(
            "The strokes should be JSON, but lists are nested too deeply.", advice=_ADVICE
        ) from None
    except ValueError as error:  # Syntax errors, and integers of more than 4,300 digits.
        raise InputError(f"The strokes should be JSON ({error}).", advice=_ADVICE) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


def _stroke(value: object, *, room: int, where: str) -> Stroke:
    """Read one stroke of at most `room` points."""
    kind, radius_px, points = _fields(value, ("kind", "radius_px", "points"), where=where)
    kinds = [known.value for known in StrokeKind]
    if not isinstance(kind, str) or kind not in kinds:
        raise _error(f"{where}.kind", f"must be one of {', '.join(kinds)}", kind)
    radius = _number(radius_px, where=f"{where}.radius_px")
    if not 0 < radius < MAX_RADIUS_PX:
        what = f"must be above 0 and below {MAX_RADIUS_PX:,.0f}"
        raise _error(f"{where}.radius_px", what, radius_px)
    listed = _list(points, where=f"{where}.points")
    if not 0 < len(listed) <= room:
        what = f"must hold at least 1 point, and all strokes together at most {MAX_POINTS:,}"
        raise _error(f"{where}.points", what, f"{len(listed):,}")
    corners = tuple(_point(point, where=f"{where}.points[{i}]") for i, point in enumerate(listed))
    return Stroke(kind=StrokeKind(kind), radius_px=radius, points=corners)


def _point(value: object, *, where: str) -> tuple[float, float]:
    """Read one corner."""
    pair = _list(value, where=where)
    if len(pair) != 2:
        raise _error(where, "must be [x, y]", f"{len(pair)} values")
    x, y = (_number(number, where=where) for number in pair)
    if max(abs(x), abs(y)) > MAX_COORDINATE_PX:
        raise _error(where, f"must lie within {MAX_COORDINATE_PX:,.0f} pixels", value)
    return x, y


def _number(value: object, *, where: str) -> float:
    """Take a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _error(where, "must be a number", value)
    try:
        number = float(value)
    except OverflowError:
        raise _error(where, "must be a number of ordinary size", "a huge integer") from None
    if not math.isfinite(number):
        raise _error(where, "must be a number of ordinary size", value)
    return number


def _list(value: object, *, where: str) -> list[object]:
    if not isinstance(value, list):
        raise _error(where, "must be a list", value)
    return cast("list[object]", value)


def _fields(value: object, names: tuple[str, ...], *, where: str) -> list[object]:
    """Return an object's fields by name; all must be there, and no others."""
    if not isinstance(value, dict):
        raise _error(where, "must be an object", value)
    fields = cast("dict[str, object]", value)
    for name in names:
        if name not in fields:
            raise _error(where, f"must have the field {name!r}", ", ".join(sorted(fields)[:9]))
    for name in fields:
        if name not in names:
            raise _error(where, f"may only have the fields {', '.join(names)}", name)
    return [fields[name] for name in names]


def _error(where: str, what: str, got: object) -> InputError:
    """Say what is wrong where, and show the start of what came instead."""
    shown = got if isinstance(got, str) else json.dumps(got, ensure_ascii=True)
    short = shown if len(shown) <= 60 else shown[:57] + "..."
    return InputError(f"In the strokes, {where} {what}, got {short!r}.", advice=_ADVICE)
