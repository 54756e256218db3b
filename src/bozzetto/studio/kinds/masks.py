"""Masks and advice: cut the object out of every photo, and say what is wrong with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bozzetto.errors import PhotoError
from bozzetto.findings import Finding
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
from bozzetto.wire.results import MaskRequest, MaskResult

if TYPE_CHECKING:
    from bozzetto.pipeline.photo_to_asset import InputPhoto, Run


def _check(records: Records, request: MaskRequest) -> MaskRequest:
    need_photos(records)
    MaskOptions(model=request.model)
    return request


def _plan(request: MaskRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    del request
    # Photo by photo, unlike the other kinds: each has its advice as early as can be.
    return looking_at(1) * num_photos


def _run(work: Work, request: MaskRequest) -> Sequence[Kept]:
    from bozzetto.pipeline.project import open_project
    from bozzetto.pipeline.running import photos_of, running

    project = open_project(work.root)
    options = MaskOptions(model=request.model)
    with running(project, work.progress) as run:
        return [
            _one(work, run, photo, index=index, options=options)
            for index, photo in enumerate(photos_of(project))
        ]


def _one(work: Work, run: "Run", photo: "InputPhoto", *, index: int, options: MaskOptions) -> Kept:
    """Mask and judge one photo; one without an object still gets a result that says so."""
    from bozzetto.capture.load import decode_photo
    from bozzetto.pipeline.masking import join_findings
    from bozzetto.pipeline.photo_to_asset import look_at
    from bozzetto.plans.results import result_files

    look, given = look_at(photo, options=options), work.photos[index]
    try:
        run.make(look.mask, look.advice)
    except PhotoError as error:
        data = run.store.read(photo.photo.sha256)
        _, found = decode_photo(data, name=photo.photo.name)
        return Kept(message=_nothing(work, given, index=index, findings=found, error=error))
    masked, advice = run.value(look.mask), run.value(look.advice)
    findings = [shown(finding) for finding in masked.file_findings]
    for finding in join_findings(advice.findings, masked.findings):
        overlay = None
        if finding in advice.findings:
            name = f"{given.name}.{finding.code}.jpg"
            overlay = work.keep_bytes(advice.overlays[finding.code], name, "image/jpeg")
        findings.append(shown(finding, overlay=overlay))
    base, mask = work.base(index), masked.mask
    picture = result_files(run.store, look.mask.stage, look.mask.key)["mask.png"]
    message = MaskResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        photo_id=given.id,
        mask=work.keep_bytes(picture, f"{given.name}.mask.png", "image/png"),
        source=mask.source,
        confidence=min(max(mask.confidence, 0.0), 1.0),
        findings=tuple(findings),
    )
    return Kept(message=message)


def _nothing(
    work: Work,
    photo: WorkPhoto,
    *,
    index: int,
    findings: tuple[Finding, ...],
    error: PhotoError,
) -> MaskResult:
    """Say that no object was found in a photo."""
    from bozzetto.pipeline.photo_advice import no_object

    base = work.base(index)
    return MaskResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        photo_id=photo.id,
        mask=None,
        source="",
        confidence=0.0,
        findings=tuple(map(shown, (*findings, no_object(error, subject=photo.name)))),
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
