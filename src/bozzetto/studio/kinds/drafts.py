"""Drafts: white models to choose from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bozzetto.findings import Finding
from bozzetto.pipeline.options import DraftOptions, MakeOptions, MaskOptions
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work, looking_at
from bozzetto.studio.kinds.needs import need_photos
from bozzetto.views.camera_record import record_of_camera
from bozzetto.views.foreground import Side
from bozzetto.wire.base import File
from bozzetto.wire.results import DraftRequest, DraftResult

if TYPE_CHECKING:
    from bozzetto.pipeline.approval import DraftEntry

GLB = "model/gltf-binary"


def _check(records: Records, request: DraftRequest) -> DraftRequest:
    need_photos(records)
    engine = request.engine or DraftOptions().engine
    filled = request.model_copy(update={"engine": engine})
    draft_options(filled)
    MaskOptions(model=filled.mask_model)
    return filled


def draft_options(request: DraftRequest, *, sides: Sequence[Side | None] = ()) -> DraftOptions:
    """Turn a request into the pipeline's options."""
    return DraftOptions(
        engine=request.engine or DraftOptions().engine,
        seed=request.seed,
        variants=request.variants,
        views=tuple(sides) if any(sides) else (),
    )


def _plan(request: DraftRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    drafts = (PlannedStage(word="draft", stage="drafts"),) * request.variants
    return (
        *looking_at(num_photos),
        *drafts,
        PlannedStage(word="previews", stage="draft_sheets"),
    )


def _run(work: Work, request: DraftRequest) -> Sequence[Kept]:
    from bozzetto.pipeline.steps import draft_project

    options = MakeOptions(
        mask=MaskOptions(model=request.mask_model),
        draft=draft_options(request, sides=[photo.side for photo in work.photos]),
    )
    drafted = draft_project(work.root, options=options, progress=work.progress)
    sheet = work.keep(drafted.sheet, f"{work.title} drafts.png", "image/png")
    return [
        _one(work, entry, rank=rank, sheet=sheet, noticed=drafted.findings)
        for rank, entry in enumerate(drafted.drafts.drafts, 1)
    ]


def _one(
    work: Work, entry: "DraftEntry", *, rank: int, sheet: File, noticed: tuple[Finding, ...]
) -> Kept:
    """Describe one draft."""
    from bozzetto.pipeline.codecs import digest_of_shape
    from bozzetto.pipeline.project import open_project
    from bozzetto.pipeline.stages import DRAFT_STAGE
    from bozzetto.plans.results import read_result

    draft = read_result(open_project(work.root).store, DRAFT_STAGE, entry.key)
    base = work.base(rank - 1)
    findings = {(finding.code, finding.subject): finding for finding in (*noticed, *draft.findings)}
    message = DraftResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        rank=rank,
        variant=entry.variant,
        seed=entry.seed,
        engine=draft.engine,
        score=min(max(entry.score, 0.0), 1.0),
        reasons=entry.reasons,
        key=entry.key,
        sha256=digest_of_shape(draft),
        model=work.keep(work.root / entry.model, f"{work.title} {entry.variant}.glb", GLB),
        sheet=sheet,
        cameras=tuple(record_of_camera(camera) for camera in draft.cameras),
        findings=tuple(findings.values()),
    )
    return Kept(message=message)


DRAFTS = JobKind(
    name="drafts",
    one="draft",
    summary="Make white models of the object to choose from, ranked, with reasons.",
    request=DraftRequest,
    result=DraftResult,
    check=_check,
    plan=_plan,
    run=_run,
)
