"""Cut the square around the object that the network looks at.

Letters: h w rows and columns of the photo, s side of the network's picture, n points.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.inflate.grid import WorkingGrid
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import resize
from bozzetto.views.foreground import Foreground

FILL = 0.85
"""Share of the crop's side that the longer side of the mask's box takes."""
_OPAQUE = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Crop:
    """A square of the photo; it may reach beyond the photo's frame."""

    corner_px: tuple[int, int]
    """Photo position (x, y) of its top left corner."""
    side_px: int
    """Its side in photo pixels."""

    @property
    def centre_px(self) -> tuple[float, float]:
        """Photo position (x, y) of its middle."""
        return self.corner_px[0] + self.side_px / 2, self.corner_px[1] + self.side_px / 2

    def coordinates(self, pixels: Float64[np.ndarray, "n 2"]) -> Float64[np.ndarray, "n 2"]:
        """Turn photo positions (x, y) into crop coordinates (u, v)."""
        return (pixels - np.array(self.centre_px)) * (2 / self.side_px)


def crop_around(foreground: Foreground, grid: WorkingGrid) -> Crop:
    """Choose the square whose side is the mask's longer side over `FILL`, on whole pixels."""
    rows, columns = grid.inside.shape
    x0, y0 = (max(int(value), 0) for value in grid.corner_px)
    x1 = int(np.ceil(grid.corner_px[0] + columns * grid.cell_px[0]))
    y1 = int(np.ceil(grid.corner_px[1] + rows * grid.cell_px[1]))
    opaque = foreground.alpha[y0:y1, x0:x1] > _OPAQUE
    across, down = np.flatnonzero(opaque.any(axis=0)), np.flatnonzero(opaque.any(axis=1))
    left, right = x0 + int(across[0]), x0 + int(across[-1]) + 1
    top, bottom = y0 + int(down[0]), y0 + int(down[-1]) + 1
    side = max(round(max(right - left, bottom - top) / FILL), 8)
    corner = round((left + right - side) / 2), round((top + bottom - side) / 2)
    return Crop(corner_px=corner, side_px=side)


def picture_of(foreground: Foreground, crop: Crop, *, side_px: int) -> Float32[np.ndarray, "4 s s"]:
    """Return the crop as the network wants it: straight sRGB and alpha, averaged over areas.

    Averages are taken in linear light. Beyond the photo's frame its border colours go on, and
    alpha is 0.
    """
    rgb = resize(
        _window(foreground.linear_rgb, crop, cv2.BORDER_REPLICATE), width=side_px, height=side_px
    )
    alpha = resize(
        _window(foreground.alpha, crop, cv2.BORDER_CONSTANT), width=side_px, height=side_px
    )
    picture = np.concatenate([srgb_from_linear(rgb), np.clip(alpha, 0, 1)[..., None]], axis=2)
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def _window(
    image: Float32[np.ndarray, "h w *c"], crop: Crop, border: int
) -> Float32[np.ndarray, "_ _ *c"]:
    """Cut the crop out of a picture, extended where it reaches beyond."""
    height, width = image.shape[:2]
    (x0, y0), side = crop.corner_px, crop.side_px
    x1, y1 = x0 + side, y0 + side
    inner = image[max(y0, 0) : min(y1, height), max(x0, 0) : min(x1, width)]
    reach = (max(-y0, 0), max(y1 - height, 0), max(-x0, 0), max(x1 - width, 0))
    if not any(reach):
        return np.ascontiguousarray(inner)
    return np.asarray(cv2.copyMakeBorder(inner, *reach, border), np.float32)
