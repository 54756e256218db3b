"""Pictures for the sheets that need no renderer: masks, texture maps, UV layouts.

Letters: h w rows and columns.
"""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.material import Material
from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.weld import weld
from bozzetto.imaging.color import luminance, srgb8_from_linear
from bozzetto.imaging.resample import fit_within

Rgb = UInt8[np.ndarray, "_ _ 3"]

_OUTLINE = (226, 84, 60)
_CHART_FILL, _CHART_LINE, _CHART_BORDER = (223, 229, 236), (182, 193, 206), (52, 66, 84)
_PAPER = (250, 250, 249)
_SUBPIXEL_BITS = 4  # OpenCV draws at a sixteenth of a pixel.


def photo_picture(
    linear_rgb: Float32[np.ndarray, "h w 3"],
    alpha: Float32[np.ndarray, "h w"] | None = None,
    *,
    longest_px: int = 720,
) -> Rgb:
    """Shrink and encode a photograph; one with an alpha channel of its own is laid over white."""
    colors = linear_rgb
    if alpha is not None:
        colors = linear_rgb * alpha[..., None] + (1 - alpha[..., None])
    return srgb8_from_linear(fit_within(colors, longest_px=longest_px))


def mask_picture(
    linear_rgb: Float32[np.ndarray, "h w 3"],
    alpha: Float32[np.ndarray, "h w"],
    *,
    longest_px: int = 720,
) -> Rgb:
    """Show what was kept: the background pale and grey, the mask's edge as a line."""
    colors = fit_within(linear_rgb, longest_px=longest_px)
    coverage = fit_within(alpha, longest_px=longest_px)
    pale = 0.62 + 0.2 * luminance(colors)[..., None] * np.ones(3, np.float32)
    mixed = colors * coverage[..., None] + pale * (1 - coverage[..., None])
    picture = srgb8_from_linear(mixed.astype(np.float32))
    inside = (coverage > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    thickness = max(1, round(max(picture.shape) / 300))
    drawn = cv2.drawContours(picture, outlines, -1, _OUTLINE, thickness, cv2.LINE_AA)
    return np.asarray(drawn, np.uint8)


def base_color_picture(material: Material, *, side_px: int = 360) -> Rgb:
    """Show the base colour texture."""
    return srgb8_from_linear(fit_within(material.base_color, longest_px=side_px))


def normal_picture(material: Material, *, side_px: int = 360) -> Rgb:
    """Show the normal map as it is stored."""
    small = fit_within(material.normal, longest_px=side_px)
    return _eight_bits(small * np.float32(0.5) + np.float32(0.5))


def orm_picture(material: Material, *, side_px: int = 360) -> Rgb:
    """Show occlusion, roughness and metallic as red, green and blue."""
    return _eight_bits(fit_within(material.orm, longest_px=side_px))


def uv_picture(mesh: Mesh, *, side_px: int = 720) -> Rgb:
    """Draw the UV layout: charts tinted, triangles thin, chart borders strong.

    Raises:
        ValueError: The mesh has no uvs.
    """
    if mesh.uvs is None:
        raise ValueError("uv_picture needs a mesh with uvs.")
    picture = np.empty((side_px, side_px, 3), np.uint8)
    picture[:] = _PAPER
    scale = side_px * (1 << _SUBPIXEL_BITS)
    points = np.round(mesh.uvs.astype(np.float64) * scale).astype(np.int32)
    corners = list(points[mesh.triangles][:, :, None])
    for triangle in corners:
        cv2.fillConvexPoly(picture, triangle, _CHART_FILL, cv2.LINE_8, _SUBPIXEL_BITS)
    cv2.polylines(picture, corners, True, _CHART_LINE, 1, cv2.LINE_AA, _SUBPIXEL_BITS)
    vertex = weld(np.concatenate([mesh.positions, mesh.uvs], axis=1)).place.astype(np.int64)
    first, second = mesh.triangles.reshape(-1), np.roll(mesh.triangles, -1, axis=1).reshape(-1)
    low = np.minimum(vertex[first], vertex[second])
    high = np.maximum(vertex[first], vertex[second])
    _, where, uses = np.unique(low * len(vertex) + high, return_index=True, return_counts=True)
    border = where[uses == 1]
    lines = list(np.stack([points[first[border]], points[second[border]]], axis=1)[:, :, None])
    cv2.polylines(picture, lines, False, _CHART_BORDER, 1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return picture


def _eight_bits(values: Float32[np.ndarray, "h w 3"]) -> Rgb:
    """Round values in 0..1 to 8 bits."""
    return (np.clip(values, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
