"""What a user starts: make, mask, advise, draft, approve and refine over a project folder.

The steps are those of `photo_to_asset`; here they are kept, skipped when they are there, and
summed up in a report.
"""

import getpass
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.errors import ProjectError
from bozzetto.findings import Finding
from bozzetto.pipeline.approval import (
    RULE,
    Approval,
    DraftEntry,
    DraftList,
    approve_entry,
    approved_draft,
    current_approval,
    find_entry,
    read_drafts,
    write_drafts,
)
from bozzetto.pipeline.estimates import Estimates, default_timings_path
from bozzetto.pipeline.inputs import keep_strokes, read_manifest, start_project
from bozzetto.pipeline.judge import Judged, judge
from bozzetto.pipeline.levels import level_stages
from bozzetto.pipeline.locking import load_lock
from bozzetto.pipeline.options import MakeOptions, MaskOptions, RefineOptions
from bozzetto.pipeline.previews import draft_sheet_stage, preview_stage
from bozzetto.pipeline.report import Delivery, build_report, publish
from bozzetto.pipeline.stage import Outcome, Session, Timing
from bozzetto.pipeline.store import Project, exclusive, open_project, write_file
from bozzetto.pipeline.stored import draft_stages
from bozzetto.progress import Progress, silent
from bozzetto.views.mask import Stroke

_DEFAULTS = MakeOptions()


@dataclass(frozen=True, kw_only=True, eq=False)
class Drafted:
    """The drafts of a project, best first."""

    project: Path
    drafts: DraftList
    sheet: Path
    """Picture of all drafts side by side."""
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskedPhotos:
    """The masks of a project's photographs."""

    project: Path
    masks: tuple[Path, ...]
    """8-bit grey PNG files at the size of the photos, white is object."""
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]


def make(
    photos: Sequence[Path],
    *,
    output: Path,
    masks: Sequence[Path] = (),
    options: MakeOptions = _DEFAULTS,
    progress: Progress = silent,
) -> Delivery:
    """Turn photographs of one object into a finished asset; the best draft is approved by rule.

    A draft of this run that a person approved earlier is kept instead.

    Args:
        photos: Files, one object.
        output: The project's folder; made if missing, continued if it is there.
        masks: Mask files, one for each photo; none to let the program cut the object out.
        options: Settings of all steps.
        progress: Told about every stage.

    Raises:
        InputError: A photo, mask or option cannot be used.
        ProjectError: The folder is in use or holds something else.
        ResourceError: Disk, memory or time ran out.
    """
    project = start_project(output, photos, masks=masks)
    with run_session(project, progress) as session:
        judged = judge(session, options=options.mask)
        outcomes, noticed = draft_stages(
            session, judged.foregrounds, inputs=judged.mask_digests, options=options.draft
        )
        drafts = _list(outcomes, judged, options=options)
        write_drafts(project, drafts)
        approval = current_approval(project)
        if approval is None or approval.key not in [d.key for d in drafts.drafts]:
            approval = approve_entry(project, drafts.drafts[0], approved_by=RULE)
        timings = (*judged.timings, *(outcome.timing for outcome in outcomes))
        return _finish(
            session,
            judged,
            drafts,
            options=options,
            noticed=noticed,
            timings=timings,
        )


def mask(
    photos: Sequence[Path],
    *,
    output: Path,
    masks: Sequence[Path] = (),
    strokes: Sequence[Stroke] | None = None,
    options: MaskOptions = _DEFAULTS.mask,
    progress: Progress = silent,
) -> MaskedPhotos:
    """Cut the object out of each photograph, and correct the first one's mask by strokes.

    Args:
        photos: Files, one object.
        output: The project's folder.
        masks: Mask files, one for each photo, or none.
        strokes: Replace the stored strokes of the first photo; None keeps them.
        options: Which network.
        progress: Told about every stage.

    Raises:
        InputError: A photo or mask cannot be used, or no object was found.
    """
    project = start_project(output, photos, masks=masks)
    with run_session(project, progress) as session:
        if strokes is not None:
            first = read_manifest(project).photos[0]
            keep_strokes(project, sha256=first.sha256, strokes=strokes)
        judged = judge(session, options=options)
    return MaskedPhotos(
        project=project.root,
        masks=tuple(outcome.folder / "mask.png" for outcome in judged.masks),
        findings=judged.findings,
        timings=judged.timings,
    )


def draft(
    photos: Sequence[Path],
    *,
    output: Path,
    masks: Sequence[Path] = (),
    options: MakeOptions = _DEFAULTS,
    progress: Progress = silent,
) -> Drafted:
    """Make white models to choose from, with a picture of all of them.

    Raises:
        InputError: A photo or mask cannot be used, or no object was found.
    """
    start_project(output, photos, masks=masks)
    return draft_project(output, options=options, progress=progress)


def draft_project(
    project_root: Path,
    *,
    options: MakeOptions = _DEFAULTS,
    progress: Progress = silent,
) -> Drafted:
    """Make drafts of a project's photographs as they are now; see `draft`.

    Raises:
        ProjectError: There is no such project, or another run works on it.
        InputError: No object was found.
    """
    project = open_project(project_root)
    with run_session(project, progress) as session:
        judged = judge(session, options=options.mask)
        outcomes, noticed = draft_stages(
            session, judged.foregrounds, inputs=judged.mask_digests, options=options.draft
        )
        drafts = _list(outcomes, judged, options=options)
        write_drafts(project, drafts)
        name = read_manifest(project).name
        sheet = draft_sheet_stage(session, outcomes, judged=judged, name=name)
        write_file(project.path("drafts.png"), sheet.value)
    return Drafted(
        project=project.root,
        drafts=drafts,
        sheet=project.path("drafts.png"),
        findings=(*judged.findings, *noticed, *outcomes[0].value.findings),
        timings=(*judged.timings, *(o.timing for o in outcomes), sheet.timing),
    )


def approve(project_root: Path, variant: str, *, approved_by: str | None = None) -> Approval:
    """Record that a draft may be refined.

    Args:
        project_root: The project's folder.
        variant: Rank (1 is the best), variant name, or start of the draft's key.
        approved_by: Who; the user's login name unless given.

    Raises:
        ProjectError: There is no such project or draft.
    """
    project = open_project(project_root)
    with exclusive(project):
        entry = find_entry(read_drafts(project), variant)
        return approve_entry(project, entry, approved_by=approved_by or getpass.getuser())


def refine(
    project_root: Path,
    *,
    options: RefineOptions = _DEFAULTS.refine,
    lock_texture: Path | None = None,
    progress: Progress = silent,
) -> Delivery:
    """Turn the approved draft into a finished asset.

    Args:
        project_root: The project's folder.
        options: Settings.
        lock_texture: A picture over the delivered asset's textures, white where all maps stay bit
            for bit; None to make everything anew.
        progress: Told about every stage.

    Raises:
        InputError: The lock does not fit the shape as it is now.
        ProjectError: No draft is approved, or it or its mask has changed since.
        ResourceError: Disk, memory or time ran out.
    """
    project = open_project(project_root)
    with run_session(project, progress) as session:
        drafts = read_drafts(project)
        judged = judge(session, options=drafts.mask)
        made_with = MakeOptions(mask=drafts.mask, draft=drafts.draft, refine=options)
        return _finish(
            session,
            judged,
            drafts,
            options=made_with,
            noticed=(),
            timings=judged.timings,
            lock_texture=lock_texture,
        )


@contextmanager
def run_session(project: Project, progress: Progress) -> Generator[Session]:
    """Hold a project for one run, and remember how long its stages took."""
    with exclusive(project):
        estimates = Estimates(default_timings_path())
        try:
            yield Session(project=project, progress=progress, estimates=estimates)
        finally:
            estimates.save()


def _list(
    outcomes: Sequence[Outcome[Reconstruction]], judged: Judged, *, options: MakeOptions
) -> DraftList:
    """List drafts, best first, as a person chooses from them."""
    entries = tuple(
        DraftEntry(
            key=outcome.digest,
            folder=f"drafts/{outcome.folder.name}",
            variant=outcome.value.variant,
            seed=outcome.value.seed,
            score=round(outcome.value.score, 4),
            reasons=outcome.value.reasons,
        )
        for outcome in outcomes
    )
    return DraftList(
        drafts=entries, masks=judged.mask_digests, mask=options.mask, draft=options.draft
    )


def _finish(
    session: Session,
    judged: Judged,
    drafts: DraftList,
    *,
    options: MakeOptions,
    noticed: tuple[Finding, ...],
    timings: tuple[Timing, ...],
    lock_texture: Path | None = None,
) -> Delivery:
    """Refine the approved draft, look at it, and report."""
    approval, chosen = approved_draft(session.project)
    if drafts.masks != judged.mask_digests:
        raise ProjectError(
            "The mask has changed since the drafts were made.",
            advice="Run `bozzetto draft` again with the same photos and -o, then approve.",
        )
    name = read_manifest(session.project).name
    lock = load_lock(session.project, lock_texture, name=name) if lock_texture else None
    levels = level_stages(
        session,
        chosen,
        judged.foregrounds,
        name=name,
        inputs=(approval.draft_sha256, *judged.mask_digests),
        options=options.refine,
        lock=lock,
    )
    asset = levels.assets[0]
    preview = preview_stage(session, asset, judged=judged, draft=chosen)
    report = build_report(
        name,
        judged=judged,
        options=options,
        drafts=drafts,
        approval=approval,
        record=asset.value.record,
        measured=(preview.value.facts, levels.facts),
        noticed=(
            (*judged.findings, *noticed, *chosen.findings, *preview.value.findings),
            (*timings, *levels.timings, preview.timing),
        ),
    )
    glbs = [level.value.glb for level in levels.assets]
    confidence = None
    if options.refine.confidence_map:
        confidence = (asset.folder / "confidence.png").read_bytes()
    delivery = publish(
        session.project, report, glbs=glbs, sheet=preview.value.sheet, confidence=confidence
    )
    return replace(delivery, folders=tuple(level.folder for level in levels.assets))
