"""Findings, cameras and reasons as messages."""

from enum import StrEnum

from pydantic import Field

from bozzetto.wire.base import File, Message


class Severity(StrEnum):
    """How much a finding matters for the result."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Region(Message):
    """A box in a photograph, in pixels of the upright picture; ends exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int


class Place(Message):
    """A place on a finished asset, in its frame: +y up, front +z, metres."""

    position: tuple[float, float, float]
    """On the surface."""
    facing: tuple[float, float, float]
    """Unit vector outwards: look from there."""
    radius_m: float = Field(ge=0)
    """How far it reaches."""


class Finding(Message):
    """One thing that a person should know about an input or a result."""

    code: str
    """Stable, dotted, as in `photo.blur.motion`."""
    severity: Severity
    message: str
    fix: str = ""
    """What to do about it, in a sentence."""
    subject: str = ""
    """What it is about, as in a photo's name."""
    where: Region | None = None
    """Null means all of the picture."""
    measured: float | None = None
    limit: float | None = None
    overlay: File | None = None
    """The finding drawn over its photo."""
    place: Place | None = None
    """Where it is on the finished asset; null where that is not known."""


class Camera(Message):
    """A fitted camera: +x right, +y down, +z forward, pixel centres at +0.5."""

    width: int
    height: int
    focal_px: float
    centre_px: tuple[float, float]
    world_from_camera_rotation: tuple[tuple[float, float, float], ...]
    """Rows. The world is the asset's frame: +y up, front +z, metres."""
    world_from_camera_translation: tuple[float, float, float]


class Reason(Message):
    """One measurable point for or against a draft."""

    name: str
    value: float | None
    score: float = Field(ge=0, le=1)
    weight: float
    text: str
    """One clause for a person."""
