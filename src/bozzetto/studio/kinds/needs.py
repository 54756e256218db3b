"""What a job needs before it can be asked for."""

from bozzetto.studio.kinds.base import Records
from bozzetto.studio.problems import conflict
from bozzetto.wire.results import Judgement, RefinementResult


def need_photos(records: Records) -> int:
    """Refuse a project without photographs; return how many there are."""
    num_photos = records.num_photos()
    if num_photos == 0:
        raise conflict("The project has no photos yet.", advice="Upload one first.")
    return num_photos


def need_approval(records: Records) -> Judgement:
    """Refuse a project of which nobody approved a draft."""
    approval = records.approval()
    if approval is None:
        raise conflict("No draft of the project is approved.", advice="Approve one first.")
    return approval


def need_refinement(records: Records, refinement_id: str | None) -> RefinementResult:
    """Return the refinement that was named, else the newest one."""
    kind = "refinements"
    body = records.newest(kind) if refinement_id is None else records.result(kind, refinement_id)
    if body is None:
        raise conflict("The project has no finished asset yet.", advice="Refine a draft first.")
    return RefinementResult.model_validate_json(body)
