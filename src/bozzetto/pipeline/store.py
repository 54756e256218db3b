"""The project folder: the only place in the pipeline that knows about disks.

    PROJECT/
      project.json            format version and the photographs, in order
      inputs/<sha256>.<ext>   the photographs and masks as they came, byte for byte
      strokes/<sha256>.json   a person's corrections of that photograph's mask
      masks/<key>/ advice/<key>/ drafts/<key>/ assets/<key>/ previews/<key>/
      approval.json           which draft may be refined
      report.json  sheet.png  <name>.glb   the newest result

A `<key>` names a stage's version, inputs, options and seed, so a folder's content never changes
once it is there: it is written under another name and renamed. Whatever a run leaves behind when it
is killed carries the prefix `.partial-` and is swept away by the next run.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from bozzetto.errors import ProjectError, ResourceError

PARTIAL = ".partial-"
MANIFEST = "project.json"
_LOCK = ".lock"
_KEY_LENGTH = 16

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project folder."""

    root: Path

    def path(self, *parts: str) -> Path:
        """Return a path inside the folder."""
        return self.root.joinpath(*parts)


def create_project(root: Path) -> Project:
    """Make the folder, or take it over when it is empty or a project already.

    Raises:
        ProjectError: The folder holds something else, so results would mix with it.
        ResourceError: The folder cannot be made or written to.
    """
    if root.exists() and not root.is_dir():
        raise ProjectError(
            f"{root} should be the project's folder but is a file.",
            advice="Choose another folder with -o.",
        )
    if root.is_dir() and not (root / MANIFEST).exists() and _holds_foreign_files(root):
        raise ProjectError(
            f"The folder {root} holds files but is not a Bozzetto project.",
            advice="Choose an empty or new folder with -o.",
        )
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        _prove_writable(root)
    return Project(root=root)


def open_project(root: Path) -> Project:
    """Open an existing project.

    Raises:
        ProjectError: There is no project at that path.
    """
    if not (root / MANIFEST).is_file():
        raise ProjectError(
            f"{root} is not a Bozzetto project: it has no {MANIFEST}.",
            advice="Make one with `bozzetto draft PHOTO -o DIR`.",
        )
    with disk_errors(root):
        _prove_writable(root)
    return Project(root=root)


@contextmanager
def exclusive(project: Project) -> Generator[None]:
    """Hold the project for one run, and sweep away what a killed run left.

    Raises:
        ProjectError: Another run holds it.
    """
    lock = FileLock(project.path(_LOCK))
    with disk_errors(project.root):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ProjectError(
                f"Another run is working on the project {project.root}.",
                advice="Wait until it ends, or choose another folder with -o.",
            ) from None
    try:
        _sweep(project)
        yield
    finally:
        lock.release()


def stage_folder(project: Project, stage: str, key: str) -> Path:
    """Return where a stage's result with that key is or would be."""
    return project.path(stage, key[:_KEY_LENGTH])


def keep(
    project: Project,
    stage: str,
    *,
    key: str,
    make: Callable[[], Value],
    write: Callable[[Value, Path], None],
) -> tuple[Path, bool]:
    """Return the folder of a stage's result, making the result first if it is not there.

    Args:
        project: Held by this run.
        stage: Name of the folder, as in `masks`.
        key: Digest of everything the result depends on.
        make: Computes the result; called only when it is missing.
        write: Puts it into the empty folder it is given.

    Returns:
        The folder, and whether it was there before.

    Raises:
        ResourceError: The disk is full or cannot be written to; nothing half-written stays.
    """
    folder = stage_folder(project, stage, key)
    if folder.is_dir():
        return folder, True
    value = make()
    with disk_errors(project.root):
        folder.parent.mkdir(exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder.parent))
        try:
            write(value, partial)
            _flush(partial)
            partial.chmod(0o755)  # mkdtemp keeps others out; results are ordinary files.
            partial.rename(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return folder, False


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step; readers see the old content or the new, never a part."""
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def keep_input(project: Project, *, data: bytes, suffix: str) -> str:
    """Store a file as it came and return its SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = project.path("inputs", f"{sha256}{suffix}")
    if not path.exists():
        write_file(path, data)
    return sha256


@contextmanager
def disk_errors(where: Path) -> Generator[None]:
    """Turn the operating system's words for a full or closed disk into a sentence."""
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


def _holds_foreign_files(root: Path) -> bool:
    """Tell whether a folder holds anything but what a run that was killed early leaves."""
    with disk_errors(root):
        return any(
            item.name != _LOCK and not item.name.startswith(PARTIAL) for item in root.iterdir()
        )


def _prove_writable(root: Path) -> None:
    """Fail now rather than after the work is done."""
    handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=root)
    os.close(handle)
    Path(name).unlink()


def _sweep(project: Project) -> None:
    """Remove what a killed run left half-written."""
    for path in [*project.root.glob(f"{PARTIAL}*"), *project.root.glob(f"*/{PARTIAL}*")]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """Push a folder's files to the disk before its name says that they are complete."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
