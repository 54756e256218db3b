"""The service itself: that it is there, what it can do, how long things take."""

from importlib.metadata import version

from fastapi import APIRouter

from bozzetto.engines.registry import DEFAULT_ENGINE, engine_names
from bozzetto.executors.estimates import Estimates, default_timings_path
from bozzetto.matting.models.registry import model_names
from bozzetto.pipeline.options import TEXTURE_SIZES
from bozzetto.studio.kinds.exports import size_form, targets
from bozzetto.studio.kinds.profiles import profiles
from bozzetto.studio.kinds.registry import KINDS
from bozzetto.studio.kinds.rigs import clips, skeletons
from bozzetto.studio.security.actors import Viewer
from bozzetto.studio.service import TheService
from bozzetto.wire.service import (
    Capabilities,
    Choice,
    Health,
    JobKindInfo,
    StageEstimate,
    StageEstimates,
    UploadLimits,
)

router = APIRouter(tags=["service"])

_STAGES = (
    "masks",
    "advice",
    "drafts",
    "draft_sheets",
    "sculptures",
    "shapes",
    "textures",
    "assets",
    "certificates",
    "previews",
    "rigs",
    "exports",
)


@router.get("/health")
def get_health() -> Health:
    """Say that the service answers; needs no token."""
    return Health(status="ok", version=version("bozzetto"))


@router.get("/capabilities")
def get_capabilities(*, actor: Viewer, service: TheService) -> Capabilities:
    """Say what can be chosen here, and what is accepted."""
    del actor
    limits = service.settings.limits
    return Capabilities(
        version=version("bozzetto"),
        engines=tuple(Choice(name=name) for name in engine_names()),
        default_engine=DEFAULT_ENGINE,
        mask_models=tuple(Choice(name=name) for name in model_names()),
        texture_sizes=TEXTURE_SIZES,
        targets=targets(),
        profiles=profiles(),
        size=size_form(),
        skeletons=skeletons(),
        clips=clips(),
        job_kinds=tuple(
            JobKindInfo(name=kind.name, summary=kind.summary, available=kind.available())
            for kind in KINDS.values()
        ),
        limits=UploadLimits(
            photo_bytes=int(limits.photo.max_file_mb * 1e6),
            photo_megapixels=limits.photo.max_megapixels,
            photo_min_side_px=limits.photo.min_side_px,
            photo_max_side_px=limits.photo.max_side_px,
            photos_per_project=limits.photos_per_project,
            strokes_bytes=limits.strokes_bytes,
            project_bytes=limits.project_bytes,
        ),
    )


@router.get("/estimates")
def get_estimates(*, actor: Viewer) -> StageEstimates:
    """Return the median time of each stage on this machine, where it was measured."""
    del actor
    measured = Estimates(default_timings_path())
    times = [(stage, measured.expect(stage)) for stage in _STAGES]
    return StageEstimates(
        stages=tuple(
            StageEstimate(stage=stage, seconds=seconds)
            for stage, seconds in times
            if seconds is not None
        )
    )
