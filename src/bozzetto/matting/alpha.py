"""Refine a coarse mask to the photo's own edges.

Only a band along the mask's edge is worked on, tile by tile, so that memory stays small at any
photo size. The guided filter draws the edge to the picture's; a contrast step takes back the haze
that any linear model leaves. Letters: h w rows and columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.errors import InputError
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.matting.guided import guided_filter
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

Plane = Float32[np.ndarray, "h w"]
Window = tuple[slice, slice]
_TILE_PX = 512


@dataclass(frozen=True, kw_only=True)
class AlphaOptions:
    """How far and how closely edges are refined."""

    band: float = 0.008
    """Half the width of the band along the edge, as a share of the photo's longer side."""
    radius: float = 0.005
    """Half the window of the guided filter, as a share of the photo's longer side."""
    epsilon: float = 1e-4
    """Variance of sRGB colours below which a window counts as flat."""
    contrast: float = 1.75
    """Slope about one half that sharpens the filtered edge; 1 leaves it."""


def refine_alpha(photo: Photo, mask: Mask, *, options: AlphaOptions = AlphaOptions()) -> Mask:
    """Make the edge of a mask follow the photo.

    A mask that is the photo's own alpha channel is exact already and comes back as it is.

    Args:
        photo: The photograph.
        mask: A coarse mask at the photo's size.
        options: How to refine.

    Returns:
        A mask that is exactly 0 or 1 outside the band.

    Raises:
        InputError: Mask and photo differ in size.
    """
    require_same_size(photo, mask)
    if mask.source.startswith(ALPHA_CHANNEL):
        return mask
    longest = max(photo.width, photo.height)
    band = edge_band(mask.alpha, width_px=max(2, round(options.band * longest)))
    radius = max(2, round(options.radius * longest))
    alpha = (mask.alpha > 0.5).astype(np.float32)
    for inner in _tiles(band):
        outer = _grown(inner, 2 * radius, band)
        guide = srgb_from_linear(photo.linear_rgb[outer])
        source = np.asarray(mask.alpha[outer])
        fine = guided_filter(source, guide, radius_px=radius, epsilon=options.epsilon)
        fine = np.clip((fine - 0.5) * options.contrast + 0.5, 0, 1)
        inside = _relative(inner, outer)
        alpha[inner] = np.where(band[inner], fine[inside], alpha[inner])
    return replace(mask, alpha=alpha)


ALPHA_CHANNEL = "alpha-channel"
"""How `Mask.source` begins for masks that are the photo's own alpha channel."""


def require_same_size(photo: Photo, mask: Mask) -> None:
    """Refuse a mask that does not belong to the photo.

    Raises:
        InputError: The sizes differ.
    """
    height, width = mask.alpha.shape
    if (width, height) != (photo.width, photo.height):
        raise InputError(
            f"The mask of {photo.name} is {width} x {height}, "
            f"the photo {photo.width} x {photo.height} pixels.",
            advice="Make the mask again at the photo's size.",
        )


def edge_band(alpha: Plane, *, width_px: int) -> Bool[np.ndarray, "h w"]:
    """Return the unknown part of the trimap: near the edge, or undecided."""
    inside = (alpha > 0.5).astype(np.uint8)
    side = 2 * width_px + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    near_edge = np.asarray(cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, kernel), np.uint8) > 0
    return near_edge | ((alpha > 0.1) & (alpha < 0.9))


def _tiles(band: Bool[np.ndarray, "h w"]) -> Iterator[Window]:
    """List the tiles that hold a part of the band."""
    height, width = band.shape
    for y in range(0, height, _TILE_PX):
        for x in range(0, width, _TILE_PX):
            window = (slice(y, min(y + _TILE_PX, height)), slice(x, min(x + _TILE_PX, width)))
            if band[window].any():
                yield window


def _grown(window: Window, margin: int, like: Bool[np.ndarray, "h w"]) -> Window:
    """Grow a window on all sides, within the picture."""
    rows, columns = window
    return (
        slice(max(rows.start - margin, 0), min(rows.stop + margin, like.shape[0])),
        slice(max(columns.start - margin, 0), min(columns.stop + margin, like.shape[1])),
    )


def _relative(inner: Window, outer: Window) -> Window:
    """Express a window in the pixels of the window around it."""
    y, x = outer[0].start, outer[1].start
    return (
        slice(inner[0].start - y, inner[0].stop - y),
        slice(inner[1].start - x, inner[1].stop - x),
    )
