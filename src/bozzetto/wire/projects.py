"""Projects, their photographs and what a person painted over them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bozzetto.findings import Finding
from bozzetto.views.foreground import Side
from bozzetto.views.mask import Stroke
from bozzetto.wire.base import File, Message, Request, Sha256, ShortText


class NewProject(Request):
    """A project to make."""

    title: ShortText


class ProjectChange(Request):
    """What to change of a project."""

    title: ShortText


class StudioProject(Message):
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


class UploadedPhoto(Message):
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


class PhotoChange(Request):
    """What to change of a photograph; what is not sent stays."""

    side: Side | None = None
    guess_side: bool = False
    """Forget the side, and have it guessed."""
    position: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class Strokes(Request):
    """All strokes over one photograph, oldest first; undo is to send fewer of them."""

    version: Literal[1] = 1
    strokes: Annotated[tuple[Stroke, ...], Field(max_length=10_000)]
