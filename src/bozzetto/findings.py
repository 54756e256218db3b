"""Warnings as data: what was noticed, how bad it is, where, and how to fix it.

Capture, matting, engines and checks all report through `Finding`, so that the command line, the
report and every later front end show the same list.
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters for the result."""

    INFO = "info"
    """Worth knowing; the result is not affected."""
    WARNING = "warning"
    """The result is likely worse than it could be."""
    ERROR = "error"
    """The result is likely unusable."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """An axis-aligned box in a picture, in pixels; x to the right, y down, ends exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        """Refuse boxes that hold no pixel."""
        if self.x1 <= self.x0 or self.y1 <= self.y0:
            raise ValueError(f"A region needs x0 < x1 and y0 < y1, got {self}.")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place on a finished asset, in its frame: +y up, front +z, metres."""

    position: tuple[float, float, float]
    """On the surface."""
    facing: tuple[float, float, float]
    """Unit vector outwards: look from there."""
    radius_m: float
    """How far it reaches; 0 or more."""

    def __post_init__(self) -> None:
        """Refuse places that are nowhere."""
        if not (self.radius_m >= 0 and all(map(math.isfinite, (*self.position, *self.facing)))):
            raise ValueError(f"A place needs finite numbers and a radius of 0 or more, got {self}.")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a person should know about an input or a result."""

    code: str
    """Stable, lower case, dotted: stage first, as in `photo.blur.motion`."""
    severity: Severity
    message: str
    """One sentence: what was seen, with the number."""
    fix: str = ""
    """One line: what to do about it; empty where nothing can be done."""
    subject: str = ""
    """What it is about: a file name, a variant, a texture; empty for the whole run."""
    where: Region | None = None
    """Where in the picture; None means all of it."""
    measured: float | None = None
    """The measured value behind the judgement; None where there is none."""
    limit: float | None = None
    """The value at which the finding starts; None where there is none."""
    place: Place | None = None
    """Where on the finished asset; None where that is not known."""
