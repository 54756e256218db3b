"""The report of a finished run: what came in, what was done, what came out, and how good it is."""

import dataclasses
import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bozzetto.asset.shares import SurfaceShares
from bozzetto.engines.base import EngineCard
from bozzetto.engines.registry import load_engine
from bozzetto.findings import Finding
from bozzetto.pipeline.approval import Approval, DraftEntry, DraftList
from bozzetto.pipeline.draft_to_asset import LightFacts
from bozzetto.pipeline.inputs import PhotoInput
from bozzetto.pipeline.judge import Judged
from bozzetto.pipeline.levels import LevelFacts
from bozzetto.pipeline.options import MAX_LODS, MakeOptions
from bozzetto.pipeline.photo_to_asset import level_name
from bozzetto.pipeline.previews import Facts
from bozzetto.pipeline.retopology import SymmetryFacts
from bozzetto.pipeline.stage import Timing
from bozzetto.pipeline.store import Project, write_file
from bozzetto.pipeline.stored import AssetRecord
from bozzetto.records import text_from
from bozzetto.sculpting.sculpt import OutlineFacts
from bozzetto.views.mask import Mask

_LIBRARIES = (
    "embreex",
    "fast-simplification",
    "libigl",
    "manifold3d",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "scikit-image",
    "scipy",
    "trimesh",
    "uvunwrap",
    "xatlas",
)


@dataclass(frozen=True, kw_only=True)
class InputFacts:
    """One photograph."""

    name: str
    sha256: str
    width: int
    height: int
    file_format: str
    bits_per_channel: int
    focal_px: float | None
    """From EXIF; None where it is not known."""
    mask_source: str
    mask_confidence: float


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """One delivered file."""

    path: str
    """Inside the project."""
    sha256: str
    num_bytes: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything about one finished asset."""

    name: str
    bozzetto: str
    """Version."""
    python: str
    libraries: dict[str, str]
    inputs: tuple[InputFacts, ...]
    options: MakeOptions
    engine: EngineCard
    drafts: tuple[DraftEntry, ...]
    """Best first."""
    approval: Approval
    scale: str
    """How the size in metres came about."""
    surface: SurfaceShares
    lights: tuple[LightFacts, ...]
    """How much of each photo's light was in its colours, and is left in the base colour."""
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    """How far outlines are from the masks', one for each photo."""
    facts: Facts
    levels: tuple[LevelFacts, ...]
    """The topology's certificate, one for each level of detail; the asset itself first."""
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]
    total_seconds: float
    """Of all stages, counting the first run of those that were reused."""
    files: tuple[FileFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A finished run: the report, and where its files are."""

    project: Path
    asset: Path
    """The finished GLB."""
    sheet: Path
    """The picture that sums it up."""
    report_path: Path
    report: Report
    lods: tuple[Path, ...] = ()
    """GLBs of the coarser levels of detail, finest first."""
    folders: tuple[Path, ...] = ()
    """What is kept of each level, finest first: the GLB and what it cannot hold."""


def build_report(
    name: str,
    *,
    judged: Judged,
    options: MakeOptions,
    drafts: DraftList,
    approval: Approval,
    record: AssetRecord,
    measured: tuple[Facts, tuple[LevelFacts, ...]],
    noticed: tuple[tuple[Finding, ...], tuple[Timing, ...]],
) -> Report:
    """Collect what is known at the end of a run.

    Args:
        name: The asset's.
        judged: The photographs and their masks.
        options: As the user set them.
        drafts: What there was to choose from.
        approval: What was chosen.
        record: What came of it.
        measured: What was measured on it, and on its levels of detail.
        noticed: Findings and timings of all stages.
    """
    findings, timings = noticed
    facts, levels = measured
    return Report(
        name=name,
        bozzetto=version("bozzetto"),
        python=platform.python_version(),
        libraries={name: version(name) for name in _LIBRARIES},
        inputs=tuple(
            _input_facts(given, masked.value.mask)
            for given, masked in zip(judged.inputs, judged.masks, strict=True)
        ),
        options=options,
        engine=load_engine(options.draft.engine).card,
        drafts=drafts.drafts,
        approval=approval,
        scale="unknown; the longest side was set to 1 m",
        surface=SurfaceShares(
            observed=record.share_observed,
            mirrored=record.share_mirrored,
            inferred=record.share_inferred,
        ),
        lights=record.lights,
        symmetry=record.symmetry,
        outlines=record.outlines,
        facts=facts,
        levels=levels,
        findings=tuple(dict.fromkeys((*findings, *record.findings))),
        timings=timings,
        total_seconds=round(sum(timing.seconds for timing in timings), 3),
    )


def publish(
    project: Project,
    report: Report,
    *,
    glbs: Sequence[bytes],
    sheet: bytes,
    confidence: bytes | None = None,
) -> Delivery:
    """Put the newest result at the top of the project.

    Args:
        project: Where to.
        report: What is said of it.
        glbs: The levels, finest first.
        sheet: The picture that sums it up.
        confidence: The texels' confidence as a PNG; None leaves none there.
    """
    names = [f"{level_name(report.name, level)}.glb" for level in range(MAX_LODS)]
    map_name = f"{report.name}_confidence.png"
    for stale in (*names[len(glbs) :], *(() if confidence else (map_name,))):
        project.path(stale).unlink(missing_ok=True)
    files = {**dict(zip(names, glbs, strict=False)), "sheet.png": sheet}
    if confidence is not None:
        files[map_name] = confidence
    facts: list[FileFacts] = []
    for name, data in files.items():
        write_file(project.path(name), data)
        sha256 = hashlib.sha256(data).hexdigest()
        facts.append(FileFacts(path=name, sha256=sha256, num_bytes=len(data)))
    report = dataclasses.replace(report, files=tuple(facts))
    write_file(project.path("report.json"), text_from(report).encode())
    return Delivery(
        project=project.root,
        asset=project.path(f"{report.name}.glb"),
        sheet=project.path("sheet.png"),
        report_path=project.path("report.json"),
        report=report,
        lods=tuple(project.path(name) for name in names[1 : len(glbs)]),
    )


def _input_facts(given: PhotoInput, mask: Mask) -> InputFacts:
    """Sum up one photograph."""
    photo = given.photo
    return InputFacts(
        name=photo.name,
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        file_format=photo.file_format,
        bits_per_channel=photo.bits_per_channel,
        focal_px=photo.focal_px,
        mask_source=mask.source,
        mask_confidence=round(mask.confidence, 4),
    )
