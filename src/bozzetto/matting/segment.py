"""Find the object in a photograph: a coarse mask at the photo's own size.

The network looks twice, at the whole picture and at the object's box, because it sees only 320
pixels either way. On a plain backdrop the colours correct what it missed.
Letters: h w rows and columns.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from bozzetto.errors import PhotoError
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import fit_within, resize
from bozzetto.matting.alpha import ALPHA_CHANNEL
from bozzetto.matting.models.base import MattingModel
from bozzetto.matting.models.registry import DEFAULT_MODEL, load_model
from bozzetto.matting.plain_background import (
    PlainOptions,
    combine_with_backdrop,
    find_backdrop,
)
from bozzetto.matting.shape import bounds, is_box
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

Plane = Float32[np.ndarray, "h w"]
_WORKING_PX = 1280
_ADVICE = (
    "Photograph one object that fills most of the frame before a plain background, "
    "paint a mask yourself (--mask), or mark the object with a stroke."
)


@dataclass(frozen=True, kw_only=True)
class SegmentOptions:
    """How the object is found."""

    model: str = DEFAULT_MODEL
    """Name of the matting model."""
    box_margin: float = 0.12
    """Margin around the object's box for the second look, as a share of its longer side."""
    min_area: float = 0.02
    """Smallest share of the photo that counts as an object."""
    plain_background: bool = True
    """Let the colours of a plain backdrop correct the network."""
    plain: PlainOptions = field(default_factory=PlainOptions)
    """When a backdrop is plain."""


def segment(
    photo: Photo,
    *,
    options: SegmentOptions = SegmentOptions(),
    model: MattingModel | None = None,
) -> Mask:
    """Find the object.

    Args:
        photo: The photograph; its own alpha channel is not looked at (see `mask_from_alpha`).
        options: How to look.
        model: A loaded network to use; None loads the one that the options name.

    Returns:
        A soft mask at the photo's size whose edges are a few pixels wide (`refine_alpha` makes
        them exact). `confidence` is the share of the object's pixels that are decided.

    Raises:
        PhotoError: No object was found.
        ResourceError: The model cannot be loaded.
    """
    network = model or load_model(options.model)
    small = srgb_from_linear(fit_within(photo.linear_rgb, longest_px=_WORKING_PX))
    alpha = _look_twice(network, small, options)
    if options.plain_background:
        backdrop = find_backdrop(small, options=options.plain)
        if backdrop is not None:
            alpha = combine_with_backdrop(small, alpha, backdrop, options=options.plain)
    _refuse_nothing(alpha, photo, options)
    confidence = decidedness(alpha)
    if alpha.shape != (photo.height, photo.width):
        alpha = resize(alpha, width=photo.width, height=photo.height)
    return Mask(alpha=np.clip(alpha, 0, 1), source=network.card.name, confidence=confidence)


def mask_from_alpha(photo: Photo) -> Mask | None:
    """Return the photo's own alpha channel as its mask.

    None where the channel says nothing: there is none, it shows all or nothing, or it is a plain
    box, as programs write that only enlarge the canvas.
    """
    alpha = photo.alpha
    if alpha is None or alpha.max() < 0.5 or alpha.min() >= 0.5 or is_box(alpha):
        return None
    return Mask(alpha=np.clip(alpha, 0, 1), source=ALPHA_CHANNEL)


def decidedness(alpha: Plane) -> float:
    """Return 1 when every pixel is object or not, less the more of the object is in between."""
    between = np.count_nonzero((alpha > 0.1) & (alpha < 0.9))
    inside = np.count_nonzero(alpha >= 0.5)
    return float(np.clip(1 - between / max(inside, 1), 0, 1))


def _look_twice(
    network: MattingModel, srgb: Float32[np.ndarray, "h2 w2 3"], options: SegmentOptions
) -> Float32[np.ndarray, "h2 w2"]:
    """Run the network on the whole picture, then on the box of what it found."""
    height, width = srgb.shape[:2]
    whole = resize(network.saliency(srgb), width=width, height=height)
    found = bounds(whole > 0.5)
    if found is None:
        return whole
    margin = round(options.box_margin * max(found.x1 - found.x0, found.y1 - found.y0))
    y0, y1 = max(found.y0 - margin, 0), min(found.y1 + margin, height)
    x0, x1 = max(found.x0 - margin, 0), min(found.x1 + margin, width)
    box = resize(network.saliency(srgb[y0:y1, x0:x1]), width=x1 - x0, height=y1 - y0)
    if (box > 0.5).sum() < 0.2 * (whole > 0.5).sum():
        return whole  # The close-up lost the object among its own parts.
    result = np.zeros_like(whole)
    result[y0:y1, x0:x1] = box
    return result


def _refuse_nothing(
    alpha: Float32[np.ndarray, "h2 w2"], photo: Photo, options: SegmentOptions
) -> None:
    """Stop when there is no object in the mask."""
    area = float((alpha > 0.5).mean())
    if area == 0:
        raise PhotoError(f"No object was found in {photo.name}.", advice=_ADVICE)
    if area < options.min_area:
        raise PhotoError(
            f"What was found in {photo.name} covers {area:.1%} of the picture, "
            f"less than {options.min_area:.0%}.",
            advice=_ADVICE,
        )
