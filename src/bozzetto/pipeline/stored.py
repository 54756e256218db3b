"""The steps of `photo_to_asset`, each around the store: what is kept, and under which key."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
from jaxtyping import UInt8

from bozzetto.asset.asset import Asset
from bozzetto.asset.draft import Draft
from bozzetto.asset.material import TexelProvenance
from bozzetto.capture.advice import advise
from bozzetto.capture.overlay import draw_overlay
from bozzetto.engines.registry import load_engine
from bozzetto.errors import FormatError
from bozzetto.findings import Finding
from bozzetto.formats.gltf.glb import GlbOptions, read_glb, write_glb, write_white_glb
from bozzetto.matting.strokes_json import json_from_strokes
from bozzetto.pipeline.draft_to_asset import LightFacts, Refined, Shaped, texture_shape
from bozzetto.pipeline.inputs import PhotoInput
from bozzetto.pipeline.options import DraftOptions, MaskOptions, RefineOptions
from bozzetto.pipeline.photo_to_asset import (
    Masked,
    check_views,
    make_mask,
    name_sides,
    usable_views,
)
from bozzetto.pipeline.records import (
    damaged,
    read_draft,
    read_mask,
    read_record,
    write_draft,
    write_mask,
)
from bozzetto.pipeline.retopology import SymmetryFacts
from bozzetto.pipeline.stage import Codec, Outcome, Session, StageKey, run_stage
from bozzetto.progress import StageStep
from bozzetto.records import digest_of, text_from
from bozzetto.sculpting.sculpt import OutlineFacts
from bozzetto.texturing.lock import TextureLock
from bozzetto.views.camera_record import CameraRecord, camera_of_record, record_of_camera
from bozzetto.views.foreground import Foreground, Side

MASK_VERSION = 1
ADVICE_VERSION = 1
DRAFT_VERSION = 2
ASSET_VERSION = 10


@dataclass(frozen=True, kw_only=True)
class _Findings:
    """A list of findings as a file holds it."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class _DraftKey:
    """What a draft depends on besides its photos and its seed."""

    engine: str
    engine_version: int
    weights_sha256: str
    views: tuple[Side | None, ...]


@dataclass(frozen=True, kw_only=True)
class AssetRecord:
    """What is known of a refined asset besides its GLB."""

    share_observed: float
    """Of the surface area, 0 to 1; the three shares add up to 1."""
    share_mirrored: float
    share_inferred: float
    findings: tuple[Finding, ...]
    cameras: tuple[CameraRecord, ...]
    """The fitted cameras of the photos."""
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    lights: tuple[LightFacts, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredAsset:
    """A refined asset as its files hold it: everything after this looks at what users get."""

    glb: bytes
    asset: Asset
    """Read back from the GLB; with the cameras and the texel provenance of the other files."""
    record: AssetRecord


def mask_stage(session: Session, given: PhotoInput, *, options: MaskOptions) -> Outcome[Masked]:
    """Make or find the mask of one photograph."""
    entry = given.entry
    strokes = digest_of(json_from_strokes(given.strokes)) if given.strokes else ""
    key = StageKey(
        stage="masks",
        version=MASK_VERSION,
        inputs=(entry.sha256, entry.mask_sha256 or "", strokes),
        options=options,
    )

    def make() -> Masked:
        return make_mask(
            given.photo, user_mask=given.user_mask, strokes=given.strokes, options=options
        )

    label = f"mask {given.photo.name}"
    return run_stage(session, key, make, codec=_MASKED, label=label)


def advice_stage(
    session: Session, given: PhotoInput, masked: Outcome[Masked]
) -> Outcome[tuple[Finding, ...]]:
    """Judge one photograph, and draw what was found over it."""
    key = StageKey(
        stage="advice",
        version=ADVICE_VERSION,
        inputs=(given.entry.sha256, masked.digest),
        options=None,
    )

    def make() -> tuple[Finding, ...]:
        return advise(given.photo, masked.value.mask)

    def write(findings: tuple[Finding, ...], folder: Path) -> None:
        (folder / "findings.json").write_text(text_from(_Findings(findings=findings)), "utf-8")
        for finding in findings:
            overlay = draw_overlay(given.photo, finding)
            write_picture(folder / f"{finding.code}.jpg", overlay)

    codec = Codec(write=write, read=_read_findings)
    return run_stage(session, key, make, codec=codec, label=f"advice {given.photo.name}")


def draft_stages(
    session: Session,
    foregrounds: Callable[[], tuple[Foreground, ...]],
    *,
    inputs: tuple[str, ...],
    options: DraftOptions,
) -> tuple[tuple[Outcome[Draft], ...], tuple[Finding, ...]]:
    """Make or find the drafts, ranked best first, and what was noticed about the views.

    Args:
        session: The run.
        foregrounds: Called only when a draft has to be made.
        inputs: Digests of the masks, one for each photo.
        options: Engine, first seed and count.
    """
    engine = load_engine(options.engine)
    check_views(options.views, num_photos=len(inputs))
    num_views, findings = usable_views(len(inputs), card=engine.card)
    outcomes: list[Outcome[Draft]] = []
    for index in range(options.variants):
        seed = options.seed + index
        key = StageKey(
            stage="drafts",
            version=DRAFT_VERSION,
            inputs=inputs[:num_views],
            options=_DraftKey(
                engine=options.engine,
                engine_version=engine.card.version,
                weights_sha256=engine.card.weights_sha256,
                views=options.views[:num_views],
            ),
            seed=seed,
        )

        def make(seed: int = seed) -> Draft:
            named = name_sides(foregrounds(), views=options.views)
            return engine.reconstruct(named[:num_views], seed=seed)

        label = f"draft {index + 1} of {options.variants}"
        outcomes.append(run_stage(session, key, make, codec=_DRAFT, label=label))
    ranked = sorted(outcomes, key=lambda outcome: (-outcome.value.score, outcome.value.seed))
    return tuple(ranked), findings


def asset_stage(
    session: Session,
    draft: Draft,
    foregrounds: Callable[[], tuple[Foreground, ...]],
    *,
    shaped: Outcome[Shaped],
    name: str,
    options: RefineOptions,
    label: str = "refine",
    lock: tuple[TextureLock, tuple[str, ...]] | None = None,
) -> Outcome[StoredAsset]:
    """Texture the shape of the approved draft into a GLB; one level of detail.

    Args:
        session: The run.
        draft: The approved one.
        foregrounds: Called only when textures have to be made.
        shaped: Its finished surface.
        name: The asset's.
        options: Of this level.
        label: For the progress display.
        lock: Texels of an earlier texture to keep, and what stands for them in the key.
    """
    key = StageKey(
        stage="assets",
        version=ASSET_VERSION,
        inputs=(name, shaped.digest, *(lock[1] if lock else ())),
        options=options,
    )

    def make() -> StoredAsset:
        refined = texture_shape(
            shaped.value,
            draft,
            foregrounds(),
            name=name,
            options=options,
            lock=lock[0] if lock else None,
            step=lambda step: session.progress(StageStep(stage=label, step=step)),
        )
        return _stored(refined, options)

    return run_stage(session, key, make, codec=_ASSET, label=label)


def encode_picture(picture: UInt8[np.ndarray, "h w *c"], *, suffix: str) -> bytes:
    """Encode a grey or sRGB picture in the format that a suffix such as `.png` names."""
    pixels = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(suffix, pixels)
    return encoded.tobytes()


def write_picture(path: Path, picture: UInt8[np.ndarray, "h w *c"]) -> None:
    """Write a grey or sRGB picture in the format that the path's suffix names."""
    path.write_bytes(encode_picture(picture, suffix=path.suffix))


def _read_findings(folder: Path) -> tuple[Finding, ...]:
    """Read the findings of a stage."""
    return read_record(_Findings, folder / "findings.json").findings


def _write_masked(masked: Masked, folder: Path) -> None:
    """Write a mask and what was noticed about it."""
    write_mask((masked.mask, masked.findings), folder)


def _read_masked(folder: Path) -> Masked:
    """Read a mask and what was noticed about it."""
    mask, findings = read_mask(folder)
    return Masked(mask=mask, findings=findings)


def _write_draft(draft: Draft, folder: Path) -> None:
    """Write a draft, and its white model for people."""
    write_draft(draft, folder)
    (folder / "white.glb").write_bytes(write_white_glb(draft.mesh, name=draft.variant))


def _stored(refined: Refined, options: RefineOptions) -> StoredAsset:
    """Encode a refined asset."""
    record = AssetRecord(
        share_observed=refined.share_observed,
        share_mirrored=refined.share_mirrored,
        share_inferred=refined.share_inferred,
        findings=refined.findings,
        cameras=tuple(record_of_camera(camera) for camera in refined.asset.cameras),
        symmetry=refined.symmetry,
        outlines=refined.outlines,
        lights=refined.lights,
    )
    written = GlbOptions(
        image_format=options.image_format, provenance_attributes=options.provenance_attributes
    )
    glb = write_glb(refined.asset, options=written)
    return StoredAsset(glb=glb, asset=refined.asset, record=record)


def _write_asset(stored: StoredAsset, folder: Path) -> None:
    """Write the GLB, what it cannot hold beside it, and the record.

    The vertices' provenance is not in the GLB, because some viewers refuse custom attributes; quads
    are not, because glTF knows triangles only; the photos' light is nobody's but ours.
    """
    (folder / "asset.glb").write_bytes(stored.glb)
    (folder / "asset.json").write_text(text_from(stored.record), "utf-8")
    provenance = stored.asset.provenance
    mesh = stored.asset.mesh
    with (folder / "vertices.npz").open("wb") as file:
        arrays = {"confidence": mesh.confidence, "origin": mesh.origin, "quads": mesh.quads}
        known = {name: values for name, values in arrays.items() if values is not None}
        lights = {f"light_{k}": light for k, light in enumerate(stored.asset.photo_light)}
        np.savez(file, allow_pickle=False, **known, **lights)
    write_picture(folder / "origin.png", provenance.origin)
    confidence = np.round(provenance.confidence * 255).astype(np.uint8)
    write_picture(folder / "confidence.png", confidence)


def read_asset(folder: Path) -> StoredAsset:
    """Read a stored asset the way a user's program would, from its GLB.

    Raises:
        ProjectError: The files are missing or damaged.
    """
    record = read_record(AssetRecord, folder / "asset.json")
    try:
        glb = (folder / "asset.glb").read_bytes()
        origin = cv2.imread(str(folder / "origin.png"), cv2.IMREAD_GRAYSCALE)
        confidence = cv2.imread(str(folder / "confidence.png"), cv2.IMREAD_GRAYSCALE)
        if origin is None or confidence is None:
            raise FileNotFoundError
        asset = read_glb(glb, name="asset.glb")
        with np.load(folder / "vertices.npz", allow_pickle=False) as vertices:
            lights = [name for name in vertices.files if name.startswith("light_")]
            known = {name: vertices[name] for name in vertices.files if name not in lights}
            photo_light = tuple(vertices[f"light_{k}"] for k in range(len(lights)))
            mesh = dataclasses.replace(asset.mesh, **known)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, FormatError) as error:
        raise damaged(folder) from error
    provenance = TexelProvenance(
        origin=origin.astype(np.uint8), confidence=confidence.astype(np.float32) / np.float32(255)
    )
    cameras = tuple(camera_of_record(camera) for camera in record.cameras)
    asset = dataclasses.replace(
        asset, mesh=mesh, provenance=provenance, cameras=cameras, photo_light=photo_light
    )
    return StoredAsset(glb=glb, asset=asset, record=record)


_MASKED = Codec(write=_write_masked, read=_read_masked)
_DRAFT = Codec(write=_write_draft, read=read_draft)
_ASSET = Codec(write=_write_asset, read=read_asset)
