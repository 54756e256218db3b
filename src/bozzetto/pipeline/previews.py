"""Look at a finished asset: certify its levels, measure it, compare it with the photos, draw it.

Works on the GLB as it was written.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from bozzetto.asset.asset import Asset
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.asset.shares import PhotoAgreement
from bozzetto.findings import Finding
from bozzetto.pipeline.captured import capture_from, decoded
from bozzetto.pipeline.codecs import encode_picture, json_bytes
from bozzetto.pipeline.draft_to_asset import Shaped
from bozzetto.pipeline.masking import Masked
from bozzetto.pipeline.results import AssetFile
from bozzetto.plans.results import FileHandle, Handle
from bozzetto.plans.stage import Codec, Files, Stage, StageContext
from bozzetto.qa.agreement import Agreement, measure_agreement
from bozzetto.qa.certificate import Certificate, certify
from bozzetto.qa.contact_sheet import (
    SheetFacts,
    asset_sheet,
    draft_sheet,
    draw_asset,
    draw_draft,
)
from bozzetto.qa.rendering.registry import ENVIRONMENT_VARIABLE, choose_renderer
from bozzetto.qa.sheet_pictures import photo_picture
from bozzetto.qa.textures import TextureFacts, measure_textures
from bozzetto.qa.topology import TopologyFacts, measure_topology
from bozzetto.qa.uv import UvFacts, measure_uv
from bozzetto.records import value_from_text
from bozzetto.views.capture import Capture

_OWN_ATTRIBUTE = b'"_CONFIDENCE"'


@dataclass(frozen=True, kw_only=True)
class LevelFacts:
    """One level of detail, measured on its GLB."""

    level: int
    """0 for the asset itself."""
    topology: TopologyFacts
    certificate: Certificate


@dataclass(frozen=True, kw_only=True)
class AssetFacts:
    """What was measured on a finished asset."""

    topology: TopologyFacts
    uv: UvFacts
    textures: TextureFacts
    agreement: tuple[PhotoAgreement, ...]
    """One per photo that was used."""
    renderer: str
    """Who drew the pictures."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Facts and pictures of a finished asset."""

    facts: AssetFacts
    findings: tuple[Finding, ...]
    sheet: bytes
    """PNG."""


@dataclass(frozen=True, kw_only=True)
class _PreviewRecord:
    """All of a preview but its pictures."""

    facts: AssetFacts
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class PreviewSettings:
    """What pictures depend on besides what they show."""

    name: str
    """Of the asset, written on the sheet."""
    renderer: str | None
    """The one that the environment names; None for the best one there is."""


def preview_settings(*, name: str) -> PreviewSettings:
    """Return the settings of pictures drawn now."""
    return PreviewSettings(name=name, renderer=os.environ.get(ENVIRONMENT_VARIABLE))


def certify_levels(
    *,
    shapes: Sequence[Handle[Shaped]],
    files: Sequence[Handle[AssetFile]],
    options: None,
    context: StageContext,
) -> tuple[LevelFacts, ...]:
    """Hold every level's file against the dense surface that it was made from."""
    facts: list[LevelFacts] = []
    for level, (shape, file) in enumerate(zip(shapes, files, strict=True)):
        mesh = file.load().refined.asset.mesh
        certificate = certify(mesh, reference=shape.load().dense)
        facts.append(
            LevelFacts(level=level, topology=measure_topology(mesh), certificate=certificate)
        )
    return tuple(facts)


def preview_asset(
    *,
    draft: Handle[Reconstruction],
    photos: Sequence[FileHandle],
    masks: Sequence[Handle[Masked]],
    file: Handle[AssetFile],
    options: PreviewSettings,
    context: StageContext,
) -> Preview:
    """Measure a finished asset, compare it with its photos, and draw its contact sheet."""
    renderer, findings = choose_renderer()
    level, made_from = file.load(), draft.load()
    asset = level.refined.asset
    capture = capture_from(photos, masks, memo=context.memo)
    agreements = _agreements(asset, made_from, capture)
    facts = AssetFacts(
        topology=measure_topology(asset.mesh),
        uv=measure_uv(asset.mesh, asset.material.size),
        textures=measure_textures(asset.material, asset.provenance),
        agreement=tuple(
            PhotoAgreement(
                photo=photo,
                psnr_db=round(agreement.psnr_db, 3),
                silhouette_iou=round(agreement.silhouette_iou, 5),
            )
            for photo, agreement in agreements
        ),
        renderer=renderer.name,
    )
    first = capture.photo(made_from.placed[0].photo_id)
    pictures = draw_asset(
        asset,
        linear_rgb=first.linear_rgb,
        photo_alpha=first.alpha,
        alpha=capture.mask(first.sha256).alpha,
        agreement=agreements[0][1],
        renderer=renderer,
        # Filament refuses files with attributes of our own; it is shown the same arrays instead.
        glb=None if _OWN_ATTRIBUTE in level.glb else level.glb,
    )
    sheet = asset_sheet(
        pictures,
        SheetFacts(
            name=options.name,
            engine=f"{made_from.engine}, {made_from.variant}",
            renderer=renderer.name,
            triangles=facts.topology.triangles,
            charts=facts.uv.charts,
            texture_size_px=asset.material.size,
            percent_unseen=100 * (1 - level.refined.share_observed),
        ),
    )
    return Preview(facts=facts, findings=findings, sheet=encode_picture(sheet, suffix=".png"))


def draw_drafts(
    *,
    photo: FileHandle,
    drafts: Sequence[Handle[Reconstruction]],
    options: PreviewSettings,
    context: StageContext,
) -> bytes:
    """Draw drafts side by side as a PNG, in the order they are given."""
    renderer, _ = choose_renderer()
    pictures = [draw_draft(draft.load(), renderer=renderer) for draft in drafts]
    first, _ = decoded(photo.sha256, photo.name, photo.read, memo=context.memo)
    picture = photo_picture(first.linear_rgb, first.alpha)
    return encode_picture(draft_sheet(pictures, name=options.name, photo=picture), suffix=".png")


def _agreements(
    asset: Asset, draft: Reconstruction, capture: Capture
) -> list[tuple[str, Agreement]]:
    """Compare the asset with each photo that has a camera; names beside the measurements."""
    lights = asset.photo_light or (None,) * len(asset.cameras)
    placed = zip(draft.placed, asset.cameras, lights, strict=False)
    return [
        (
            capture[posed.photo_id].name,
            measure_agreement(
                asset.mesh,
                asset.material,
                camera=camera,
                foreground=capture.foreground(posed.photo_id),
                light=light,
            ),
        )
        for posed, camera, light in placed
    ]


def _encode_preview(preview: Preview) -> Files:
    record = _PreviewRecord(facts=preview.facts, findings=preview.findings)
    return {"sheet.png": preview.sheet, "facts.json": json_bytes(record)}


def _decode_preview(files: Files) -> Preview:
    record = value_from_text(_PreviewRecord, files["facts.json"])
    return Preview(facts=record.facts, findings=record.findings, sheet=files["sheet.png"])


def _encode_sheet(sheet: bytes) -> Files:
    return {"drafts.png": sheet}


def _decode_sheet(files: Files) -> bytes:
    return files["drafts.png"]


@dataclass(frozen=True, kw_only=True)
class _LevelsRecord:
    """The levels as a file holds them."""

    levels: tuple[LevelFacts, ...]


def _encode_levels(levels: tuple[LevelFacts, ...]) -> Files:
    return {"levels.json": json_bytes(_LevelsRecord(levels=levels))}


def _decode_levels(files: Files) -> tuple[LevelFacts, ...]:
    return value_from_text(_LevelsRecord, files["levels.json"]).levels


CERTIFICATE_STAGE = Stage(
    name="certificates",
    version=3,
    run=certify_levels,
    codec=Codec(encode=_encode_levels, decode=_decode_levels),
)
PREVIEW_STAGE = Stage(
    name="previews",
    version=4,
    run=preview_asset,
    codec=Codec(encode=_encode_preview, decode=_decode_preview),
)
DRAFT_SHEET_STAGE = Stage(
    name="draft_sheets",
    version=1,
    run=draw_drafts,
    codec=Codec(encode=_encode_sheet, decode=_decode_sheet),
)
