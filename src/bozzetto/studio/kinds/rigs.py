"""Rigs: a skeleton for a finished asset, or the reasons why there is none."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bozzetto.errors import UnknownNameError
from bozzetto.records import digest_of, json_from
from bozzetto.studio.kinds.base import JobKind, Kept, PlannedStage, Records, Work
from bozzetto.studio.kinds.drafts import GLB
from bozzetto.studio.kinds.needs import need_refinement
from bozzetto.studio.kinds.sources import source_of
from bozzetto.studio.kinds.timing import as_stage
from bozzetto.wire.results import Check, RefinementResult, RigJoint, RigRequest, RigResult
from bozzetto.wire.service import Choice

if TYPE_CHECKING:
    from bozzetto.delivery.rig.rigging import PoseReport, RigReport


def skeletons() -> tuple[Choice, ...]:
    """List the ways to name and turn joints."""
    from bozzetto.rigging.dialects import DIALECTS

    return tuple(Choice(name=name) for name in DIALECTS)


def clips() -> tuple[Choice, ...]:
    """List the built-in motions."""
    from bozzetto.rigging.clips import CLIP_NAMES

    return tuple(Choice(name=name) for name in CLIP_NAMES)


def _check(records: Records, request: RigRequest) -> RigRequest:
    refinement = need_refinement(records, request.refinement_id)
    _known(request.skeleton, skeletons(), what="skeleton")
    for clip in request.clips:
        _known(clip, clips(), what="motion")
    return request.model_copy(update={"refinement_id": refinement.id})


def _known(name: str, choices: Sequence[Choice], *, what: str) -> None:
    """Refuse a name that is not among the choices."""
    names = [choice.name for choice in choices]
    if name not in names:
        raise UnknownNameError(
            f"There is no {what} called {name!r}.", advice=f"Choose one of: {', '.join(names)}."
        )


def _plan(request: RigRequest, num_photos: int) -> tuple[PlannedStage, ...]:
    del request, num_photos
    return (PlannedStage(word="rig", stage="rigs"),)


def _run(work: Work, request: RigRequest) -> Sequence[Kept]:
    from bozzetto.delivery.rig.rigging import RigOrder, rig_file
    from bozzetto.rigging.rig import RigOptions
    from bozzetto.rigging.suitability import UnriggableError

    refinement = need_refinement(work.records, request.refinement_id)
    key = digest_of(request.model_dump(mode="json"))[:16]
    folder = work.root / "rigs" / key
    folder.mkdir(parents=True, exist_ok=True)
    order = RigOrder(
        source=source_of(work, refinement),
        output=folder / f"{refinement.name}.glb",
        options=RigOptions(dialect=request.skeleton, clips=request.clips),
        joints=_joints(request, folder),
    )
    try:
        with as_stage(work.progress, "rig", stage="rigs"):
            report = rig_file(order)
    except UnriggableError as error:
        reasons = (error.message, error.advice)
        return [Kept(message=_refused(work, refinement, reasons=reasons))]
    message = _rigged(work, refinement, report, output=order.output)
    return [Kept(message=message)]


def _joints(request: RigRequest, folder: Path) -> Path | None:
    """Write the joints that a person moved, as the rigger reads them."""
    if not request.joints:
        return None
    path = folder / "moved.json"
    places = {joint.role: joint.position for joint in request.joints}
    path.write_text(json.dumps({"version": 1, "joints": places}), encoding="utf-8")
    return path


def _refused(work: Work, refinement: RefinementResult, *, reasons: tuple[str, ...]) -> RigResult:
    """Say why an asset was not rigged."""
    base = work.base(0)
    return RigResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        refinement_id=refinement.id,
        rigged=False,
        reasons=tuple(reason for reason in reasons if reason),
        skeleton="",
        joints=(),
        clips=(),
        model=None,
        sheet=None,
        positions=None,
        passed=False,
        checks=(),
        findings=(),
    )


def _rigged(
    work: Work, refinement: RefinementResult, report: "RigReport", *, output: Path
) -> RigResult:
    """Describe a rig and keep its files."""
    base, stem = work.base(0), output.stem
    sheet, positions = (output.with_name(f"{stem}.{end}") for end in ("rig.png", "joints.json"))
    return RigResult(
        id=base.id,
        project_id=base.project_id,
        job_id=base.job_id,
        created_at=base.created_at,
        refinement_id=refinement.id,
        rigged=True,
        reasons=(),
        skeleton=report.skeleton,
        joints=tuple(RigJoint.model_validate(json_from(joint)) for joint in report.joints),
        clips=report.clips,
        model=work.keep(output, f"{stem} rigged.glb", GLB),
        sheet=work.keep(sheet, sheet.name, "image/png"),
        positions=work.keep(positions, positions.name, "application/json"),
        passed=report.passed,
        checks=tuple(_pose(pose) for pose in report.poses),
        findings=report.findings,
    )


def _pose(pose: "PoseReport") -> Check:
    """Say how the surface takes a pose."""
    stress = pose.stress
    return Check(
        name=stress.pose,
        passed=pose.passed,
        message=f"stretch {stress.stretch:.2f}, volume {stress.volume_change:+.1%},"
        f" parting {stress.parting:.1%} of the height",
    )


RIGS = JobKind(
    name="rigs",
    one="rig",
    summary="Put a skeleton into a finished asset, where one fits.",
    request=RigRequest,
    result=RigResult,
    check=_check,
    plan=_plan,
    run=_run,
)
