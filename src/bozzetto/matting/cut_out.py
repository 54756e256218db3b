"""Cut the object out: its own colours, free of the background, also beyond its edge.

A pixel on the edge is a mixture, `photo = alpha * object + (1 - alpha) * background` in linear
light. Both colours are first guessed by spreading what is certain (a pyramid, after Germer et al.
2020, "Fast Multi-Level Foreground Estimation"), then corrected so that the mixture gives the photo
(Forte 2021, "Approximate Fast Foreground Colour Estimation").
Letters: h w rows and columns.
"""

import cv2
import numpy as np
from jaxtyping import Float32

from bozzetto.matting.alpha import ALPHA_CHANNEL, require_same_size
from bozzetto.views.foreground import Foreground
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

Plane = Float32[np.ndarray, "h w"]
Picture = Float32[np.ndarray, "h w 3"]
_ROWS_AT_ONCE = 256
"""Full-size pictures are the better part of the memory of a run; arithmetic on rows needs few."""
_TRUST = 8
"""Power of alpha that weighs how far a pixel's colour may be spread: 0.9 counts 0.43, 0.5 nothing.
Colours from mixed pixels would carry the background along."""


def cut_out(photo: Photo, mask: Mask) -> Foreground:
    """Separate the object from its background.

    Args:
        photo: The photograph.
        mask: What belongs to the object, at the photo's size; refined (see `refine_alpha`).

    Returns:
        The object's colours and alpha. Pixels of alpha 1 keep the photo's colours bit for bit;
        outside the object its colours go on, so no lookup across the edge meets background.

    Raises:
        InputError: Mask and photo differ in size.
    """
    require_same_size(photo, mask)
    colours, alpha = photo.linear_rgb, mask.alpha
    spread = spread_colours(colours, alpha**_TRUST)
    # The hidden pixels of an alpha channel are not the background that was there: none is known.
    hidden = mask.source.startswith(ALPHA_CHANNEL)
    background = None if hidden else spread_colours(colours, (1 - alpha) ** _TRUST)
    result = np.empty_like(colours)
    for top in range(0, len(alpha), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        own = _own_colours(
            colours[rows],
            alpha[rows],
            guess=spread[rows],
            background=None if background is None else background[rows],
        )
        result[rows] = np.where((alpha[rows] >= 1)[:, :, None], colours[rows], np.clip(own, 0, 1))
    return Foreground(
        name=photo.name,
        sha256=photo.sha256,
        linear_rgb=result,
        alpha=alpha,
        focal_px=photo.focal_px,
    )


def _own_colours(
    colours: Picture, alpha: Plane, *, guess: Picture, background: Picture | None
) -> Picture:
    """Correct the guessed colours so that mixed with the background they give the photo."""
    weight = alpha[:, :, None]
    if background is None:  # Nothing can be subtracted.
        return guess + (colours - guess) * (weight * weight)
    missing = colours - weight * guess - (1 - weight) * background
    # Least squares shares the difference between object and background by their weights.
    step = weight / (weight * weight + (1 - weight) * (1 - weight))
    return guess + step * missing


def spread_colours(colours: Picture, weights: Plane) -> Picture:
    """Fill a picture from its trusted pixels: near ones where there are any, else far ones.

    Args:
        colours: The picture.
        weights: 0 (unknown) to 1 (trusted) per pixel.
    """
    if max(weights.shape) == 1 or not weights.any():
        return colours
    height, width = weights.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    weighted = np.asarray(
        cv2.resize(colours * weights[:, :, None], half, interpolation=cv2.INTER_AREA), np.float32
    )
    coarse_weights = np.asarray(cv2.resize(weights, half, interpolation=cv2.INTER_AREA), np.float32)
    coarse = weighted.reshape(half[1], half[0], 3) / np.maximum(coarse_weights, 1e-12)[:, :, None]
    # Doubling lets a single trusted pixel count fully two levels up instead of fading for ever.
    filled = spread_colours(coarse.astype(np.float32), np.minimum(2 * coarse_weights, 1))
    up = np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    up = up.reshape(height, width, 3)
    for top in range(0, height, _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        weight = weights[rows, :, None]
        # This form gives trusted pixels back exactly; up + (colours - up) * weight would round.
        up[rows] = up[rows] * (1 - weight) + colours[rows] * weight
    return up
