"""Masks and advice: cut the object out of every photo, and say what is wrong with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bozzetto.errors import PhotoError
from bozzetto.findings import Finding, Severity
from bozzetto.pipeline.options import MaskOptions
from bozzetto.studio.kinds.base import (
    JobKind,
    Kept,
    PlannedStage,
    Records,
    Work,
    WorkPhoto,
    looking_at,
)
from bozzetto.studio.kinds.needs import need_photos
from bozzetto.studio.kinds.values import shown
from bozzetto.wire.findings import ShownFinding
from bozzetto.wire.results import MaskRequest, MaskResult

if TYPE_CHECKING:
    from bozzetto.pipeline.inputs import PhotoInput
    from bozzetto.pipeline.stage import Session


def _check(records: Records, request: MaskRequest) -> MaskRequest:
    need_photos(records)
    MaskOptions(model=request.model)
    return request


def _plan(request: MaskRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    del request
    # Photo by photo, unlike the other kinds: each has its advice as early as can be.
    return looking_at(1) * num_photos


def _run(work: Work, request: MaskRequest) -> Sequence[Kept]:
    from bozzetto.pipeline.inputs import load_inputs
    from bozzetto.pipeline.runs import run_session
    from bozzetto.pipeline.store import open_project

    project = open_project(work.root)
    options = MaskOptions(model=request.model)
    with run_session(project, work.progress) as session:
        made: list[Kept] = []
        for index, given in enumerate(load_inputs(project)):
            photo = work.photos[index]
            made.append(_one(work, session, given, photo=photo, index=index, options=options))
        return made


def _one(
    work: Work,
    session: "Session",
    given: "PhotoInput",
    *,
    photo: WorkPhoto,
    index: int,
    options: MaskOptions,
) -> Kept:
    """Mask and judge one photo; one without an object still gets a result that says so."""
    from bozzetto.pipeline.photo_to_asset import join_findings
    from bozzetto.pipeline.stored import advice_stage, mask_stage

    try:
        masked = mask_stage(session, given, options=options)
    except PhotoError as error:
        found = [shown(finding) for finding in given.findings]
        return Kept(message=_nothing(work, photo, index=index, findings=found, error=error))
    advice = advice_stage(session, given, masked)
    findings = [shown(finding) for finding in given.findings]
    for finding in join_findings(advice.value, masked.value.findings):
        drawn = advice.folder / f"{finding.code}.jpg"
        overlay = None
        if finding in advice.value and drawn.exists():
            overlay = work.keep(drawn, f"{photo.name}.{finding.code}.jpg", "image/jpeg")
        findings.append(shown(finding, overlay=overlay))
    base, mask = work.base(index), masked.value.mask
    message = MaskResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        photo_id=photo.id,
        mask=work.keep(masked.folder / "mask.png", f"{photo.name}.mask.png", "image/png"),
        source=mask.source,
        confidence=min(max(mask.confidence, 0.0), 1.0),
        findings=tuple(findings),
    )
    return Kept(message=message, folder=masked.folder.relative_to(work.root).as_posix())


def _nothing(
    work: Work, photo: WorkPhoto, *, index: int, findings: list[ShownFinding], error: PhotoError
) -> MaskResult:
    """Say that no object was found in a photo."""
    base = work.base(index)
    missing = Finding(
        code="mask.no_object",
        severity=Severity.ERROR,
        message=error.message,
        fix=error.advice,
        subject=photo.name,
    )
    return MaskResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        photo_id=photo.id,
        mask=None,
        source="",
        confidence=0.0,
        findings=(*findings, shown(missing)),
    )


MASKS = JobKind(
    name="masks",
    one="mask",
    summary="Cut the object out of every photo, and say what is wrong with each.",
    request=MaskRequest,
    result=MaskResult,
    check=_check,
    plan=_plan,
    run=_run,
)
