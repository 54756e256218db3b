"""What delivery needs of a project's records, read so that fields it does not know do no harm."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast, get_args, get_origin, get_type_hints

from bozzetto.pipeline.records import damaged, read_json
from bozzetto.records import Json, value_from
from bozzetto.views.camera_record import CameraRecord

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class InputRecord:
    """One photograph of a report."""

    name: str
    sha256: str
    focal_px: float | None
    mask_source: str


@dataclass(frozen=True, kw_only=True)
class EngineRecord:
    """The engine of a report."""

    name: str
    version: int
    licence: str
    weights_sha256: str


@dataclass(frozen=True, kw_only=True)
class DraftRecord:
    """One draft of a report."""

    key: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class ApprovalRecord:
    """Who approved which draft, and when."""

    key: str
    variant: str
    draft_sha256: str
    approved_by: str
    approved_at: str


@dataclass(frozen=True, kw_only=True)
class SurfaceRecord:
    """Where the surface comes from, as shares of its area."""

    observed: float
    mirrored: float
    inferred: float


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """One delivered file."""

    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MaskOptionsRecord:
    """How the object was cut out."""

    model: str


@dataclass(frozen=True, kw_only=True)
class OptionsRecord:
    """The settings that delivery itself looks at."""

    mask: MaskOptionsRecord


@dataclass(frozen=True, kw_only=True)
class ReportRecord:
    """What delivery needs of a report."""

    name: str
    bozzetto: str
    libraries: dict[str, str]
    inputs: tuple[InputRecord, ...]
    options: OptionsRecord
    engine: EngineRecord
    drafts: tuple[DraftRecord, ...]
    approval: ApprovalRecord
    scale: str
    surface: SurfaceRecord
    files: tuple[FileRecord, ...]


@dataclass(frozen=True, kw_only=True)
class CamerasRecord:
    """The fitted cameras of an asset."""

    cameras: tuple[CameraRecord, ...]


def read_known(kind: type[Record], path: Path) -> Record:
    """Read a record, passing over fields that it does not know.

    Raises:
        ProjectError: The file is missing, damaged or lacks a field.
    """
    try:
        return value_from(kind, known_fields(kind, read_json(path)))
    except ValueError as error:
        raise damaged(path) from error


def known_fields(kind: object, value: Json) -> Json:
    """Leave out what the declared type has no field for, at every depth.

    Raises:
        ValueError: The JSON has another form altogether.
    """
    arguments = cast("tuple[object, ...]", get_args(kind))
    if get_origin(kind) is tuple and Ellipsis in arguments:
        if not isinstance(value, list):
            raise ValueError("A list was wanted.")
        return [known_fields(arguments[0], item) for item in cast("list[Json]", value)]
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ValueError("An object was wanted.")
        hints, fields = get_type_hints(kind), cast("dict[str, Json]", value)
        return {name: known_fields(hint, fields.get(name)) for name, hint in hints.items()}
    return value
