"""The photographs of a project: taken in once, kept byte for byte, decoded when needed."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bozzetto.capture.load import decode_photo, read_bytes
from bozzetto.errors import InputError, ProjectError
from bozzetto.findings import Finding
from bozzetto.matting.strokes_json import json_from_strokes, strokes_from_json
from bozzetto.matting.user_mask import decode_mask
from bozzetto.pipeline.names import asset_name
from bozzetto.pipeline.records import read_record
from bozzetto.pipeline.store import (
    MANIFEST,
    Project,
    create_project,
    disk_errors,
    keep_input,
    write_file,
)
from bozzetto.records import text_from
from bozzetto.views.mask import Mask, Stroke
from bozzetto.views.photo import Photo

FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class PhotoEntry:
    """One photograph of a project."""

    name: str
    """The file's name as the user knows it."""
    sha256: str
    suffix: str
    """Of the stored file, with its dot."""
    mask_sha256: str | None = None
    """Hash of the mask file that the user gave; None where there is none."""
    mask_suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a project is about."""

    format_version: int
    name: str
    """Of the asset: a-z, 0-9, `_` and `-`, a letter first."""
    photos: tuple[PhotoEntry, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedPhoto:
    """A photograph that is called otherwise than its file, as those that came over a network."""

    name: str
    """As the user knows it; no path is made of it."""
    path: Path
    mask: Path | None = None
    """The user's mask; None where there is none."""
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoInput:
    """A decoded photograph with what a person said about it."""

    entry: PhotoEntry
    photo: Photo
    user_mask: Mask | None
    strokes: tuple[Stroke, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class _File:
    """A file the user named, and its bytes."""

    path: Path
    data: bytes

    @property
    def suffix(self) -> str:
        """Of the copy in the project."""
        return self.path.suffix.lower()


def start_project(root: Path, photos: Sequence[Path], *, masks: Sequence[Path] = ()) -> Project:
    """Make a project of these photographs, or go on with the one that has the same ones.

    Args:
        root: The project's folder.
        photos: At least one.
        masks: None, or one for each photo, in their order.

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
    files = [_File(path=path, data=read_bytes(path)) for path in photos]
    mask_files = [_File(path=path, data=read_bytes(path)) for path in masks]
    _refuse_bad_files(files, mask_files)
    is_new = not root.exists()
    project = create_project(root)
    try:
        entries = _take_in(project, files, mask_files)
        _record(project, entries, name=asset_name(photos[0].stem))
    except BaseException:
        if is_new:
            shutil.rmtree(root, ignore_errors=True)
        raise
    return project


def revise_project(root: Path, photos: Sequence[NamedPhoto], *, name: str) -> Project:
    """Make a project, or give one other photographs, masks and strokes; results are kept.

    Whatever depends on what changed has another key, so nothing that was made goes wrong.

    Args:
        root: The project's folder.
        photos: At least one, no two with the same bytes; checked before by whoever took them in.
        name: The asset's.

    Raises:
        InputError: There are no photographs.
        ProjectError: The folder holds other files.
    """
    if not photos:
        raise InputError("At least one photo is needed, got none.", advice="Add a photo.")
    project = create_project(root)
    entries: list[PhotoEntry] = []
    for photo in photos:
        mask = None if photo.mask is None else _File(path=photo.mask, data=read_bytes(photo.mask))
        (entry,) = _take_in(project, [_File(path=photo.path, data=read_bytes(photo.path))], [mask])
        entries.append(replace(entry, name=photo.name))
        keep_strokes(project, sha256=entry.sha256, strokes=photo.strokes)
    manifest = Manifest(format_version=FORMAT_VERSION, name=asset_name(name), photos=tuple(entries))
    write_file(project.path(MANIFEST), text_from(manifest).encode())
    return project


def read_manifest(project: Project) -> Manifest:
    """Read what the project is about.

    Raises:
        ProjectError: The manifest is damaged or of another format version.
    """
    manifest = read_record(Manifest, project.path(MANIFEST))
    if manifest.format_version != FORMAT_VERSION:
        raise ProjectError(
            f"{project.root} has project format {manifest.format_version}; this version of"
            f" Bozzetto reads format {FORMAT_VERSION}.",
            advice="Make the project again from its photos.",
        )
    return manifest


def load_inputs(project: Project) -> tuple[PhotoInput, ...]:
    """Decode the project's photographs and read its masks and strokes."""
    return tuple(_load(project, entry) for entry in read_manifest(project).photos)


def keep_strokes(project: Project, *, sha256: str, strokes: Sequence[Stroke]) -> None:
    """Store a person's corrections of one photograph's mask, replacing the earlier ones."""
    write_file(project.path("strokes", f"{sha256}.json"), json_from_strokes(strokes).encode())


def _load(project: Project, entry: PhotoEntry) -> PhotoInput:
    """Decode one photograph of the project."""
    data = read_bytes(project.path("inputs", f"{entry.sha256}{entry.suffix}"))
    photo, findings = decode_photo(data, name=entry.name)
    mask = None
    if entry.mask_sha256 is not None:
        path = project.path("inputs", f"{entry.mask_sha256}{entry.mask_suffix}")
        mask, mask_findings = decode_mask(read_bytes(path), name=path.name, photo=photo)
        findings = (*findings, *mask_findings)
    strokes_path = project.path("strokes", f"{entry.sha256}.json")
    strokes: tuple[Stroke, ...] = ()
    if strokes_path.exists():
        with disk_errors(strokes_path):
            strokes = strokes_from_json(strokes_path.read_text(encoding="utf-8"))
    return PhotoInput(entry=entry, photo=photo, user_mask=mask, strokes=strokes, findings=findings)


def _refuse_bad_files(files: Sequence[_File], mask_files: Sequence[_File]) -> None:
    """Decode everything once, so that nothing is written for files that cannot be used."""
    names: dict[bytes, str] = {}
    for index, file in enumerate(files):
        if file.data in names:
            raise InputError(
                f"{names[file.data]} and {file.path.name} are the same photo.",
                advice="Give each photo once.",
            )
        names[file.data] = file.path.name
        photo, _ = decode_photo(file.data, name=file.path.name)
        if mask_files:
            mask = mask_files[index]
            decode_mask(mask.data, name=mask.path.name, photo=photo)


def _take_in(
    project: Project, files: Sequence[_File], mask_files: Sequence[_File | None]
) -> tuple[PhotoEntry, ...]:
    """Copy the files into the project."""
    masks: Sequence[_File | None] = mask_files or [None] * len(files)
    return tuple(
        PhotoEntry(
            name=file.path.name,
            sha256=keep_input(project, data=file.data, suffix=file.suffix),
            suffix=file.suffix,
            mask_sha256=mask and keep_input(project, data=mask.data, suffix=mask.suffix),
            mask_suffix=mask.suffix if mask else "",
        )
        for file, mask in zip(files, masks, strict=True)
    )


def _record(project: Project, entries: tuple[PhotoEntry, ...], *, name: str) -> None:
    """Write the manifest, or check that the one that is there names the same photographs."""
    path = project.path(MANIFEST)
    if path.exists():
        manifest = read_manifest(project)
        if [e.sha256 for e in manifest.photos] != [e.sha256 for e in entries]:
            raise ProjectError(
                f"The project {project.root} was made from other photos.",
                advice="Choose another folder with -o.",
            )
        name = manifest.name
        if not any(entry.mask_sha256 for entry in entries):
            return
    manifest = Manifest(format_version=FORMAT_VERSION, name=name, photos=entries)
    write_file(path, text_from(manifest).encode())
