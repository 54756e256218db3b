"""Colours, confidence and origin of each vertex from the photo it was made from.

Letters: h w rows and columns of the working grid, v vertices.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from bozzetto.asset.mesh import Origin
from bozzetto.engines.inflate.grid import WorkingGrid, crop_padded
from bozzetto.engines.inflate.surface import GridSurface
from bozzetto.imaging.resample import resize, sample
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

_BACK_CONFIDENCE = 0.1  # The mirrored back is a guess, if a plausible one.
_EDGE_CONFIDENCE = 0.15  # Seen, but at a grazing angle and without depth from anywhere.
_COVERED = 0.25  # Alpha below which a vertex lies outside the object as photographed.
_RIM_CELLS = 1.5  # How far colours are carried outwards.


@dataclass(frozen=True, kw_only=True, eq=False)
class Paint:
    """Per-vertex attributes of a draft."""

    colors: Float32[np.ndarray, "v 3"]
    """Linear; the back carries the front's colours."""
    confidence: Float32[np.ndarray, " v"]
    """1 where the surface faces the camera, less at grazing angles, low on the back."""
    origin: UInt8[np.ndarray, " v"]
    """Values of `Origin`."""


def paint(
    surface: GridSurface,
    *,
    foreground: Foreground,
    grid: WorkingGrid,
    facing: Float64[np.ndarray, " v"],
) -> Paint:
    """Look the vertices up in the photo.

    Args:
        surface: The surface on the working grid.
        foreground: The photo it came from.
        grid: Where cells lie in the photo.
        facing: Cosine between each vertex's normal and its direction to the camera.
    """
    colors, alpha = cell_colors(foreground, grid)
    cells = surface.points[:, :2]
    covered = sample(alpha, cells) >= _COVERED
    front = surface.points[:, 2] >= 0
    seen = _EDGE_CONFIDENCE + (1 - _EDGE_CONFIDENCE) * np.clip(facing, 0, 1)
    confidence = np.where(front, seen, _BACK_CONFIDENCE)
    confidence = np.where(covered, confidence, _BACK_CONFIDENCE / 2)
    return Paint(
        colors=np.clip(sample(colors, cells), 0, 1),
        confidence=confidence.astype(np.float32),
        origin=_origins(front=front, covered=covered),
    )


def facing_camera(
    positions: Float32[np.ndarray, "v 3"], normals: Float32[np.ndarray, "v 3"], *, camera: Camera
) -> Float64[np.ndarray, " v"]:
    """Cosine between each normal and the direction to the camera."""
    to_camera = camera.position - positions
    to_camera /= np.linalg.norm(to_camera, axis=1, keepdims=True)
    return np.einsum("vi,vi->v", normals.astype(np.float64), to_camera)


def cell_colors(
    foreground: Foreground, grid: WorkingGrid
) -> tuple[Float32[np.ndarray, "h w 3"], Float32[np.ndarray, "h w"]]:
    """Average the photo over cells, weighted by alpha, so that no background bleeds in.

    Returns:
        Colours, also around the outline, and how much of each cell is covered.
    """
    height, width = grid.inside.shape
    x0, y0 = (round(value) for value in grid.corner_px)
    x1, y1 = x0 + round(width * grid.cell_px[0]), y0 + round(height * grid.cell_px[1])
    rgb = crop_padded(foreground.linear_rgb, box=(x0, y0, x1, y1))
    weight = crop_padded(foreground.alpha, box=(x0, y0, x1, y1))
    total = resize(rgb * weight[..., None], width=width, height=height)
    weight = resize(weight, width=width, height=height)
    near = np.asarray(cv2.GaussianBlur(total, (0, 0), _RIM_CELLS), np.float32)
    near_weight = np.asarray(cv2.GaussianBlur(weight, (0, 0), _RIM_CELLS), np.float32)
    around = near / np.maximum(near_weight, 1e-6)[..., None]
    own = total / np.maximum(weight, 1e-6)[..., None]
    # Cells that are hardly covered take the colour of their neighbours within the object.
    share = np.clip((weight - _COVERED) / (0.9 - _COVERED), 0, 1)[..., None]
    return around + share * (own - around), weight


def _origins(
    *, front: Bool[np.ndarray, " v"], covered: Bool[np.ndarray, " v"]
) -> UInt8[np.ndarray, " v"]:
    """Seen on the front, mirrored on the back, inferred where parts were widened."""
    where_covered = np.where(front, Origin.OBSERVED.value, Origin.MIRRORED.value)
    return np.where(covered, where_covered, Origin.INFERRED.value).astype(np.uint8)
