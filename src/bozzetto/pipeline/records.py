"""How values that hold arrays are kept inside a project: arrays in `.npz`, the rest in JSON.

Both ways are exact, so a run that resumes continues with the very values of the first run.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from bozzetto.asset.draft import Draft, Reason
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.errors import ProjectError
from bozzetto.findings import Finding
from bozzetto.records import Json, text_from, value_from
from bozzetto.views.camera_record import CameraRecord, camera_of_record, record_of_camera
from bozzetto.views.mask import Mask

Record = TypeVar("Record")

_MESH_ARRAYS = (
    "positions",
    "triangles",
    "normals",
    "uvs",
    "tangents",
    "colors",
    "confidence",
    "origin",
)
_SEEN_ARRAYS = ("normals", "albedo", "roughness", "metallic")


@dataclass(frozen=True, kw_only=True)
class _SeenRecord:
    """All of a photo's maps but their arrays."""

    corner_px: tuple[float, float]
    pixel_px: float


@dataclass(frozen=True, kw_only=True)
class _DraftRecord:
    """All of a draft but its arrays."""

    engine: str
    variant: str
    seed: int
    cameras: tuple[CameraRecord, ...]
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    seen: tuple[_SeenRecord | None, ...]


@dataclass(frozen=True, kw_only=True)
class _MaskRecord:
    """All of a mask but its alpha, and what was noticed while making it."""

    source: str
    confidence: float
    findings: tuple[Finding, ...]


def write_draft(draft: Draft, folder: Path) -> None:
    """Write `draft.npz`, `draft.json` and, where the engine made maps, `seen_K.npz`."""
    arrays = {name: getattr(draft.mesh, name) for name in _MESH_ARRAYS}
    present = {name: values for name, values in arrays.items() if values is not None}
    with (folder / "draft.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **present)
    seen = tuple(_write_seen(maps, folder / f"seen_{k}.npz") for k, maps in enumerate(draft.seen))
    record = _DraftRecord(
        engine=draft.engine,
        variant=draft.variant,
        seed=draft.seed,
        cameras=tuple(record_of_camera(camera) for camera in draft.cameras),
        reasons=draft.reasons,
        findings=draft.findings,
        seen=seen,
    )
    (folder / "draft.json").write_text(text_from(record), encoding="utf-8")


def read_draft(folder: Path) -> Draft:
    """Read what `write_draft` wrote.

    Raises:
        ProjectError: The files are missing or damaged.
    """
    record = read_record(_DraftRecord, folder / "draft.json")
    return Draft(
        mesh=_from_arrays(Mesh, folder / "draft.npz"),
        cameras=tuple(camera_of_record(camera) for camera in record.cameras),
        engine=record.engine,
        variant=record.variant,
        seed=record.seed,
        reasons=record.reasons,
        findings=record.findings,
        seen=tuple(
            _read_seen(maps, folder / f"seen_{k}.npz") for k, maps in enumerate(record.seen)
        ),
    )


def _write_seen(maps: SeenMaps | None, path: Path) -> _SeenRecord | None:
    """Write a photo's maps; return the rest of them."""
    if maps is None:
        return None
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: getattr(maps, name) for name in _SEEN_ARRAYS})
    return _SeenRecord(corner_px=maps.corner_px, pixel_px=maps.pixel_px)


def _read_seen(record: _SeenRecord | None, path: Path) -> SeenMaps | None:
    """Read what `_write_seen` wrote."""
    if record is None:
        return None
    make = partial(SeenMaps, corner_px=record.corner_px, pixel_px=record.pixel_px)
    return _from_arrays(make, path)


def _from_arrays(make: Callable[..., Record], path: Path) -> Record:
    """Build a value from the arrays of a file, by their names.

    Raises:
        ProjectError: The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return make(**{name: arrays[name] for name in arrays.files})
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise damaged(path) from error


def digest_of_draft(draft: Draft) -> str:
    """Return the SHA-256 of a draft's shape: what an approval is an approval of."""
    digest = hashlib.sha256()
    for name in _MESH_ARRAYS:
        values = getattr(draft.mesh, name)
        if values is not None:
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def to_eight_bits(mask: Mask) -> Mask:
    """Round a mask to the 256 steps that its file holds, so that file and value are one."""
    alpha = np.round(mask.alpha * np.float32(255)) / np.float32(255)
    return Mask(alpha=alpha, source=mask.source, confidence=mask.confidence)


def write_mask(masked: tuple[Mask, tuple[Finding, ...]], folder: Path) -> None:
    """Write `mask.png` (8 bits, white is object) and `mask.json`."""
    mask, findings = masked
    pixels = np.round(mask.alpha * 255).astype(np.uint8)
    _, encoded = cv2.imencode(".png", pixels)
    (folder / "mask.png").write_bytes(encoded.tobytes())
    record = _MaskRecord(source=mask.source, confidence=mask.confidence, findings=findings)
    (folder / "mask.json").write_text(text_from(record), encoding="utf-8")


def read_mask(folder: Path) -> tuple[Mask, tuple[Finding, ...]]:
    """Read what `write_mask` wrote.

    Raises:
        ProjectError: The files are missing or damaged.
    """
    record = read_record(_MaskRecord, folder / "mask.json")
    try:
        data = np.frombuffer((folder / "mask.png").read_bytes(), np.uint8)
        pixels = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    except (OSError, cv2.error) as error:
        raise damaged(folder / "mask.png") from error
    if pixels is None:
        raise damaged(folder / "mask.png")
    alpha = pixels.astype(np.float32) / np.float32(255)
    mask = Mask(alpha=alpha, source=record.source, confidence=record.confidence)
    return mask, record.findings


def read_json(path: Path) -> Json:
    """Read a JSON file of the project.

    Raises:
        ProjectError: The file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path) from error


def read_record(kind: type[Record], path: Path) -> Record:
    """Read a JSON file of the project as a dataclass.

    Raises:
        ProjectError: The file is missing or damaged.
    """
    try:
        return value_from(kind, read_json(path))
    except ValueError as error:
        raise damaged(path) from error


def read_file(path: Path) -> bytes:
    """Read a file of the project.

    Raises:
        ProjectError: The file is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise damaged(path) from error


def damaged(path: Path) -> ProjectError:
    """Say that a file of the project cannot be used."""
    return ProjectError(
        f"{path} is missing or damaged.",
        advice=f"Delete the folder {path.parent} and run the command again.",
    )
