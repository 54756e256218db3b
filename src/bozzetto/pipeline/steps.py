"""The single commands over a project folder: mask, draft, approve and clean."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bozzetto.executors.base import Timing
from bozzetto.findings import Finding
from bozzetto.pipeline.approval import (
    Approval,
    DraftList,
    approval_of,
    current_approval,
    find_entry,
    read_drafts,
    record_approval,
)
from bozzetto.pipeline.cleaning import Cleaning, clean_project
from bozzetto.pipeline.options import MakeOptions, MaskOptions
from bozzetto.pipeline.photo_to_asset import (
    Looks,
    draft_sheet,
    look_at_photos,
    make_drafts,
)
from bozzetto.pipeline.project import (
    Project,
    exclusive,
    keep_strokes,
    open_project,
    read_manifest,
    start_project,
)
from bozzetto.pipeline.publishing import publish_drafts
from bozzetto.pipeline.running import photos_of, running
from bozzetto.pipeline.stages import DRAFT_STAGE
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import KeptResult
from bozzetto.plans.results import result_files
from bozzetto.progress import Progress, silent
from bozzetto.store.disk import write_file
from bozzetto.views.mask import Stroke

_DEFAULTS = MakeOptions()


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskedPhotos:
    """The masks of a project's photographs."""

    project: Path
    masks: tuple[Path, ...]
    """8-bit grey PNG files at the size of the photos, white is object."""
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drafted:
    """The drafts of a project, best first."""

    project: Path
    drafts: DraftList
    sheet: Path
    """Picture of all drafts side by side."""
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]


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
    memo = Memo()
    project = start_project(output, photos, masks=masks, memo=memo)
    with running(project, progress, memo=memo) as run:
        if strokes is not None:
            keep_strokes(project, 0, strokes)
        looks = look_at_photos(run, photos_of(project), options=options)
        paths = _publish_masks(project, looks)
    return MaskedPhotos(
        project=project.root, masks=paths, findings=looks.findings, timings=looks.timings
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
    memo = Memo()
    start_project(output, photos, masks=masks, memo=memo)
    return draft_project(output, options=options, progress=progress, memo=memo)


def draft_project(
    project_root: Path,
    *,
    options: MakeOptions = _DEFAULTS,
    progress: Progress = silent,
    memo: Memo | None = None,
) -> Drafted:
    """Make drafts of a project's photographs as they are now; see `draft`.

    Raises:
        ProjectError: There is no such project, or another run works on it.
        InputError: No object was found.
    """
    project = open_project(project_root)
    with running(project, progress, memo=memo) as run:
        looks = look_at_photos(run, photos_of(project), options=options.mask)
        drafts = make_drafts(run, looks, options=options.draft)
        listed = publish_drafts(project, looks, drafts, options=options)
        sheet = draft_sheet(looks, drafts, name=read_manifest(project).name)
        timings = run.make(sheet)
        write_file(project.path("drafts.png"), run.value(sheet))
    return Drafted(
        project=project.root,
        drafts=listed,
        sheet=project.path("drafts.png"),
        findings=(*looks.findings, *drafts.findings, *drafts.ranked[0].draft.findings),
        timings=(*looks.timings, *drafts.timings, *timings),
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
    with running(project, silent) as run:
        entry = find_entry(read_drafts(project), variant)
        chosen = run.value(KeptResult(stage=DRAFT_STAGE, key=entry.key))
        record_approval(
            project,
            approval_of(chosen, key=entry.key, approved_by=approved_by or getpass.getuser()),
        )
    approval = current_approval(project)
    assert approval is not None
    return approval


def clean(project_root: Path, *, remove: bool) -> Cleaning:
    """Free the space of results that nothing in a project refers to any more.

    Args:
        project_root: The project's folder.
        remove: False only says what would be freed.

    Raises:
        ProjectError: There is no such project, or another run works on it.
    """
    project = open_project(project_root)
    with exclusive(project):
        return clean_project(project, remove=remove)


def _publish_masks(project: Project, looks: Looks) -> tuple[Path, ...]:
    """Put the masks where people find them."""
    paths: list[Path] = []
    for number, look in enumerate(looks.looks, 1):
        paths.append(project.path("masks", f"{number}-{Path(look.photo.photo.name).stem}.png"))
        files = result_files(project.store, look.mask.stage, look.mask.key)
        write_file(paths[-1], files["mask.png"])
    return tuple(paths)
