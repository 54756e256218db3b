"""Correct a mask with a person's strokes, which follow the edges of the photograph nearby.

Painted pixels obey exactly; pixels within reach of the brush join them where colours and edges say
so; everything else stays as it was, bit for bit. Strokes are data: undo means to leave one out.
Letters: h w rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.errors import InputError
from bozzetto.matting.brush import covered_box, covered_pixels
from bozzetto.matting.stroke_evidence import Walk, color_prior, walk
from bozzetto.matting.strokes_json import json_from_strokes, strokes_from_json
from bozzetto.views.mask import Mask, Stroke, StrokeKind
from bozzetto.views.photo import Photo

__all__ = ["StrokeOptions", "apply_strokes", "json_from_strokes", "strokes_from_json"]

Plane = Float32[np.ndarray, "h w"]
Picture = Float32[np.ndarray, "h w 3"]
Pixels = Bool[np.ndarray, "h w"]

_SUFFIX = "+strokes"


@dataclass(frozen=True, kw_only=True)
class StrokeOptions:
    """How far strokes act beyond the brush."""

    reach: float = 2.0
    """How far from the brush's rim pixels may follow, in radii."""
    min_reach_px: float = 8.0
    """Least reach, so that thin brushes also find the edge beside them."""
    max_reach_px: float = 48.0
    """Greatest reach, so that wide brushes do not decide what nobody looked at."""
    context_px: float = 32.0
    """Beyond the reach, how far pixels are taken as samples of the other side's colours."""
    hold: float = 0.7
    """Probability that a pixel in reach stays what it is where its colour tells nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Canvas:
    """Our own arrays, on which stroke after stroke is painted."""

    alpha: Plane
    painted: Plane
    """What strokes asked so far: 1 keep, 0 remove, NaN where none did."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Window:
    """The surroundings of one stroke."""

    picture: Picture
    """Gamma-encoded."""
    alpha: Plane
    painted: Plane
    """What earlier strokes ask: 1 keep, 0 remove, NaN where none painted."""
    under: Pixels
    """Under this stroke."""
    reach: Pixels
    """Within its reach, also under it."""
    context: Pixels
    """Where samples are taken from."""

    @property
    def is_object(self) -> Pixels:
        """What counts as object so far."""
        return self.alpha > 0.5


def apply_strokes(
    photo: Photo,
    mask: Mask,
    strokes: Sequence[Stroke],
    *,
    options: StrokeOptions = StrokeOptions(),
) -> Mask:
    """Correct a mask.

    Pixels whose centre is under a `keep` (`remove`) stroke get alpha 1 (0) exactly, where strokes
    overlap by the last one; within its reach a `keep` stroke only adds and a `remove` stroke only
    takes away. Pixels under an `unsure` stroke are decided anew by the colours around it, and
    forget earlier strokes. Parts of strokes outside the picture have no effect.

    Args:
        photo: The photograph whose edges are followed.
        mask: Of the photo's size.
        strokes: In the order in which they were painted.
        options: How far strokes act.

    Returns:
        The corrected mask, its source marked with `+strokes`; `mask` itself where no stroke
        touches the picture.

    Raises:
        InputError: The mask is not of the photo's size.
    """
    _check_sizes(photo, mask)
    canvas = _Canvas(alpha=np.array(mask.alpha), painted=np.full_like(mask.alpha, np.nan))
    touched = [_paint(canvas, stroke, photo=photo, options=options) for stroke in strokes]
    if not any(touched):
        return mask
    source = mask.source if mask.source.endswith(_SUFFIX) else mask.source + _SUFFIX
    return replace(mask, alpha=canvas.alpha, source=source)


def _check_sizes(photo: Photo, mask: Mask) -> None:
    """Refuse a mask of another picture."""
    height, width = mask.alpha.shape
    if (width, height) != (photo.width, photo.height):
        raise InputError(
            f"A mask of {photo.width} x {photo.height} pixels is wanted for {photo.name}, "
            f"got {width} x {height}.",
            advice="Use the mask of this photo.",
        )


def _paint(canvas: _Canvas, stroke: Stroke, *, photo: Photo, options: StrokeOptions) -> bool:
    """Apply one stroke to the canvas; False if it covers no pixel."""
    radius = float(stroke.radius_px)
    reach = float(np.clip(options.reach * radius, options.min_reach_px, options.max_reach_px))
    wide = radius + reach + options.context_px
    corners = stroke.corners
    box = covered_box(corners, wide, width=photo.width, height=photo.height)
    if box is None:
        return False
    under = covered_pixels(corners, radius, box=box)
    if not under.any():
        return False
    part = (slice(box.y0, box.y1), slice(box.x0, box.x1))
    window = _Window(
        # Gamma 2 is near enough to the eye's for comparing colours, and fast.
        picture=np.sqrt(np.clip(photo.linear_rgb[part], 0, 1)),
        alpha=canvas.alpha[part],
        painted=canvas.painted[part],
        under=under,
        reach=covered_pixels(corners, radius + reach, box=box),
        context=covered_pixels(corners, wide, box=box),
    )
    canvas.alpha[part] = _CORRECTIONS[stroke.kind](window, options)
    canvas.painted[part] = np.where(under, _PAINTED[stroke.kind], window.painted)
    return True


def _keep(window: _Window, options: StrokeOptions) -> Plane:
    """Add what is under the stroke, and what belongs to it within reach."""
    colors = window.picture
    is_open = window.reach & ~window.under & ~window.is_object & np.isnan(window.painted)
    others = window.context & ~window.under & ~window.is_object
    prior = np.zeros_like(window.alpha)
    prior[is_open] = color_prior(
        colors[is_open],
        of_object=colors[window.under],
        of_background=colors[others],
        expected=1 - options.hold,
    )
    # Only strokes spread. The object's old rim is not open, and would leak over soft edges.
    settled = np.where(window.under, 1, window.painted)
    is_settled = ~np.isnan(settled)
    value = walk(
        Walk(
            picture=colors,
            prior=prior,
            is_open=is_open,
            is_settled=is_settled,
            settled=np.where(is_settled, settled, 0).astype(np.float32),
        )
    )
    joined = _joined(is_open & (value > 0.5), window.under)
    is_object = joined | window.is_object | window.under
    result = _with_soft_edge(window, is_object, window.reach & np.isnan(window.painted))
    return np.where(window.under, 1, np.maximum(result, window.alpha)).astype(np.float32)


def _remove(window: _Window, options: StrokeOptions) -> Plane:
    """Take away what is under the stroke, and what belongs to it within reach."""
    inverse = replace(window, alpha=1 - window.alpha, painted=1 - window.painted)
    added = _keep(inverse, options)
    # 1 - (1 - alpha) may differ from alpha in the last bit, so what did not change is taken over.
    return np.where(added > inverse.alpha, 1 - added, window.alpha).astype(np.float32)


def _unsure(window: _Window, options: StrokeOptions) -> Plane:
    """Decide what is under the stroke anew, by the colours and labels around it."""
    around = window.context & ~window.under
    colors = window.picture
    prior = np.zeros_like(window.alpha)
    prior[window.under] = color_prior(
        colors[window.under],
        of_object=colors[around & window.is_object],
        of_background=colors[around & ~window.is_object],
        expected=0.5,
    )
    value = walk(
        Walk(
            picture=colors,
            prior=prior,
            is_open=window.under,
            is_settled=around,
            settled=window.is_object.astype(np.float32),
        )
    )
    is_object = np.where(window.under, value > 0.5, window.is_object)
    soft = _with_soft_edge(window, is_object, window.under)
    return np.where(window.under, soft, window.alpha).astype(np.float32)


def _joined(candidates: Pixels, under: Pixels) -> Pixels:
    """Keep the candidates that hang together with the stroke."""
    both = (candidates | under).astype(np.uint8)
    count, labels = cv2.connectedComponents(both, connectivity=8)
    labels = np.asarray(labels, np.int32)
    kept = np.zeros(count, bool)
    kept[labels[under]] = True
    return kept[labels] & candidates


def _with_soft_edge(window: _Window, is_object: Pixels, may_change: Pixels) -> Plane:
    """Return alpha with what changed drawn in, its edge one to two pixels wide."""
    changed = is_object != window.is_object
    near = cv2.dilate(changed.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    soft = cv2.GaussianBlur(is_object.astype(np.float32), (3, 3), 0.7)
    soft = np.clip(np.asarray(soft, np.float32), 0, 1)
    return np.where(near & may_change, soft, window.alpha).astype(np.float32)


_CORRECTIONS = {StrokeKind.KEEP: _keep, StrokeKind.REMOVE: _remove, StrokeKind.UNSURE: _unsure}
_PAINTED = {StrokeKind.KEEP: 1.0, StrokeKind.REMOVE: 0.0, StrokeKind.UNSURE: float("nan")}
