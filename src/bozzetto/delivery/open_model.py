"""Open any 3D file that a person brings, with what only the file itself can tell."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from bozzetto.asset.model import Model
from bozzetto.delivery.source_frame import AS_READ, SourceFrame, framed
from bozzetto.errors import BozzettoError, InputError
from bozzetto.findings import Finding
from bozzetto.formats.base import Neighbours, Source
from bozzetto.formats.registry import format_names, load_format
from bozzetto.formats.storing import source_of
from bozzetto.qa.file_facts import FileFacts

SIZE_KEY = "bozzetto:size"
"""In a model's metadata: how its size came about, where that was measured."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A file's model and facts."""

    model: Model
    file: FileFacts
    findings: tuple[Finding, ...]
    """What the reader left out or changed."""


def open_model(path: Path, *, frame: SourceFrame = AS_READ) -> Opened:
    """Read a model file, with the files that it refers to beside it.

    Args:
        path: The file.
        frame: The unit and up axis of a file that says neither.

    Raises:
        InputError: The file is missing, of an unknown kind, damaged, or holds no triangles; or it
            says itself what the frame says.
    """
    name = format_of(path)
    _check_readable(path)
    try:
        opened = read_source(source_of(path), name=name)
        model, findings = framed(
            opened.model, opened.findings, name=path.name, kind=name, frame=frame
        )
        return replace(opened, model=model, findings=findings)
    except InputError:
        raise
    except BozzettoError as error:
        raise InputError(
            error.message,
            advice=error.advice or "Open it in another program and export it again.",
        ) from error


def read_source(source: Source, *, name: str) -> Opened:
    """Read a file that may not be on a disk.

    Args:
        source: The file.
        name: Of the format.

    Raises:
        InputError: It holds no triangles.
        FormatError: It is damaged.
    """
    counted = _Counted(inner=source.neighbours)
    reading = load_format(name).read(Source(name=source.name, data=source.data, neighbours=counted))
    if not any(part.mesh.num_triangles for part in reading.model.parts):
        raise InputError(f"{source.name} holds no triangles.", advice="Bring a mesh, not points.")
    return Opened(
        model=reading.model,
        file=_facts(
            source, name=name, num_bytes=len(source.data) + counted.total, opened=reading.model
        ),
        findings=reading.findings,
    )


def format_of(path: Path) -> str:
    """Return the name of the format that a file's suffix stands for.

    Raises:
        InputError: Nobody knows the suffix.
    """
    name = path.suffix.lower().removeprefix(".")
    if name == "usd":  # May be either; the bytes say which.
        return "usdc" if _starts_with(path, b"PXR-USDC") else "usda"
    if name in format_names():  # Formats are called as their suffixes are.
        return name
    raise InputError(
        f"{path.name} is not of a kind that can be read.",
        advice=f"Bring one of: {', '.join(f'.{known}' for known in format_names())}.",
    )


def _starts_with(path: Path, start: bytes) -> bool:
    """Tell whether a file starts with some bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(start)) == start
    except OSError:
        return False


def _check_readable(path: Path) -> None:
    """Refuse what the system cannot read, and what is empty."""
    try:
        with path.open("rb") as stream:
            if stream.read(1):
                return
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read: {error.strerror or error}.",
            advice="Check the path and the permissions.",
        ) from None
    raise InputError(f"{path.name} is empty.", advice="Export it again.")


@dataclass(kw_only=True)
class _Counted:
    """Neighbours that remember how many bytes were asked for."""

    inner: Neighbours
    seen: dict[str, int] = field(default_factory=dict[str, int])

    def find(self, name: str) -> bytes | None:
        """Return a file by its relative name, counting its bytes once."""
        data = self.inner.find(name)
        if data is not None:
            self.seen[name] = len(data)
        return data

    @property
    def total(self) -> int:
        """Bytes of all files that were found."""
        return sum(self.seen.values())


def _facts(source: Source, *, name: str, num_bytes: int, opened: Model) -> FileFacts:
    """Collect what only the file can tell."""
    document = _gltf_document(source.data) if name in ("glb", "gltf") else None
    stated = any(key == SIZE_KEY for key, _ in opened.metadata)
    if document is None:
        return FileFacts(name=source.name, format=name, num_bytes=num_bytes, stated_size=stated)
    primitives = [
        primitive
        for mesh in _objects(document.get("meshes"))
        for primitive in _objects(mesh.get("primitives"))
    ]
    attributes = [_object(primitive.get("attributes")) for primitive in primitives]
    return FileFacts(
        name=source.name,
        format=name,
        num_bytes=num_bytes,
        uv_sets=max((_count(names, "TEXCOORD_") for names in attributes), default=0),
        influences=4 * max((_count(names, "JOINTS_") for names in attributes), default=0),
        morph_targets=max((len(_objects(p.get("targets"))) for p in primitives), default=0),
        extensions_required=tuple(str(item) for item in _list(document.get("extensionsRequired"))),
        stated_size=stated,
    )


def _gltf_document(data: bytes) -> dict[str, object] | None:
    """Return the JSON of a GLB or glTF file that was read already."""
    if data[:4] == b"glTF":
        length = int.from_bytes(data[12:16], "little")
        data = data[20 : 20 + length]
    try:
        return _object(cast("object", json.loads(data)))
    except (ValueError, RecursionError):
        return None


def _object(value: object) -> dict[str, object]:
    """Return the value if it is an object, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    """Return the value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, object]]:
    """Return a list of objects."""
    return [_object(item) for item in _list(value)]


def _count(names: dict[str, object], prefix: str) -> int:
    """Count the attributes that start with a prefix."""
    return sum(1 for name in names if name.startswith(prefix))
