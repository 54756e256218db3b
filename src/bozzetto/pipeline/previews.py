"""Look at a finished asset: measure it, compare it with the photo, draw the contact sheet.

Works on the GLB as it was written.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bozzetto.asset.asset import Asset
from bozzetto.asset.draft import Draft
from bozzetto.asset.shares import PhotoAgreement
from bozzetto.findings import Finding
from bozzetto.pipeline.judge import Judged
from bozzetto.pipeline.records import read_file, read_record
from bozzetto.pipeline.stage import Codec, Outcome, Session, StageKey, run_stage
from bozzetto.pipeline.stored import StoredAsset, encode_picture
from bozzetto.qa.agreement import Agreement, measure_agreement
from bozzetto.qa.contact_sheet import (
    SheetFacts,
    asset_sheet,
    draft_sheet,
    draw_asset,
    draw_draft,
)
from bozzetto.qa.rendering.base import Renderer
from bozzetto.qa.rendering.registry import ENVIRONMENT_VARIABLE, choose_renderer
from bozzetto.qa.sheet_pictures import photo_picture
from bozzetto.qa.textures import TextureFacts, measure_textures
from bozzetto.qa.topology import TopologyFacts, measure_topology
from bozzetto.qa.uv import UvFacts, measure_uv
from bozzetto.records import text_from
from bozzetto.views.foreground import Foreground

PREVIEW_VERSION = 3
_OWN_ATTRIBUTE = b'"_CONFIDENCE"'
DRAFT_SHEET_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Facts:
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

    facts: Facts
    findings: tuple[Finding, ...]
    sheet: bytes
    """PNG."""


@dataclass(frozen=True, kw_only=True)
class _PreviewRecord:
    """All of a preview but its pictures."""

    facts: Facts
    findings: tuple[Finding, ...]


def preview_stage(
    session: Session, asset: Outcome[StoredAsset], *, judged: Judged, draft: Draft
) -> Outcome[Preview]:
    """Measure and draw a finished asset."""
    key = StageKey(
        stage="previews",
        version=PREVIEW_VERSION,
        inputs=(asset.digest, *judged.mask_digests),
        options=os.environ.get(ENVIRONMENT_VARIABLE),
    )

    def make() -> Preview:
        renderer, findings = choose_renderer()
        return _look(asset.value, judged=judged, draft=draft, renderer=renderer, noticed=findings)

    return run_stage(session, key, make, codec=_PREVIEW)


def draft_sheet_stage(
    session: Session, drafts: Sequence[Outcome[Draft]], *, judged: Judged, name: str
) -> Outcome[bytes]:
    """Draw the drafts side by side, in the order they are given."""
    key = StageKey(
        stage="previews",
        version=DRAFT_SHEET_VERSION,
        inputs=("drafts", name, *(draft.digest for draft in drafts)),
        options=os.environ.get(ENVIRONMENT_VARIABLE),
    )

    def make() -> bytes:
        renderer, _ = choose_renderer()
        pictures = [draw_draft(draft.value, renderer=renderer) for draft in drafts]
        photo = judged.inputs[0].photo
        picture = photo_picture(photo.linear_rgb, photo.alpha)
        return encode_picture(draft_sheet(pictures, name=name, photo=picture), suffix=".png")

    return run_stage(session, key, make, codec=_DRAFT_SHEET, label="previews of drafts")


def _look(
    stored: StoredAsset,
    *,
    judged: Judged,
    draft: Draft,
    renderer: Renderer,
    noticed: tuple[Finding, ...],
) -> Preview:
    """Measure and draw."""
    asset = stored.asset
    agreements = _agreements(asset, judged.foregrounds())
    names = [given.photo.name for given in judged.inputs]
    facts = Facts(
        topology=measure_topology(asset.mesh),
        uv=measure_uv(asset.mesh, asset.material.size),
        textures=measure_textures(asset.material, asset.provenance),
        agreement=tuple(
            PhotoAgreement(
                photo=photo,
                psnr_db=round(agreement.psnr_db, 3),
                silhouette_iou=round(agreement.silhouette_iou, 5),
            )
            for photo, agreement in zip(names, agreements, strict=False)
        ),
        renderer=renderer.name,
    )
    pictures = draw_asset(
        asset,
        linear_rgb=judged.inputs[0].photo.linear_rgb,
        photo_alpha=judged.inputs[0].photo.alpha,
        alpha=judged.masks[0].value.mask.alpha,
        agreement=agreements[0],
        renderer=renderer,
        # Filament refuses files with attributes of our own; it is shown the same arrays instead.
        glb=None if _OWN_ATTRIBUTE in stored.glb else stored.glb,
    )
    sheet = asset_sheet(
        pictures,
        SheetFacts(
            name=asset.name,
            engine=f"{draft.engine}, {draft.variant}",
            renderer=renderer.name,
            triangles=facts.topology.triangles,
            charts=facts.uv.charts,
            texture_size_px=asset.material.size,
            percent_unseen=100 * (1 - stored.record.share_observed),
        ),
    )
    return Preview(facts=facts, findings=noticed, sheet=encode_picture(sheet, suffix=".png"))


def _agreements(asset: Asset, foregrounds: Sequence[Foreground]) -> list[Agreement]:
    """Compare the asset with each photo that it was made from."""
    lights = asset.photo_light or (None,) * len(asset.cameras)
    return [
        measure_agreement(
            asset.mesh, asset.material, camera=camera, foreground=foreground, light=light
        )
        for camera, foreground, light in zip(asset.cameras, foregrounds, lights, strict=False)
    ]


def _write_preview(preview: Preview, folder: Path) -> None:
    """Write the sheet and the facts."""
    (folder / "sheet.png").write_bytes(preview.sheet)
    record = _PreviewRecord(facts=preview.facts, findings=preview.findings)
    (folder / "facts.json").write_text(text_from(record), "utf-8")


def _read_preview(folder: Path) -> Preview:
    """Read the sheet and the facts."""
    record = read_record(_PreviewRecord, folder / "facts.json")
    return Preview(
        facts=record.facts,
        findings=record.findings,
        sheet=read_file(folder / "sheet.png"),
    )


def _write_draft_sheet(sheet: bytes, folder: Path) -> None:
    """Write the picture of the drafts."""
    (folder / "drafts.png").write_bytes(sheet)


def _read_draft_sheet(folder: Path) -> bytes:
    """Read the picture of the drafts."""
    return read_file(folder / "drafts.png")


_PREVIEW = Codec(write=_write_preview, read=_read_preview)
_DRAFT_SHEET = Codec(write=_write_draft_sheet, read=_read_draft_sheet)
