"""Refinements: the approved draft becomes a finished asset."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bozzetto.pipeline.options import MaskOptions, RefineOptions, Topology
from bozzetto.progress import StageFinished
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work, looking_at
from bozzetto.studio.kinds.drafts import GLB, draft_options
from bozzetto.studio.kinds.needs import need_approval, need_photos, need_refinement
from bozzetto.views.camera_record import record_of_camera
from bozzetto.wire.results import (
    DraftRequest,
    DraftResult,
    Judgement,
    LevelOfDetail,
    RefinementRequest,
    RefinementResult,
)

if TYPE_CHECKING:
    from bozzetto.pipeline.making import DraftDecision
    from bozzetto.pipeline.report import Delivery


def _check(records: Records, request: RefinementRequest) -> RefinementRequest:
    need_photos(records)
    need_approval(records)
    _options(request)
    if request.lock is not None:
        need_refinement(records, None)
        records.file(request.lock)
    return request


def _options(request: RefinementRequest) -> RefineOptions:
    """Turn a request into the pipeline's options."""
    quads = request.topology is Topology.QUAD
    return RefineOptions(
        topology=request.topology,
        target_triangles=None if quads else request.budget,
        target_quads=request.budget if quads else None,
        symmetry=request.symmetry,
        texture_size=request.texture_size,
        lods=request.lods,
        lod_budgets=request.lod_budgets,
        detail=request.detail,
        delight=request.delight,
        image_format=request.image_format,
        provenance_attributes=request.provenance_attributes,
    )


def _plan(request: RefinementRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    return (
        *looking_at(num_photos),
        PlannedStage(word="sculpt", stage="sculptures"),
        *(
            PlannedStage(word="shape", stage="shapes"),
            PlannedStage(word="refine", stage="textures"),
            PlannedStage(word="write", stage="assets"),
        )
        * request.lods,
        PlannedStage(word="certificate", stage="certificates"),
        PlannedStage(word="previews", stage="previews"),
    )


def _run(work: Work, request: RefinementRequest) -> Sequence[Kept]:
    from bozzetto.pipeline.making import refine

    approval = need_approval(work.records)
    draft = DraftResult.model_validate_json(work.records.result("drafts", approval.draft_id))
    lock = None if request.lock is None else work.fetch(request.lock, "lock.png")
    delivery = refine(
        work.root,
        options=_options(request),
        lock_texture=lock,
        decision=_decision(work, draft, approval=approval),
        progress=work.progress,
    )
    return [_kept(work, delivery, request=request, draft=draft)]


def _decision(work: Work, draft: DraftResult, *, approval: Judgement) -> "DraftDecision":
    """Say which draft is to be refined, and how it was made: it may be on another machine."""
    from bozzetto.pipeline.approval import Approval, DraftEntry
    from bozzetto.pipeline.making import DraftDecision

    made_by = DraftRequest.model_validate_json(work.records.request(draft.id))
    entry = DraftEntry(
        key=draft.key,
        model="",
        variant=draft.variant,
        seed=draft.seed,
        score=draft.score,
        reasons=draft.reasons,
    )
    return DraftDecision(
        approval=Approval(
            key=draft.key,
            variant=draft.variant,
            draft_sha256=approval.sha256,
            approved_by=approval.decided_by,
            approved_at=approval.decided_at.isoformat(),
        ),
        drafts=(entry,),
        mask=MaskOptions(model=made_by.mask_model),
        draft=draft_options(made_by, sides=[photo.side for photo in work.photos]),
    )


def _kept(
    work: Work, delivery: "Delivery", *, request: RefinementRequest, draft: DraftResult
) -> Kept:
    """Describe the finished asset and keep its files."""
    from bozzetto.pipeline.project import open_project
    from bozzetto.pipeline.stages import ASSET_STAGE
    from bozzetto.plans.results import read_result, result_files

    report, base = delivery.report, work.base(0)
    store, key, stem = open_project(work.root).store, report.keys.assets[0], report.name
    files = result_files(store, ASSET_STAGE, key)
    asset = read_result(store, ASSET_STAGE, key).refined.asset
    message = RefinementResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        draft_id=draft.id,
        name=stem,
        options=request.model_dump(mode="json"),
        levels=_levels(work, delivery),
        sheet=work.keep(delivery.sheet, f"{stem} sheet.png", "image/png"),
        report=work.keep(delivery.report_path, f"{stem} report.json", "application/json"),
        origin=work.keep_bytes(files["origin.png"], f"{stem} origin.png", "image/png"),
        confidence=work.keep_bytes(files["confidence.png"], f"{stem} confidence.png", "image/png"),
        surface=report.surface,
        agreement=report.facts.agreement,
        texture_size=request.texture_size,
        cameras=tuple(record_of_camera(camera) for camera in asset.cameras),
        findings=report.findings,
        seconds=tuple(
            StageFinished(stage=one.stage, seconds=one.seconds, reused=one.reused)
            for one in report.timings
        ),
    )
    return Kept(message=message)


def _levels(work: Work, delivery: "Delivery") -> tuple[LevelOfDetail, ...]:
    """Describe the levels of detail."""
    paths = (delivery.asset, *delivery.lods)
    return tuple(
        LevelOfDetail(
            level=facts.level,
            model=work.keep(path, path.name, GLB),
            triangles=facts.topology.triangles,
            quads=facts.certificate.quads,
            vertices=facts.topology.vertices,
            watertight=facts.topology.watertight,
            manifold=facts.topology.manifold,
            genus=facts.topology.genus,
            pieces=facts.topology.pieces,
            self_intersections=facts.certificate.self_intersections,
            hausdorff_mm=round(1000 * facts.certificate.hausdorff_m, 3),
        )
        for path, facts in zip(paths, delivery.report.levels, strict=True)
    )


REFINEMENTS = JobKind(
    name="refinements",
    one="refinement",
    summary="Turn the approved draft into a finished asset.",
    request=RefinementRequest,
    result=RefinementResult,
    check=_check,
    plan=_plan,
    run=_run,
)
