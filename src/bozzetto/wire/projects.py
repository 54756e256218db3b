"""Projects, their photographs and what a person painted over them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from bozzetto.wire.base import File, Message, Sha256, ShortText
from bozzetto.wire.findings import Finding


class NewProject(Message):
    """A project to make."""

    title: ShortText


class ProjectChange(Message):
    """What to change of a project."""

    title: ShortText


class Project(Message):
    """Photographs of one object, and all that was made of them."""

    id: str
    title: str
    created_at: datetime
    created_by: str
    num_photos: int
    num_bytes: int
    """Of all its files."""
    cover: File | None
    """A small picture for lists: the newest sheet, else the first photo."""


class Side(StrEnum):
    """Which side of the object a photo shows, as the object itself would say."""

    FRONT = "front"
    LEFT = "left"
    BACK = "back"
    RIGHT = "right"


class Photo(Message):
    """A photograph as it was taken in: upright, without metadata."""

    id: str
    project_id: str
    name: str
    """As the user knows it; unique in its project."""
    created_at: datetime
    width: int
    height: int
    focal_px: float | None
    """Focal length in pixels, where the file told it."""
    position: int
    """Photos are used in the order of this number."""
    side: Side | None
    """Null where it is to be guessed."""
    file: File
    """PNG, whatever was sent."""
    sent_sha256: Sha256
    """Of the file as it was sent."""
    mask: File | None
    """The user's own mask, grey PNG at the photo's size; null where there is none."""
    num_strokes: int
    findings: tuple[Finding, ...]
    """What was noticed about the file itself; a mask job gives the advice."""


class PhotoChange(Message):
    """What to change of a photograph; what is not sent stays."""

    side: Side | None = None
    guess_side: bool = False
    """Forget the side, and have it guessed."""
    position: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class StrokeKind(StrEnum):
    """What a stroke says of the pixels under it."""

    KEEP = "keep"
    REMOVE = "remove"
    UNSURE = "unsure"


_Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]


class Stroke(Message):
    """A polyline painted over a photograph."""

    kind: StrokeKind
    radius_px: Annotated[float, Field(gt=0, lt=1e5)]
    """Half the brush's width."""
    points: Annotated[
        tuple[tuple[_Coordinate, _Coordinate], ...], Field(min_length=1, max_length=100_000)
    ]
    """Corners as [x, y] in pixels of the photo; one point makes a dot."""


class Strokes(Message):
    """All strokes over one photograph, oldest first; undo is to send fewer of them."""

    version: Literal[1] = 1
    strokes: Annotated[tuple[Stroke, ...], Field(max_length=10_000)]
