"""The two sheets that people judge by: one for the drafts, one for the finished asset.

Each has a dataclass of finished pictures, a function that draws them, and one that lays them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.asset import Asset
from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.qa.agreement import Agreement
from bozzetto.qa.rendering.base import Picture, Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import SIX_SIDES, THREE_QUARTER, side_cameras
from bozzetto.qa.rendering.shading import ORIGIN_COLORS
from bozzetto.qa.sheet_layout import Cell, LegendEntry, Rgb, TextBlock, compose_page
from bozzetto.qa.sheet_pictures import (
    base_color_picture,
    mask_picture,
    normal_picture,
    orm_picture,
    photo_picture,
    uv_picture,
)
from bozzetto.views.camera import Camera

CELL_PX = 360


@dataclass(frozen=True, kw_only=True, eq=False)
class AssetPictures:
    """All pictures of a finished asset, ready to be laid out."""

    photo: Rgb
    mask: Rgb
    agreement: Agreement
    clay: tuple[Picture, ...]
    """In the order of `SIX_SIDES`."""
    textured: tuple[Picture, ...]
    """In the order of `SIX_SIDES`."""
    hero: Picture
    """Textured, from three quarters."""
    wireframe: Picture
    origin: Picture
    uv: Rgb
    base_color: Rgb
    normal: Rgb
    orm: Rgb


@dataclass(frozen=True, kw_only=True)
class SheetFacts:
    """The figures on a finished asset's sheet."""

    name: str
    engine: str
    renderer: str
    triangles: int
    charts: int
    texture_size_px: int
    percent_unseen: float
    """Share of the surface that no photo shows, mirrored or inferred, 0 to 100."""


def draw_asset(
    asset: Asset,
    *,
    linear_rgb: Float32[np.ndarray, "h w 3"],
    alpha: Float32[np.ndarray, "h w"],
    agreement: Agreement,
    renderer: Renderer,
    photo_alpha: Float32[np.ndarray, "h w"] | None = None,
    glb: bytes | None = None,
    cell_px: int = CELL_PX,
) -> AssetPictures:
    """Draw everything that the sheet of a finished asset shows.

    Args:
        asset: The finished asset.
        linear_rgb: The main photograph.
        alpha: Its mask.
        agreement: With that photograph, from `measure_agreement`.
        renderer: From `choose_renderer`.
        photo_alpha: The photograph file's own alpha channel, if it has one.
        glb: The written file, shown in the textured pictures by renderers that read glTF.
        cell_px: Side of the rendered pictures.
    """
    shape = RenderShape.of(asset, glb=glb)
    sides = side_cameras(asset.mesh, size_px=cell_px)
    (corner,) = side_cameras(asset.mesh, size_px=cell_px, names=(THREE_QUARTER,))
    cameras = [side.camera for side in sides]
    *textured, hero = renderer.render(
        shape, cameras=[*cameras, corner.camera], style=RenderStyle.TEXTURED
    )
    return AssetPictures(
        photo=photo_picture(linear_rgb, photo_alpha, longest_px=2 * cell_px),
        mask=mask_picture(linear_rgb, alpha, longest_px=2 * cell_px),
        agreement=agreement,
        clay=renderer.render(shape, cameras=cameras, style=RenderStyle.CLAY),
        textured=tuple(textured),
        hero=hero,
        wireframe=_one(renderer, shape, camera=corner.camera, style=RenderStyle.WIREFRAME),
        origin=_one(renderer, shape, camera=corner.camera, style=RenderStyle.ORIGIN),
        uv=uv_picture(asset.mesh, side_px=2 * cell_px),
        base_color=base_color_picture(asset.material, side_px=cell_px),
        normal=normal_picture(asset.material, side_px=cell_px),
        orm=orm_picture(asset.material, side_px=cell_px),
    )


def asset_sheet(pictures: AssetPictures, facts: SheetFacts, *, cell_px: int = CELL_PX) -> Rgb:
    """Lay the pictures of a finished asset out on one page."""
    agreement = pictures.agreement
    legend = tuple(
        LegendEntry(label=kind.name.lower(), color=ORIGIN_COLORS[kind])
        for kind in (Origin.OBSERVED, Origin.MIRRORED, Origin.INFERRED)
    )
    size = f"{facts.texture_size_px} px"
    rows = (
        (
            Cell(picture=pictures.photo, caption="Photograph"),
            Cell(picture=pictures.mask, caption="Mask"),
            Cell(picture=agreement.photo, caption="Cut out"),
            Cell(
                picture=agreement.render,
                caption="Same view, re-rendered",
                note=f"PSNR {agreement.psnr_db:.1f} dB",
            ),
            Cell(
                picture=agreement.difference,
                caption="Difference",
                note=f"silhouette IoU {agreement.silhouette_iou:.3f}",
            ),
            Cell(picture=pictures.hero, caption="Three quarters"),
        ),
        _sides("Form", pictures.clay),
        _sides("Textured", pictures.textured),
        (
            Cell(
                picture=pictures.wireframe,
                caption="Wireframe",
                note=f"{facts.triangles:,} triangles",
            ),
            Cell(picture=pictures.uv, caption="UV layout", note=f"{facts.charts} charts"),
            Cell(picture=pictures.base_color, caption="Base colour", note=size),
            Cell(picture=pictures.normal, caption="Normal", note=size),
            Cell(picture=pictures.orm, caption="Occlusion, roughness, metallic"),
            Cell(picture=pictures.origin, caption="", legend=legend),
        ),
    )
    subtitle = (
        f"{facts.triangles:,} triangles   |   engine {facts.engine}   |   "
        f"{facts.percent_unseen:.0f} % of the surface unseen   |   drawn by {facts.renderer}"
    )
    return compose_page(title=facts.name, subtitle=subtitle, rows=rows, cell_px=cell_px)


@dataclass(frozen=True, kw_only=True, eq=False)
class DraftPictures:
    """A draft's white model from six sides."""

    draft: Reconstruction
    clay: tuple[Picture, ...]
    """In the order of `SIX_SIDES`."""


def draw_draft(
    draft: Reconstruction, *, renderer: Renderer, cell_px: int = CELL_PX
) -> DraftPictures:
    """Draw a draft's white model."""
    return DraftPictures(
        draft=draft, clay=clay_sides(draft.mesh, renderer=renderer, cell_px=cell_px)
    )


def clay_sides(mesh: Mesh, *, renderer: Renderer, cell_px: int = CELL_PX) -> tuple[Picture, ...]:
    """Draw a mesh as clay from the six sides, in their order."""
    cameras = [side.camera for side in side_cameras(mesh, size_px=cell_px)]
    return renderer.render(RenderShape(mesh=mesh), cameras=cameras, style=RenderStyle.CLAY)


def draft_sheet(
    variants: Sequence[DraftPictures],
    *,
    name: str,
    photo: Rgb | None = None,
    cell_px: int = CELL_PX,
) -> Rgb:
    """Lay the variants out side by side: score and reasons, then six sides each.

    Args:
        variants: At least one; the order is kept.
        name: Of the object.
        photo: Shown before the variants; None leaves it out.
        cell_px: Side of a cell.

    Raises:
        ValueError: There is no variant.
    """
    if not variants:
        raise ValueError("A sheet of drafts needs at least one variant.")
    rows = [(_scored(variant.draft), *_sides("", variant.clay)) for variant in variants]
    if photo is not None:
        rows = [(row[0], Cell(picture=photo, caption="Photograph"), *row[1:]) for row in rows]
    count = f"{len(variants)} variants" if len(variants) > 1 else "1 variant"
    subtitle = f"{count}   |   engine {variants[0].draft.engine}   |   choose one to refine"
    return compose_page(title=f"{name}, drafts", subtitle=subtitle, rows=rows, cell_px=cell_px)


def _one(renderer: Renderer, shape: RenderShape, *, camera: Camera, style: RenderStyle) -> Picture:
    """Draw one picture."""
    return renderer.render(shape, cameras=[camera], style=style)[0]


def _sides(prefix: str, pictures: Sequence[Picture]) -> tuple[Cell, ...]:
    """Caption the six sides."""
    return tuple(
        Cell(picture=picture, caption=prefix or side, note=side if prefix else "")
        for side, picture in zip(SIX_SIDES, pictures, strict=True)
    )


def _scored(draft: Reconstruction) -> TextBlock:
    """Say how a draft scores, and why: what matters most comes first."""
    reasons = sorted(draft.reasons, key=lambda reason: -reason.weight)
    return TextBlock(
        heading=draft.variant,
        figure=f"{100 * draft.score:.0f}",
        lines=tuple(f"{reason.text} ({100 * reason.score:.0f})" for reason in reasons),
    )
