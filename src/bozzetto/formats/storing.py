"""Where formats meet the disk: files appear whole or not at all."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from bozzetto.errors import FormatError, ResourceError
from bozzetto.formats.base import Source, Written

MAX_FILE_BYTES = 2 * 1024**3
"""Larger files are refused before they are read."""


def store(written: Written, *, folder: Path) -> Path:
    """Put files on the disk and return the path of the main one.

    All are written under other names first and renamed when each is complete, the main file
    last, so an interrupted run never leaves a file that looks finished.

    Raises:
        ResourceError: The disk is full or cannot be written.
    """
    ordered = sorted(written.files, key=lambda file: file.name == written.main)
    mark = f".{secrets.token_hex(4)}.partial"
    pending: list[tuple[Path, Path]] = []
    try:
        for file in ordered:
            target = folder / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            pending.append((target.with_name(target.name + mark), target))
            pending[-1][0].write_bytes(file.data)
        for partial, target in pending:
            os.replace(partial, target)
    except OSError as error:
        raise ResourceError(
            f"{written.main} could not be written to {folder}: {error.strerror or error}.",
            advice="Make room, or choose another folder.",
        ) from error
    finally:
        for partial, _ in pending:
            partial.unlink(missing_ok=True)
    return folder / written.main


def source_of(path: Path) -> Source:
    """Open a file from the disk; files that it names are looked for in its folder.

    Raises:
        FormatError: There is no such file, or it is larger than `MAX_FILE_BYTES`.
    """
    data = _bytes_of(path)
    if data is None:
        raise FormatError(
            f"{path} is not there, or is larger than {MAX_FILE_BYTES // 1024**3} GiB.",
            advice="Check the path.",
        )
    return Source(name=path.name, data=data, neighbours=_Folder(folder=path.parent))


@dataclass(frozen=True, kw_only=True)
class _Folder:
    """Neighbours on a disk."""

    folder: Path

    def find(self, name: str) -> bytes | None:
        """Return a file that stands in the folder or below it."""
        root = self.folder.resolve()
        try:
            path = (root / name).resolve()
        except (OSError, ValueError):
            return None
        return _bytes_of(path) if path.is_relative_to(root) else None


def _bytes_of(path: Path) -> bytes | None:
    """Return a file's bytes; None where it is absent or too large."""
    try:
        if path.is_file() and path.stat().st_size <= MAX_FILE_BYTES:
            return path.read_bytes()
    except OSError:
        return None
    return None
