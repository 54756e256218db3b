"""Write a project's asset or any file for a target: place, size, rename, recode, write, read back.

Everything before `store` is pure; what is reported was measured on the files as written.
"""

import hashlib
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from bozzetto.asset.model import Model
from bozzetto.delivery.export.comparing import Comparison, compare
from bozzetto.delivery.export.joint_names import rename_joints
from bozzetto.delivery.export.smoothness import smoothness_files
from bozzetto.delivery.export.targets import Target
from bozzetto.delivery.export.units import Units, write_in
from bozzetto.delivery.naming import file_stem, rename_model, safe_stem
from bozzetto.delivery.open_model import open_model, read_source
from bozzetto.delivery.pictures import PictureRules, change_pictures
from bozzetto.delivery.placing import Front, Pivot, Placement, bounds_of, place_model
from bozzetto.delivery.project.files import is_project, read_finished
from bozzetto.delivery.provenance import (
    Provenance,
    provenance_of_file,
    provenance_of_project,
    with_provenance,
)
from bozzetto.delivery.sizing import MeasuredScale, PhotoEvidence, Size, scale_for
from bozzetto.delivery.source_frame import AS_READ, SourceFrame
from bozzetto.errors import InputError
from bozzetto.findings import Finding
from bozzetto.formats.base import NamedFile, Source, Written
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from bozzetto.records import text_from

LOSSY = ("glb-web",)
"""Formats that encode pictures again; their files are called `-web`."""
_AS_EVER = Units()


@dataclass(frozen=True, kw_only=True, eq=False)
class Deliverable:
    """What is to be written: levels of detail of one object, the finest first."""

    name: str
    levels: tuple[Model, ...]
    provenance: Provenance
    evidence: PhotoEvidence | None = None
    """Of the photo that it was made from; None for files."""


@dataclass(frozen=True, kw_only=True)
class Placing:
    """What the user wants of size and place."""

    size: Size | None = None
    """None keeps the size."""
    pivot: Pivot = Pivot.KEEP
    front: Front | None = None
    """None leaves it to the target."""


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """One written file, as read back."""

    path: str
    format: str
    level: int
    num_bytes: int
    sha256: str
    triangles: int
    size_m: tuple[float, float, float]
    comparison: Comparison


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written, and how it stands."""

    target: str
    bozzetto: str
    folder: Path
    files: tuple[ExportedFile, ...]
    beside: tuple[str, ...]
    """Further files: textures, the record of provenance."""
    scale: MeasuredScale | None
    front: Front
    pivot: Pivot
    findings: tuple[Finding, ...]
    hints: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every file read back is what was written."""
        return all(file.comparison.passed for file in self.files)


def load_deliverable(
    path: Path, *, frame: SourceFrame = AS_READ
) -> tuple[Deliverable, tuple[Finding, ...]]:
    """Open a finished project's folder or any model file.

    Args:
        path: The folder or file.
        frame: The unit and up axis of a file that says neither.

    Raises:
        InputError: It cannot be read.
        ProjectError: The project is not finished.
    """
    if is_project(path):
        if frame.is_stated:
            raise InputError(
                f"{path.name} is a project, which has its own unit and up axis.",
                advice="Leave --source-unit and --source-up out.",
            )
        finished = read_finished(path)
        return Deliverable(
            name=finished.report.name,
            levels=finished.levels,
            provenance=provenance_of_project(finished),
            evidence=finished.evidence,
        ), ()
    opened = open_model(path, frame=frame)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    provenance = provenance_of_file(opened.model, file_name=path.name, sha256=sha256)
    name = path.stem
    deliverable = Deliverable(
        name=name, levels=(opened.model,), provenance=replace(provenance, name=name)
    )
    return deliverable, opened.findings


def plain_target(format_name: str) -> Target:
    """Return a target that only chooses a format: nothing is renamed or recoded."""
    return Target(
        name=format_name,
        title=load_format(format_name).card.summary,
        format=format_name,
        pictures=PictureRules(),
    )


def export(deliverable: Deliverable, target: Target, *, placing: Placing, folder: Path) -> Exported:
    """Write an object for a target, and read every file back.

    Raises:
        InputError: The size cannot be given.
        FormatError: The format cannot hold the object.
        ResourceError: The folder cannot be written to.
    """
    scale = None
    if placing.size is not None:
        scale = scale_for(deliverable.levels[0], placing.size, evidence=deliverable.evidence)
    front = placing.front or target.front
    placement = Placement(
        front=front, scale=1.0 if scale is None else scale.factor, pivot=placing.pivot
    )
    provenance = deliverable.provenance
    if scale is not None:
        provenance = replace(provenance, size=scale.text)
    levels = [
        prepare(level, target, placement=placement, name=deliverable.name)
        for level in deliverable.levels
    ]
    levels = [with_provenance(level, provenance, scale=scale) for level in levels]
    files: list[ExportedFile] = []
    beside: list[str] = []
    findings: list[Finding] = []
    for format_name in (target.format, *target.also):
        for level, model in enumerate(_layout(levels, target)):
            stem = file_stem(model, name=deliverable.name, naming=target.naming, level=level)
            stem += "-web" if format_name in LOSSY else ""
            file, others, noticed = write_checked(
                replace(model, name=stem),
                format_name,
                level=level,
                folder=folder,
                units=target.units,
            )
            files.append(file)
            beside.extend(others)
            findings.extend(noticed)
    if target.smoothness_map:
        extra = smoothness_files(levels[0])
        beside.extend(put(extra, folder=folder))
    record = NamedFile(
        name=f"{safe_stem(deliverable.name)}.provenance.json", data=text_from(provenance).encode()
    )
    beside.extend(put((record,), folder=folder))
    return Exported(
        target=target.name,
        bozzetto=version("bozzetto"),
        folder=folder,
        files=tuple(files),
        beside=tuple(dict.fromkeys(beside)),
        scale=scale,
        front=front,
        pivot=placing.pivot,
        findings=tuple(dict.fromkeys(findings)),
        hints=target.hints,
    )


def prepare(model: Model, target: Target, *, placement: Placement, name: str) -> Model:
    """Bring one level to a target's frame, pictures and names."""
    model = place_model(model, placement=placement)
    model = change_pictures(model, rules=target.pictures)
    if target.name in (target.format,):  # A plain format: names stay.
        return model
    model = rename_model(model, name=name, naming=target.naming)
    return rename_joints(model, dialect=target.dialect)


def write_checked(
    model: Model, format_name: str, *, level: int, folder: Path, units: Units = _AS_EVER
) -> tuple[ExportedFile, tuple[str, ...], tuple[Finding, ...]]:
    """Write one model in one format, read it back and compare.

    Returns:
        The file, the names of further files, and what the format could not hold.
    """
    chosen = load_format(format_name)
    written = _named(write_in(model, format_name, units=units), model.name)
    reread = read_source(Source.of(written), name=format_name)
    comparison = compare(
        model, reread.model, card=chosen.card, same_pictures=format_name not in LOSSY
    )
    store(written, folder=folder)
    low_high = _size(reread.model)
    file = ExportedFile(
        path=written.main,
        format=format_name,
        level=level,
        num_bytes=sum(len(part.data) for part in written.files),
        sha256=hashlib.sha256(written.data).hexdigest(),
        triangles=sum(part.mesh.num_triangles for part in reread.model.parts),
        size_m=low_high,
        comparison=comparison,
    )
    others = tuple(part.name for part in written.files if part.name != written.main)
    return file, others, written.findings


def _named(written: Written, stem: str) -> Written:
    """Give the main file its stem as the target wants it, capitals and all."""
    name = stem + written.main[written.main.rindex(".") :]
    files = tuple(
        NamedFile(name=name, data=file.data) if file.name == written.main else file
        for file in written.files
    )
    return Written(main=name, files=files, findings=written.findings)


def put(files: tuple[NamedFile, ...], *, folder: Path) -> tuple[str, ...]:
    """Write further files, each whole or not at all, and return their names."""
    for file in files:
        store(Written(main=file.name, files=(file,)), folder=folder)
    return tuple(file.name for file in files)


def _layout(levels: list[Model], target: Target) -> list[Model]:
    """Put levels of detail into files: one each, or all into one."""
    if not target.joined_levels or len(levels) == 1:
        return levels
    parts = tuple(
        replace(part, name=f"{part.name}_LOD{number}")
        for number, level in enumerate(levels)
        for part in level.parts
    )
    return [replace(levels[0], parts=parts)]


def _size(model: Model) -> tuple[float, float, float]:
    """Return the extents."""
    low, high = bounds_of(model)
    x, y, z = (round(float(side), 6) for side in high - low)
    return x, y, z
