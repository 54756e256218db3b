"""Rigs: a skeleton for a finished asset, where one fits."""

from collections.abc import Sequence
from importlib.util import find_spec

from bozzetto.errors import ResourceError
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work
from bozzetto.studio.kinds.needs import need_refinement
from bozzetto.wire.results import Rig, RigRequest


def _available() -> bool:
    return find_spec("bozzetto.pipeline.rig") is not None


def _check(records: Records, request: RigRequest) -> RigRequest:
    refinement = need_refinement(records, request.refinement_id)
    if not _available():
        raise _missing()
    return request.model_copy(update={"refinement_id": refinement.id})


def _plan(request: RigRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    del request, num_photos
    return (PlannedStage(word="rig", stage="rigs"),)


def _run(work: Work, request: RigRequest) -> Sequence[Kept]:
    del work, request
    raise _missing()


def _missing() -> ResourceError:
    return ResourceError(
        "This version of Bozzetto cannot rig yet.", advice="Update it, or rig in another program."
    )


RIGS = JobKind(
    name="rigs",
    one="rig",
    summary="Put a skeleton into a finished asset, where one fits.",
    request=RigRequest,
    result=Rig,
    check=_check,
    plan=_plan,
    run=_run,
    available=_available,
)
