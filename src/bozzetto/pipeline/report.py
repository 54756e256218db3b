"""The report of a finished run: what came in, what was done, what came out, and how good it is."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from bozzetto.asset.reconstruction import Reconstruction, Scale
from bozzetto.asset.shares import SurfaceShares
from bozzetto.capture.load import read_header
from bozzetto.engines.base import EngineFacts
from bozzetto.engines.registry import engine_card
from bozzetto.executors.base import Timing
from bozzetto.findings import Finding
from bozzetto.pipeline.approval import Approval, DraftEntry
from bozzetto.pipeline.draft_to_asset import LightFacts
from bozzetto.pipeline.masking import Masked
from bozzetto.pipeline.options import MAX_LODS, MakeOptions, level_name
from bozzetto.pipeline.photo_to_asset import FinishedAsset, Looks, PhotoLook, Run
from bozzetto.pipeline.previews import AssetFacts, LevelFacts
from bozzetto.pipeline.project import Project
from bozzetto.pipeline.retopology import SymmetryFacts
from bozzetto.qa.places import look_at, photo_findings
from bozzetto.records import text_from
from bozzetto.sculpting.sculpt import OutlineFacts
from bozzetto.store.disk import write_file

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
class DeliveredFile:
    """One delivered file."""

    path: str
    """Inside the project."""
    sha256: str
    num_bytes: int


@dataclass(frozen=True, kw_only=True)
class ResultKeys:
    """Keys of the results in the store that the asset is made of."""

    masks: tuple[str, ...]
    """One for each photo."""
    draft: str
    shapes: tuple[str, ...]
    """One for each level of detail, as the following ones."""
    textures: tuple[str, ...]
    assets: tuple[str, ...]


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
    engine: EngineFacts
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
    facts: AssetFacts
    levels: tuple[LevelFacts, ...]
    """The topology's certificate, one for each level of detail; the asset itself first."""
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]
    keys: ResultKeys
    total_seconds: float
    """Of all stages, counting the first run of those that were reused."""
    files: tuple[DeliveredFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReportedKeys:
    """The part of a report that leads back to the results that the asset is made of."""

    keys: ResultKeys


@dataclass(frozen=True, kw_only=True)
class ReportedTimings:
    """The part of a report that names every result of its run."""

    keys: ResultKeys
    timings: tuple[Timing, ...]


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


@dataclass(frozen=True, kw_only=True, eq=False)
class ChosenDraft:
    """The draft that was refined, who chose it, and from what."""

    draft: Reconstruction
    approval: Approval
    drafts: tuple[DraftEntry, ...]
    """Best first."""


def build_report(
    run: Run,
    looks: Looks,
    finished: FinishedAsset,
    *,
    name: str,
    chosen: ChosenDraft,
    options: MakeOptions,
    noticed: tuple[tuple[Finding, ...], tuple[Timing, ...]] = ((), ()),
) -> Report:
    """Collect what is known at the end of a run.

    Args:
        run: Where results are.
        looks: The photographs and their masks.
        finished: What came of it.
        name: The asset's.
        chosen: The draft that was chosen, and from what.
        options: As the user set them.
        noticed: Findings and timings of the stages between the looks and the finish.
    """
    refined = finished.files[0].refined
    findings = (
        *looks.findings,
        *noticed[0],
        *chosen.draft.findings,
        *finished.preview.findings,
        *refined.findings,
    )
    inputs = tuple(_input_facts(run, look) for look in looks.looks)
    placed = [photo.photo_id for photo in chosen.draft.placed]
    found = photo_findings(
        tuple(dict.fromkeys(findings)),
        refined.asset.mesh,
        cameras=refined.asset.cameras,
        photos=[(one.name, one.width, one.height) for one in inputs if one.sha256 in placed],
    )
    timings = (*looks.timings, *noticed[1], *finished.timings)
    return Report(
        name=name,
        bozzetto=version("bozzetto"),
        python=platform.python_version(),
        libraries={name: version(name) for name in _LIBRARIES},
        inputs=inputs,
        options=options,
        engine=engine_card(options.draft.engine).facts,
        drafts=chosen.drafts,
        approval=chosen.approval,
        scale=_say_scale(chosen.draft.scale),
        surface=SurfaceShares(
            observed=refined.share_observed,
            mirrored=refined.share_mirrored,
            inferred=refined.share_inferred,
        ),
        lights=refined.lights,
        symmetry=refined.symmetry,
        outlines=refined.outlines,
        facts=finished.preview.facts,
        levels=finished.facts,
        findings=(*found, *look_at(refined.asset.mesh)),
        timings=timings,
        keys=ResultKeys(
            masks=looks.mask_keys,
            draft=chosen.approval.key,
            shapes=tuple(level.shape.key for level in finished.levels),
            textures=tuple(level.texture.key for level in finished.levels),
            assets=tuple(level.file.key for level in finished.levels),
        ),
        total_seconds=round(sum(timing.seconds for timing in timings), 3),
    )


def publish(
    project: Project,
    report: Report,
    *,
    glbs: Sequence[bytes],
    sheet: bytes,
    provenance: Mapping[str, bytes],
    confidence_map: bool = False,
) -> Delivery:
    """Put the newest result at the top of the project.

    Args:
        project: Where to.
        report: What is said of it.
        glbs: The levels, finest first.
        sheet: The picture that sums it up.
        provenance: Files that say where texels and vertices come from, by name.
        confidence_map: Whether to put the texels' confidence beside the GLB too.
    """
    names = [f"{level_name(report.name, level)}.glb" for level in range(MAX_LODS)]
    map_name = f"{report.name}_confidence.png"
    for stale in (*names[len(glbs) :], *(() if confidence_map else (map_name,))):
        project.path(stale).unlink(missing_ok=True)
    files = {**dict(zip(names, glbs, strict=False)), "sheet.png": sheet}
    if confidence_map:
        files[map_name] = provenance["confidence.png"]
    facts: list[DeliveredFile] = []
    for name, data in files.items():
        write_file(project.path(name), data)
        sha256 = hashlib.sha256(data).hexdigest()
        facts.append(DeliveredFile(path=name, sha256=sha256, num_bytes=len(data)))
    for name, data in provenance.items():
        write_file(project.path("provenance", name), data)
    report = replace(report, files=tuple(facts))
    write_file(project.path("report.json"), text_from(report).encode())
    return Delivery(
        project=project.root,
        asset=project.path(f"{report.name}.glb"),
        sheet=project.path("sheet.png"),
        report_path=project.path("report.json"),
        report=report,
        lods=tuple(project.path(name) for name in names[1 : len(glbs)]),
    )


def _input_facts(run: Run, look: PhotoLook) -> InputFacts:
    """Sum up one photograph."""
    photo = look.photo.photo
    header = read_header(run.store.read(photo.sha256), name=photo.name)
    masked: Masked = run.value(look.mask)
    return InputFacts(
        name=photo.name,
        sha256=photo.sha256,
        width=header.width,
        height=header.height,
        file_format=header.file_format,
        bits_per_channel=header.bits_per_channel,
        focal_px=header.focal_px,
        mask_source=masked.mask.source,
        mask_confidence=round(masked.mask.confidence, 4),
    )


def _say_scale(scale: Scale) -> str:
    """Say how the size in metres came about."""
    if not scale.known:
        return "unknown; the longest side was set to 1 m"
    certainty = scale.relative_uncertainty
    margin = "" if certainty is None else f", certain to {certainty:.1%}"
    return f"from {scale.source}{margin}"
