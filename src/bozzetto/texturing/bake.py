"""Fill the textures: colours from the photos, shape and shade from the dense draft.

Works through the texels in parts, so that memory stays a small multiple of the textures themselves.
Letters: v vertices, n texels, h w rows and columns.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.geometry.closest import SurfacePoints, interpolate
from bozzetto.imaging.color import linear_from_srgb, srgb_from_linear
from bozzetto.imaging.reflectance import within_limits
from bozzetto.texturing.dense import Below, Dense
from bozzetto.texturing.gutter import GutterOptions, plan_gutter
from bozzetto.texturing.materials import pack_orm
from bozzetto.texturing.project import PhotoView, Projected, project_photos
from bozzetto.texturing.rasterize import Texels
from bozzetto.texturing.tangents import surface_frames, tangent_from_world

Points = Float32[np.ndarray, "n 3"]

_TEXELS_PER_PART = 1 << 17
_MATT = np.array([1, 1, 0], np.float32)  # Open, rough, no metal.
_WORKERS = 2  # Array work lets threads run side by side; more of them only cost memory.


@dataclass(frozen=True, kw_only=True, eq=False)
class Maps:
    """All textures of one material, unlocked."""

    base_color: Float32[np.ndarray, "h w 3"]
    normal: Float32[np.ndarray, "h w 3"]
    orm: Float32[np.ndarray, "h w 3"]
    origin: UInt8[np.ndarray, "h w"]
    confidence: Float32[np.ndarray, "h w"]


def bake_maps(
    mesh: Mesh,
    texels: Texels,
    *,
    views: Sequence[PhotoView],
    dense: Dense,
    padding_px: int,
    step: Callable[[str], None] = lambda _: None,
) -> Maps:
    """Fill every texture and its gutter.

    Args:
        mesh: With normals, uvs and tangents.
        texels: The texels of its atlas.
        views: The photos.
        dense: The draft.
        padding_px: Width of the gutter.
        step: Told how far it is; may raise to stop.
    """
    maps = _blank(texels.size)

    def bake(start: int) -> None:
        part = texels.part(slice(start, start + _TEXELS_PER_PART))
        _bake_part(maps, mesh, part, views=views, dense=dense)

    # Parts write to different texels, so the result does not depend on who comes first.
    starts = range(0, len(texels), _TEXELS_PER_PART)
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        running = [pool.submit(bake, start) for start in starts]
        try:
            for done, part in enumerate(running):
                part.result()
                step(f"bake {100 * (done + 1) // len(running)} %")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    _fill_around(maps, texels, padding_px)
    return maps


def _blank(size: int) -> Maps:
    """Make the maps of a page without charts: flat, unoccluded."""
    flat = np.array([0, 0, 1], np.float32)
    return Maps(
        base_color=np.zeros((size, size, 3), np.float32),
        normal=np.broadcast_to(flat, (size, size, 3)).copy(),
        orm=np.broadcast_to(_MATT, (size, size, 3)).copy(),
        origin=np.full((size, size), Origin.EMPTY, np.uint8),
        confidence=np.zeros((size, size), np.float32),
    )


def _bake_part(
    maps: Maps, mesh: Mesh, texels: Texels, *, views: Sequence[PhotoView], dense: Dense
) -> None:
    """Fill a run of texels in all maps."""
    at = SurfacePoints(triangle=texels.triangle, barycentric=texels.barycentric)
    positions = interpolate(mesh.positions, mesh.triangles, at)
    frames = surface_frames(mesh, at=at)
    normals = np.ascontiguousarray(frames[:, 2])
    anchors = dense.surface.anchor(positions, normals)
    below = dense.below(anchors)
    seen = project_photos(
        views,
        positions,
        normals,
        mirror=dense.mirror,
        shading=below.shading,
        image_shading=below.image_shading,
    )
    color = _mixed(seen, below, dense, positions=positions, normals=normals)
    _flat(maps.base_color)[texels.index] = within_limits(color)
    _flat(maps.orm)[texels.index] = pack_orm(below.openness, below.gloss)
    detailed = tangent_from_world(frames, dense.surface.normals_at(anchors))
    shaded = texels.index[anchors.agrees]
    _flat(maps.normal)[shaded] = detailed[anchors.agrees]
    maps.origin.reshape(-1)[texels.index] = seen.origin
    maps.confidence.reshape(-1)[texels.index] = trust(seen, below)


def _mixed(
    seen: Projected, below: Below, dense: Dense, *, positions: Points, normals: Points
) -> Points:
    """Fill what photos leave open: broad colour from below, detail from elsewhere in the photo.

    Detail is missing too where the photo is blurred because it sees the surface edge-on.
    """
    colors = seen.colors
    coverage = np.minimum(seen.coverage, below.feather)
    left = np.flatnonzero(coverage < 1)
    share = 1 - coverage[left, None]
    filled = linear_from_srgb(np.clip(below.colors[left], 0, 1))
    colors[left] += (filled - colors[left]) * share
    dull = np.flatnonzero(coverage * seen.sharpness < 1)
    if dense.detail is not None:
        missing = 1 - (coverage * seen.sharpness)[dull, None]
        detail = dense.detail.at(positions[dull], normals[dull]) * missing
        encoded = srgb_from_linear(np.clip(colors[dull], 0, 1)) + detail
        colors[dull] = linear_from_srgb(np.clip(encoded, 0, 1))
    return colors


def trust(seen: Projected, below: Below) -> Float32[np.ndarray, " n"]:
    """Return the photos' confidence, or the engine's where it predicted what no photo shows."""
    unseen = seen.origin == Origin.INFERRED
    return np.where(unseen, below.trust, seen.confidence).astype(np.float32)


def _fill_around(maps: Maps, texels: Texels, padding_px: int) -> None:
    """Grow the charts into the gutter; beyond it lies the mean colour, for the smallest mips."""
    mask = texels.mask()
    maps.base_color[~mask] = _flat(maps.base_color)[texels.index].mean(axis=0)
    gutter = plan_gutter(mask, options=GutterOptions(radius_px=padding_px))
    for texture in (maps.base_color, maps.normal, maps.orm):
        gutter.fill(texture)


def _flat(texture: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "hw 3"]:
    """View a texture as a list of texels."""
    return texture.reshape(-1, 3)
