"""Files written in one step, and the operating system's errors as sentences."""

import errno
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from bozzetto.errors import ResourceError

PARTIAL = ".partial-"
"""Prefix of files that are being written; what a killed process leaves carries it."""


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step; readers see the old content or the new, never a part.

    Raises:
        ResourceError: The disk is full or cannot be written to; the old content stays.
    """
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)  # mkstemp keeps others out; results are ordinary files.
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def copy_file(source: Path, target: Path) -> None:
    """Copy a file in one step, flushed to the disk.

    Raises:
        ResourceError: The disk is full or cannot be written to.
    """
    with disk_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as out, source.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def disk_errors(where: Path) -> Generator[None]:
    """Turn the operating system's errors for a full or closed disk into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResourceError(
                f"The disk that holds {where} is full.",
                advice="Free some space and run the command again: it goes on where it stopped.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ResourceError(
                f"{where} cannot be written to: {error.strerror}.",
                advice="Choose another folder with -o.",
            ) from error
        raise ResourceError(
            f"Writing to {where} failed: {error.strerror or error}.",
            advice="Choose another folder with -o, or check the disk.",
        ) from error


def sweep(root: Path) -> None:
    """Remove what a killed process left half-written, at any depth; nobody else may be writing."""
    for path in list(root.rglob(f"{PARTIAL}*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
