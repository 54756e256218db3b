"""Make and refine over a project folder: photographs in, a finished asset out.

The steps are those of `photo_to_asset`; here they are put around a folder, which keeps what a
person decided and the newest result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.errors import ProjectError
from bozzetto.executors.base import Timing
from bozzetto.findings import Finding
from bozzetto.pipeline.approval import (
    DRAFTS,
    RULE,
    Approval,
    DraftEntry,
    approval_of,
    check_approved,
    current_approval,
    read_drafts,
    record_approval,
)
from bozzetto.pipeline.locking import texture_hold
from bozzetto.pipeline.options import DraftOptions, MakeOptions, MaskOptions, RefineOptions
from bozzetto.pipeline.photo_to_asset import (
    Looks,
    Run,
    TextureHold,
    draft_nodes,
    finish_draft,
    look_at_photos,
    make_drafts,
)
from bozzetto.pipeline.project import (
    Project,
    open_project,
    read_manifest,
    start_project,
)
from bozzetto.pipeline.publishing import provenance_files, publish_drafts
from bozzetto.pipeline.report import ChosenDraft, Delivery, build_report, publish
from bozzetto.pipeline.running import photos_of, running
from bozzetto.pipeline.stages import DRAFT_STAGE
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import KeptResult, Node
from bozzetto.progress import Progress, silent

_DEFAULTS = MakeOptions()


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
        listed = publish_drafts(project, looks, drafts, options=options)
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


@dataclass(frozen=True, kw_only=True)
class DraftDecision:
    """Which draft is to be refined, and how it was made."""

    approval: Approval
    drafts: tuple[DraftEntry, ...]
    """What there was to choose from, best first."""
    mask: MaskOptions
    draft: DraftOptions


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
        hold = None if lock_texture is None else texture_hold(project, lock_texture)
        made_with = MakeOptions(mask=decided.mask, draft=decided.draft, refine=options)
        return _finish(project, run, looks, decided=decided, options=made_with, hold=hold)


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
    return publish(
        project,
        report,
        glbs=[file.glb for file in finished.files],
        sheet=finished.preview.sheet,
        provenance=provenance_files(run, finished),
        confidence_map=options.refine.confidence_map,
    )
