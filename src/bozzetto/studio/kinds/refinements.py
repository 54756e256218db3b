"""Refinements: the approved draft becomes a finished asset."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bozzetto.findings import Finding
from bozzetto.pipeline.options import RefineOptions, Topology
from bozzetto.progress import StageFinished
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work, looking_at
from bozzetto.studio.kinds.drafts import GLB
from bozzetto.studio.kinds.needs import need_approval, need_photos, need_refinement
from bozzetto.views.camera_record import record_of_camera
from bozzetto.wire.results import (
    DraftResult,
    LevelOfDetail,
    RefinementRequest,
    RefinementResult,
)

if TYPE_CHECKING:
    from bozzetto.asset.asset import Asset
    from bozzetto.pipeline.report import Delivery, Report


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
        *(
            PlannedStage(word="shape", stage="shapes"),
            PlannedStage(word="refine", stage="assets"),
        )
        * request.lods,
        PlannedStage(word="certificate", stage="certificates"),
        PlannedStage(word="previews", stage="previews"),
    )


def _run(work: Work, request: RefinementRequest) -> Sequence[Kept]:
    from bozzetto.pipeline.approval import Approval, record_approval
    from bozzetto.pipeline.runs import refine
    from bozzetto.pipeline.store import exclusive, open_project

    approval = need_approval(work.records)
    draft = DraftResult.model_validate_json(work.records.result("drafts", approval.draft_id))
    project = open_project(work.root)
    with exclusive(project):
        record_approval(
            project,
            Approval(
                key=draft.key,
                folder=work.records.folder(draft.id),
                variant=draft.variant,
                draft_sha256=approval.sha256,
                approved_by=approval.decided_by,
                approved_at=approval.decided_at.isoformat(),
            ),
        )
    lock = None if request.lock is None else work.fetch(request.lock)
    delivery = refine(
        work.root, options=_options(request), lock_texture=lock, progress=work.progress
    )
    return [_kept(work, delivery, request=request, draft=draft)]


def _kept(
    work: Work, delivery: "Delivery", *, request: RefinementRequest, draft: DraftResult
) -> Kept:
    """Describe the finished asset and keep its files."""
    from bozzetto.pipeline.stored import read_asset

    report, base = delivery.report, work.base(0)
    folder = delivery.folders[0]
    stem = report.name
    asset = read_asset(folder).asset
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
        origin=work.keep(folder / "origin.png", f"{stem} origin.png", "image/png"),
        confidence=work.keep(folder / "confidence.png", f"{stem} confidence.png", "image/png"),
        surface=report.surface,
        agreement=report.facts.agreement,
        texture_size=request.texture_size,
        cameras=tuple(record_of_camera(camera) for camera in asset.cameras),
        findings=_findings(asset, report),
        seconds=tuple(
            StageFinished(stage=one.stage, seconds=one.seconds, reused=one.reused)
            for one in report.timings
        ),
    )
    return Kept(message=message, folder=folder.relative_to(work.root).as_posix())


def _findings(asset: "Asset", report: "Report") -> tuple[Finding, ...]:
    """Join what was noticed on the way with what is seen on the asset, and say where it is."""
    from bozzetto.qa.places import look_at, photo_findings

    noticed = photo_findings(
        report.findings,
        asset.mesh,
        cameras=asset.cameras,
        photos=[(given.name, given.width, given.height) for given in report.inputs],
    )
    return (*noticed, *look_at(asset.mesh))


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
