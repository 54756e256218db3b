"""Exports: a finished asset for a format, a program, or everything in one bundle."""

import mimetypes
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bozzetto.errors import UnknownNameError
from bozzetto.findings import Finding
from bozzetto.formats.registry import format_names
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work
from bozzetto.studio.kinds.drafts import GLB
from bozzetto.studio.kinds.needs import need_refinement
from bozzetto.studio.kinds.profiles import check_profile, fit, look_at_file
from bozzetto.studio.kinds.sources import source_of
from bozzetto.studio.kinds.timing import as_stage
from bozzetto.studio.problems import conflict
from bozzetto.wire.base import File
from bozzetto.wire.results import (
    Check,
    ExportRequest,
    ExportResult,
    ProfileVerdict,
    RefinementResult,
    RigResult,
)
from bozzetto.wire.service import Choice, SizeForm

if TYPE_CHECKING:
    from bozzetto.delivery.export.exporting import ExportedFile
    from bozzetto.delivery.sizing import Size

BUNDLE = "bundle"
_MEDIA_TYPES = {".glb": GLB, ".gltf": "model/gltf+json", ".usdz": "model/vnd.usdz+zip"}


def targets() -> tuple[Choice, ...]:
    """List everything that can be exported to."""
    # Imported when asked for: the service starts without it.
    from bozzetto.delivery.export.targets import TARGETS

    return (
        *(Choice(name=name) for name in format_names()),
        *(Choice(name=target.name, summary=target.title) for target in TARGETS.values()),
        Choice(name=BUNDLE, summary="Several formats, levels, pictures, README and hashes"),
    )


def size_form() -> SizeForm:
    """Describe how a size is written."""
    from bozzetto.delivery.sizing import SIZE_ADVICE, SIZE_PATTERN

    return SizeForm(pattern=SIZE_PATTERN, advice=SIZE_ADVICE)


def _check(records: Records, request: ExportRequest) -> ExportRequest:
    from bozzetto.delivery.sizing import parse_size

    refinement = need_refinement(records, request.refinement_id)
    names = [target.name for target in targets()]
    if request.target not in names:
        raise UnknownNameError(
            f"There is no target called {request.target!r}.",
            advice=f"Choose one of: {', '.join(names)}.",
        )
    if request.size is not None:
        parse_size(request.size)
    if request.profile is not None:
        check_profile(request.profile)
    if request.rig_id is not None:
        rig = RigResult.model_validate_json(records.result("rigs", request.rig_id))
        if rig.model is None:
            raise conflict("That rig has no model.", advice="Export the asset without it.")
    return request.model_copy(update={"refinement_id": refinement.id})


def _plan(request: ExportRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    del request, num_photos
    return (PlannedStage(word="export", stage="exports"),)


def _run(work: Work, request: ExportRequest) -> Sequence[Kept]:
    refinement = need_refinement(work.records, request.refinement_id)
    with (
        as_stage(work.progress, f"export {request.target}", stage="exports"),
        tempfile.TemporaryDirectory(dir=work.root) as folder,
    ):
        return [_write(work, request, refinement=refinement, folder=Path(folder))]


@dataclass(frozen=True, kw_only=True)
class _MadeFiles:
    """What was written, and how it stands."""

    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    profile: ProfileVerdict | None = None
    changes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the files are what was to be written, and taken where they are to go."""
        same = all(check.passed for check in self.checks)
        return same and (self.profile is None or self.profile.accepted)


def _write(
    work: Work, request: ExportRequest, *, refinement: RefinementResult, folder: Path
) -> Kept:
    """Write the files, and keep them with what was found reading them back."""
    from bozzetto.delivery.sizing import parse_size

    source = _source(work, request, refinement=refinement, folder=folder)
    size = None if request.size is None else parse_size(request.size)
    out = folder / "files"
    out.mkdir()
    if request.profile is None:
        made = _deliver(request.target, source, size=size, folder=out)
    else:
        made = _fit(source, request.profile, size=size, name=refinement.name, folder=out)
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    files = [_keep(work, path, name=path.relative_to(out).as_posix()) for path in paths]
    base = work.base(0)
    archive = f"{refinement.name}-{request.profile or request.target}.zip"
    message = ExportResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        refinement_id=refinement.id,
        target=request.target,
        passed=made.passed,
        files=tuple(files),
        bundle=_zip(work, out, paths, name=archive),
        checks=made.checks,
        profile=made.profile,
        fitted=request.profile is not None,
        changes=made.changes,
        findings=made.findings,
    )
    return Kept(message=message)


def _source(
    work: Work, request: ExportRequest, *, refinement: RefinementResult, folder: Path
) -> Path:
    """Return what is exported: the asset, or its rig."""
    if request.rig_id is None:
        return source_of(work, refinement)
    rig = RigResult.model_validate_json(work.records.result("rigs", request.rig_id))
    if rig.model is None:
        raise conflict("That rig has no model.", advice="Export the asset without it.")
    rigged = work.fetch(rig.model.sha256, f"{refinement.name}.glb")
    copy = folder / rigged.name
    copy.write_bytes(rigged.read_bytes())
    return copy


def _deliver(name: str, source: Path, *, size: "Size | None", folder: Path) -> _MadeFiles:
    """Write for a target; tell what reading back showed, and what was noticed."""
    from bozzetto.delivery.bundle.bundling import bundle
    from bozzetto.delivery.export.exporting import Placing, export, load_deliverable, plain_target
    from bozzetto.delivery.export.targets import TARGETS

    deliverable, noticed = load_deliverable(source)
    placing = Placing(size=size)
    verdict = None
    if name == BUNDLE:
        made = bundle(deliverable, folder=folder, placing=placing)
    else:
        target = TARGETS[name] if name in TARGETS else plain_target(name)
        made = export(deliverable, target, placing=placing, folder=folder)
        if target.profile:
            verdict = look_at_file(folder / made.files[0].path, profile=target.profile)
    return _MadeFiles(
        checks=tuple(check for file in made.files for check in _checks(file)),
        findings=(*noticed, *made.findings),
        profile=verdict,
    )


def _fit(source: Path, profile: str, *, size: "Size | None", name: str, folder: Path) -> _MadeFiles:
    """Write a variant for a profile."""
    path = source / f"{name}.glb" if source.is_dir() else source
    verdict, changes, findings = fit(path, profile=profile, size=size, folder=folder)
    return _MadeFiles(checks=(), findings=findings, profile=verdict, changes=changes)


def _checks(file: "ExportedFile") -> list[Check]:
    """Say how a file, read back, stands against what was to be written."""
    return [
        Check(
            name=f"{file.path}: {check.name}",
            passed=check.passed,
            message=f"wanted {check.wanted}, got {check.got}",
        )
        for check in file.comparison.checks
    ]


def _keep(work: Work, path: Path, *, name: str) -> File:
    """Keep a file with its media type."""
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return work.keep(path, name, _MEDIA_TYPES.get(path.suffix, guessed))


def _zip(work: Work, folder: Path, paths: Sequence[Path], *, name: str) -> File | None:
    """Put all files into one archive; the same files give the same bytes."""
    if len(paths) < 2:
        return None
    archive = folder.parent / "bundle.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.external_attr = 0o644 << 16
            out.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return work.keep(archive, name, "application/zip")


EXPORTS = JobKind(
    name="exports",
    one="export",
    summary="Write a finished asset for a target, and read every file back.",
    request=ExportRequest,
    result=ExportResult,
    check=_check,
    plan=_plan,
    run=_run,
)
