"""The project folder of the command line: photographs, decisions and the newest result.

    PROJECT/
      project.json            format version, the asset's name, and the photographs in order
      store/                  photographs, masks and strokes as they came, and all results, by hash
      drafts.json             the drafts of the newest run;  drafts.png  drafts/<rank>-<variant>.glb
      approval.json           which draft may be refined
      masks/<photo>.png       the newest masks, for people
      report.json  sheet.png  <name>.glb   the newest asset

Whatever a run leaves behind when it is killed carries the prefix `.partial-` and is swept away by
the next run.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from bozzetto.capture.load import read_bytes
from bozzetto.errors import InputError, ProjectError
from bozzetto.matting.strokes_json import json_from_strokes
from bozzetto.matting.user_mask import decode_mask
from bozzetto.pipeline.captured import decoded
from bozzetto.pipeline.names import asset_name
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import InputFile
from bozzetto.records import text_from, value_from_text
from bozzetto.store.base import Store
from bozzetto.store.disk import PARTIAL, disk_errors, sweep, write_file
from bozzetto.store.local import LocalStore
from bozzetto.views.mask import Stroke

Record = TypeVar("Record")

MANIFEST = "project.json"
FORMAT_VERSION = 2
_LOCK = ".lock"


@dataclass(frozen=True, kw_only=True)
class PhotoEntry:
    """One photograph of a project; all its files are in the store."""

    name: str
    """The file's name as the user knows it."""
    sha256: str
    mask_sha256: str | None = None
    """Hash of the mask file that the user gave; None where there is none."""
    mask_name: str = ""
    strokes_sha256: str | None = None
    """Hash of a person's strokes, as JSON; None where there are none."""

    @property
    def photo(self) -> InputFile:
        """The photograph."""
        return InputFile(sha256=self.sha256, name=self.name)

    @property
    def user_mask(self) -> InputFile | None:
        """The mask that the user gave."""
        if self.mask_sha256 is None:
            return None
        return InputFile(sha256=self.mask_sha256, name=self.mask_name)

    @property
    def strokes(self) -> InputFile | None:
        """A person's strokes."""
        if self.strokes_sha256 is None:
            return None
        return InputFile(sha256=self.strokes_sha256, name="strokes.json")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a project is about."""

    format_version: int
    name: str
    """Of the asset: a-z, 0-9, `_` and `-`, a letter first."""
    photos: tuple[PhotoEntry, ...]


@dataclass(frozen=True, kw_only=True)
class _Version:
    """The part of a manifest that every version has."""

    format_version: int


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project folder."""

    root: Path

    def path(self, *parts: str) -> Path:
        """Return a path inside the folder."""
        return self.root.joinpath(*parts)

    @property
    def store(self) -> Store:
        """Where its content and results are."""
        return LocalStore(self.root / "store")


def start_project(
    root: Path, photos: Sequence[Path], *, masks: Sequence[Path] = (), memo: Memo
) -> Project:
    """Make a project of these photographs, or go on with the one that has the same ones.

    Args:
        root: The project's folder.
        photos: At least one.
        masks: None, or one for each photo, in their order.
        memo: Keeps what is decoded for the stages.

    Raises:
        InputError: A file cannot be used; nothing has been written then.
        ProjectError: The folder holds other photographs or other files.
    """
    if not photos:
        raise InputError("At least one photo is needed, got none.", advice="Name a photo file.")
    if masks and len(masks) != len(photos):
        raise InputError(
            f"Every photo needs its mask: got {len(masks)} masks for {len(photos)} photos.",
            advice="Give one --mask for each photo, in the same order.",
        )
    entries = _checked(root, photos, masks, memo=memo)
    is_new = not root.exists()
    project = create_project(root)
    try:
        for path in (*photos, *masks):
            project.store.put_file(path)
        _record(project, entries, name=asset_name(photos[0].stem))
    except BaseException:
        if is_new:
            shutil.rmtree(root, ignore_errors=True)
        raise
    return project


def revise_project(root: Path, photos: Sequence[PhotoEntry], *, name: str) -> Project:
    """Make a project, or give one other photographs, masks and strokes; results are kept.

    Whatever depends on what changed has another key, so nothing that was made goes wrong. A folder
    of an older format is emptied first: all that it holds can be made again.

    Args:
        root: The project's folder.
        photos: Their files are put into the project's store by the caller.
        name: The asset's.

    Raises:
        ProjectError: The folder holds other files.
    """
    if (root / MANIFEST).exists() and read_record(
        _Version, root / MANIFEST
    ).format_version != FORMAT_VERSION:
        shutil.rmtree(root)
    project = create_project(root)
    write_manifest(
        project,
        Manifest(format_version=FORMAT_VERSION, name=asset_name(name), photos=tuple(photos)),
    )
    return project


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


def read_manifest(project: Project) -> Manifest:
    """Read what the project is about.

    Raises:
        ProjectError: The manifest is damaged or of another format version.
    """
    path = project.path(MANIFEST)
    version = read_record(_Version, path).format_version
    if version == FORMAT_VERSION:
        return read_record(Manifest, path)
    if version < FORMAT_VERSION:
        advice = f"Its photos are in {project.path('inputs')}: make it again from them, with -o."
    else:
        advice = "Install the newer version of Bozzetto that made it."
    raise ProjectError(
        f"{project.root} has project format {version}; this version of Bozzetto reads format"
        f" {FORMAT_VERSION}.",
        advice=advice,
    )


def write_manifest(project: Project, manifest: Manifest) -> None:
    """Record what the project is about."""
    write_file(project.path(MANIFEST), text_from(manifest).encode())


def keep_strokes(project: Project, index: int, strokes: Sequence[Stroke]) -> None:
    """Store a person's corrections of one photograph's mask, replacing the earlier ones."""
    manifest = read_manifest(project)
    sha256 = project.store.put(json_from_strokes(strokes).encode()) if strokes else None
    photos = list(manifest.photos)
    photos[index] = replace(photos[index], strokes_sha256=sha256)
    write_manifest(project, replace(manifest, photos=tuple(photos)))


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
        sweep(project.root)
        yield
    finally:
        lock.release()


def read_record(kind: type[Record], path: Path) -> Record:
    """Read a JSON file of the project as a dataclass; fields it does not know are passed over.

    Raises:
        ProjectError: The file is missing or damaged.
    """
    try:
        return value_from_text(kind, path.read_bytes())
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path} is missing or damaged.",
            advice="Restore it, or make the project again from its photos.",
        ) from error


def _checked(
    root: Path, photos: Sequence[Path], masks: Sequence[Path], *, memo: Memo
) -> tuple[PhotoEntry, ...]:
    """Read all files; each that the project does not hold yet is decoded, to refuse bad ones.

    So nothing is written for files that cannot be used. What is decoded stays in the memo, where
    the stages find it.
    """
    store = LocalStore(root / "store")
    entries: list[PhotoEntry] = []
    for index, path in enumerate(photos):
        data = read_bytes(path)
        mask = read_bytes(masks[index]) if masks else None
        entry = PhotoEntry(
            name=path.name,
            sha256=hashlib.sha256(data).hexdigest(),
            mask_sha256=None if mask is None else hashlib.sha256(mask).hexdigest(),
            mask_name=masks[index].name if masks else "",
        )
        files = (entry.sha256,) if entry.mask_sha256 is None else (entry.sha256, entry.mask_sha256)
        if any(store.size(sha256) is None for sha256 in files):
            photo, _ = decoded(entry.sha256, entry.name, data, memo=memo)
            if mask is not None:
                decode_mask(mask, name=entry.mask_name, photo=photo)
        for earlier in entries:
            if earlier.sha256 == entry.sha256:
                raise InputError(
                    f"{earlier.name} and {entry.name} are the same photo.",
                    advice="Give each photo once.",
                )
        entries.append(entry)
    return tuple(entries)


def _record(project: Project, entries: tuple[PhotoEntry, ...], *, name: str) -> None:
    """Write the manifest, or check that the one that is there names the same photographs."""
    if project.path(MANIFEST).exists():
        manifest = read_manifest(project)
        if [e.sha256 for e in manifest.photos] != [e.sha256 for e in entries]:
            raise ProjectError(
                f"The project {project.root} was made from other photos.",
                advice="Choose another folder with -o.",
            )
        if not any(entry.mask_sha256 for entry in entries):
            return
        name = manifest.name
        strokes = (entry.strokes_sha256 for entry in manifest.photos)
        entries = tuple(
            replace(entry, strokes_sha256=stroke)
            for entry, stroke in zip(entries, strokes, strict=True)
        )
    write_manifest(project, Manifest(format_version=FORMAT_VERSION, name=name, photos=entries))


def _holds_foreign_files(root: Path) -> bool:
    """Tell whether a folder holds anything but what a run that was killed early leaves."""
    ours = (_LOCK, "store")
    with disk_errors(root):
        return any(
            item.name not in ours and not item.name.startswith(PARTIAL) for item in root.iterdir()
        )


def _prove_writable(root: Path) -> None:
    """Fail now rather than after the work is done."""
    handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=root)
    os.close(handle)
    Path(name).unlink()
