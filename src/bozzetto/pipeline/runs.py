"""What a user starts: make, mask, advise, draft, approve, refine and clean over a project folder.

The steps are those of `photo_to_asset`; here they are put around a folder, which keeps what a
person decided and the newest result.
"""

import getpass
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.errors import InputError, ProjectError
from bozzetto.executors.base import Executor, Timing
from bozzetto.executors.estimates import Estimates, default_timings_path
from bozzetto.executors.inline import InlineExecutor
from bozzetto.findings import Finding
from bozzetto.formats.gltf.glb import write_white_glb
from bozzetto.logs import run_log
from bozzetto.pipeline.approval import (
    DRAFTS,
    RULE,
    Approval,
    DraftEntry,
    DraftList,
    approval_of,
    check_approved,
    current_approval,
    find_entry,
    read_drafts,
    record_approval,
    write_drafts,
)
from bozzetto.pipeline.cleaning import Cleaning, clean_project
from bozzetto.pipeline.codecs import picture_from
from bozzetto.pipeline.options import DraftOptions, MakeOptions, MaskOptions, RefineOptions
from bozzetto.pipeline.photo_to_asset import (
    Drafts,
    InputPhoto,
    Looks,
    Run,
    TextureHold,
    draft_nodes,
    draft_sheet,
    finish_draft,
    look_at_photos,
    make_drafts,
)
from bozzetto.pipeline.project import (
    Project,
    exclusive,
    keep_strokes,
    open_project,
    read_manifest,
    read_record,
    start_project,
)
from bozzetto.pipeline.report import ChosenDraft, Delivery, ReportedKeys, build_report, publish
from bozzetto.pipeline.stages import DRAFT_STAGE, TEXTURE_STAGE
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import InputFile, KeptResult, Node
from bozzetto.plans.results import result_files
from bozzetto.progress import Progress, silent
from bozzetto.store.disk import write_file
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
    memo = Memo()
    project = start_project(output, photos, masks=masks, memo=memo)
    with running(project, progress, memo=memo) as run:
        looks = look_at_photos(run, photos_of(project), options=options.mask)
        drafts = make_drafts(run, looks, options=options.draft)
        listed = _list(project, looks, drafts, options=options)
        approval = current_approval(project)
        if approval is None or approval.key not in [one.key for one in listed.drafts]:
            best = drafts.ranked[0]
            record_approval(project, approval_of(best.draft, key=best.node.key, approved_by=RULE))
        return _finish(
            project,
            run,
            looks,
            decided=_decision_on_record(project),
            options=options,
            noticed=(drafts.findings, drafts.timings),
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


@dataclass(frozen=True, kw_only=True)
class DraftDecision:
    """Which draft is to be refined, and how it was made."""

    approval: Approval
    drafts: tuple[DraftEntry, ...]
    """What there was to choose from, best first."""
    mask: MaskOptions
    draft: DraftOptions


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
        listed = _list(project, looks, drafts, options=options)
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


def refine(
    project_root: Path,
    *,
    options: RefineOptions = _DEFAULTS.refine,
    lock_texture: Path | None = None,
    decision: DraftDecision | None = None,
    progress: Progress = silent,
) -> Delivery:
    """Turn the approved draft into a finished asset.

    A draft that the store has lost is made again; it must come out as it was approved.

    Args:
        project_root: The project's folder.
        options: Settings.
        lock_texture: A picture over the delivered asset's textures, white where all maps stay bit
            for bit; None to make everything anew.
        decision: Which draft; None for the one that the project's own records approve.
        progress: Told about every stage.

    Raises:
        InputError: The lock does not fit the shape as it is now.
        ProjectError: No draft is approved, or it or its mask has changed since.
        ResourceError: Disk, memory or time ran out.
    """
    project = open_project(project_root)
    with running(project, progress) as run:
        decided = decision or _decision_on_record(project)
        looks = look_at_photos(run, photos_of(project), options=decided.mask)
        hold = None if lock_texture is None else _hold(project, lock_texture)
        made_with = MakeOptions(mask=decided.mask, draft=decided.draft, refine=options)
        return _finish(project, run, looks, decided=decided, options=made_with, hold=hold)


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


@contextmanager
def running(
    project: Project,
    progress: Progress,
    *,
    memo: Memo | None = None,
    executor: Executor | None = None,
) -> Generator[Run]:
    """Hold a project for one run, and remember how long its stages took."""
    with exclusive(project), run_log(project.root, progress) as progress:
        read_manifest(project)  # Of another version it is refused before any work is done.
        estimates = Estimates(default_timings_path())
        used = executor or InlineExecutor(memo=memo)
        try:
            yield Run(store=project.store, executor=used, estimates=estimates, progress=progress)
        finally:
            estimates.save()
            if executor is None:
                used.close()


def photos_of(project: Project) -> tuple[InputPhoto, ...]:
    """Return the project's photographs as the steps take them."""
    return tuple(
        InputPhoto(photo=entry.photo, user_mask=entry.user_mask, strokes=entry.strokes)
        for entry in read_manifest(project).photos
    )


def _publish_masks(project: Project, looks: Looks) -> tuple[Path, ...]:
    """Put the masks where people find them."""
    paths: list[Path] = []
    for number, look in enumerate(looks.looks, 1):
        paths.append(project.path("masks", f"{number}-{Path(look.photo.photo.name).stem}.png"))
        files = result_files(project.store, look.mask.stage, look.mask.key)
        write_file(paths[-1], files["mask.png"])
    return tuple(paths)


def _list(project: Project, looks: Looks, drafts: Drafts, *, options: MakeOptions) -> DraftList:
    """List the drafts, best first, with their white models, as a person chooses from them."""
    for stale in project.path("drafts").glob("*.glb"):
        stale.unlink(missing_ok=True)
    entries: list[DraftEntry] = []
    for place, one in enumerate(drafts.ranked, 1):
        model = f"drafts/{place}-{one.draft.variant}.glb"
        glb = write_white_glb(one.draft.mesh, name=one.draft.variant)
        write_file(project.path(model), glb)
        entries.append(
            DraftEntry(
                key=one.node.key,
                model=model,
                variant=one.draft.variant,
                seed=one.draft.seed,
                score=round(one.draft.score, 4),
                reasons=one.draft.reasons,
            )
        )
    listed = DraftList(
        drafts=tuple(entries),
        masks=looks.mask_keys,
        mask=options.mask,
        draft=options.draft,
    )
    write_drafts(project, listed)
    return listed


def _decision_on_record(project: Project) -> DraftDecision:
    """Read which draft of a project was approved, and how it was made.

    Raises:
        ProjectError: There are no drafts, or none is approved.
    """
    drafts = read_drafts(project)
    approval = current_approval(project)
    if approval is None:
        raise ProjectError(
            f"No draft of the project {project.root} has been approved.",
            advice=f"Choose one: `bozzetto approve {project.root} VARIANT`.",
        )
    return DraftDecision(
        approval=approval, drafts=drafts.drafts, mask=drafts.mask, draft=drafts.draft
    )


def _approved_draft(
    project: Project, *, run: Run, looks: Looks, decided: DraftDecision
) -> Node[Reconstruction] | KeptResult[Reconstruction]:
    """Find the approved draft in the plan, else in the store.

    Raises:
        ProjectError: The mask has changed since, or the draft is gone.
    """
    key = decided.approval.key
    for node in draft_nodes(looks, options=decided.draft):
        if node.key == key:
            return node
    # A newer engine gives its drafts other keys; the one that was approved may still be kept.
    kept = KeptResult(stage=DRAFT_STAGE, key=key)
    listed = project.path(DRAFTS)
    if listed.exists() and read_drafts(project).masks == looks.mask_keys and run.has(kept):
        return kept
    raise ProjectError(
        "The mask has changed since the drafts were made.",
        advice="Make the drafts again with the same photos, then approve one.",
    )


def _finish(
    project: Project,
    run: Run,
    looks: Looks,
    *,
    decided: DraftDecision,
    options: MakeOptions,
    noticed: tuple[tuple[Finding, ...], tuple[Timing, ...]] = ((), ()),
    hold: TextureHold | None = None,
) -> Delivery:
    """Refine the approved draft, look at it, and report."""
    chosen = _approved_draft(project, run=run, looks=looks, decided=decided)
    if isinstance(chosen, Node) and not run.has(chosen):
        run.make(chosen)
    draft_value = run.value(chosen)
    check_approved(draft_value, decided.approval)
    name = read_manifest(project).name
    finished = finish_draft(
        run,
        looks,
        chosen,
        num_photos=len(draft_value.posed),
        name=name,
        options=options.refine,
        hold=hold,
    )
    report = build_report(
        run,
        looks,
        finished,
        name=name,
        chosen=ChosenDraft(draft=draft_value, approval=decided.approval, drafts=decided.drafts),
        options=options,
        noticed=noticed,
    )
    confidence = None
    if options.refine.confidence_map:
        file = finished.levels[0].file
        confidence = result_files(run.store, file.stage, file.key)["confidence.png"]
    return publish(
        project,
        report,
        glbs=[file.glb for file in finished.files],
        sheet=finished.preview.sheet,
        confidence=confidence,
    )


def _hold(project: Project, picture: Path) -> TextureHold:
    """Read a mask picture over the texture of the asset delivered last.

    Raises:
        InputError: The picture cannot be read, or there is no asset yet.
    """
    try:
        data = picture.read_bytes()
        picture_from(data, grey=True)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The texture lock {picture.name} cannot be read as a picture.",
            advice="Save it as a PNG, white where the texture is to stay.",
        ) from error
    path = project.path("report.json")
    if not path.exists():
        raise InputError(
            "A texture lock keeps texels of the delivered asset, and the project has none yet.",
            advice="Refine once without the lock, then draw the mask over its base colour map.",
        )
    keys = read_record(ReportedKeys, path).keys
    return TextureHold(
        picture=InputFile(sha256=project.store.put(data), name=picture.name),
        previous=KeptResult(stage=TEXTURE_STAGE, key=keys.textures[0]),
    )
