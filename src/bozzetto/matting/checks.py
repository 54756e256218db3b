"""Look for the ways in which masks go wrong, and say where.

Lengths scale with the photo: a mask is judged at 512 pixels. Letters: h w rows and columns.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int32

from bozzetto.findings import Finding, Region, Severity
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import fit_within
from bozzetto.matting.alpha import require_same_size
from bozzetto.matting.segment import decidedness
from bozzetto.matting.shape import bounds, is_box, looks_inverted
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

Plane = Float32[np.ndarray, "h w"]
Pixels = Bool[np.ndarray, "h w"]
_JUDGED_PX = 512
_MIN_AREA = 0.005
_SECOND_PIECE = 0.01
_HOLE = 0.002
_THIN = 0.004
_THIN_PX = 9
_EDGE = 0.06
_CONFIDENCE = 0.75
_AGREEMENT = 0.85
_STROKE = "Correct it with a keep or remove stroke."


@dataclass(frozen=True, kw_only=True, eq=False)
class _Case:
    """A mask and its photo at the size at which they are judged."""

    name: str
    confidence: float
    srgb: Float32[np.ndarray, "h w 3"]
    alpha: Plane
    second: Plane | None
    scale: float
    """Photo pixels per pixel here."""

    @property
    def inside(self) -> Pixels:
        """What counts as object."""
        return self.alpha > 0.5

    def where(self, pixels: Pixels) -> Region | None:
        """Return the box around pixels, in the photo's pixels."""
        box = bounds(pixels)
        if box is None:
            return None
        return Region(
            x0=int(box.x0 * self.scale),
            y0=int(box.y0 * self.scale),
            x1=int(np.ceil(box.x1 * self.scale)),
            y1=int(np.ceil(box.y1 * self.scale)),
        )


def check_mask(photo: Photo, mask: Mask, *, second: Mask | None = None) -> tuple[Finding, ...]:
    """Judge a mask.

    Args:
        photo: The photograph.
        mask: Its mask.
        second: Another mask of the same photo, by another network or threshold; makes the search
            for lost parts surer and adds `mask.disagreement`.

    Returns:
        Findings `mask.empty`, `.inverted`, `.box`, `.frame`, `.pieces`, `.holes`, `.thin_parts`,
        `.confidence`, `.disagreement`, as far as they apply; nothing for a clean mask.

    Raises:
        InputError: A mask is not of the photo's size.
    """
    require_same_size(photo, mask)
    if second is not None:
        require_same_size(photo, second)
    case = _Case(
        name=photo.name,
        confidence=min(mask.confidence, decidedness(mask.alpha)),
        srgb=srgb_from_linear(fit_within(photo.linear_rgb, longest_px=_JUDGED_PX)),
        alpha=_small(mask),
        second=None if second is None else _small(second),
        scale=max(1.0, max(photo.width, photo.height) / _JUDGED_PX),
    )
    if empty := _empty(case):
        return (empty,)
    if inverted := _inverted(case):
        return (inverted,)
    found = (check(case) for check in _CHECKS)
    return tuple(finding for finding in found if finding is not None)


def _small(mask: Mask) -> Plane:
    """Shrink a mask to the size at which it is judged."""
    return np.clip(fit_within(mask.alpha, longest_px=_JUDGED_PX), 0, 1)


def _empty(case: _Case) -> Finding | None:
    """Look for masks without an object worth the name."""
    area = float(case.inside.mean())
    if area >= _MIN_AREA:
        return None
    return Finding(
        code="mask.empty",
        severity=Severity.ERROR,
        message=f"The mask covers {area:.2%} of the photo: no object to speak of.",
        fix="Mark the object with a keep stroke, or give a mask of your own.",
        subject=case.name,
        measured=area,
        limit=_MIN_AREA,
    )


def _inverted(case: _Case) -> Finding | None:
    """Look for masks that hold the background."""
    if not looks_inverted(case.alpha):
        return None
    return Finding(
        code="mask.inverted",
        severity=Severity.ERROR,
        message="The mask covers the photo's frame and leaves out its middle.",
        fix="Swap black and white in the mask.",
        subject=case.name,
    )


def _box(case: _Case) -> Finding | None:
    """Look for masks that are a plain rectangle."""
    if not is_box(case.alpha):
        return None
    return Finding(
        code="mask.box",
        severity=Severity.WARNING,
        message="The mask is a plain box, so the background inside it counts as object.",
        fix="Cut the object out along its outline, unless it is a box seen straight on.",
        subject=case.name,
        where=case.where(case.inside),
    )


def _frame(case: _Case) -> Finding | None:
    """Look for objects that the frame cuts off."""
    touching = np.zeros_like(case.inside)
    for edge in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1]):
        touching[edge] = case.inside[edge]
    length = int(touching.sum())
    limit = 0.01 * sum(case.alpha.shape)
    if length < limit:
        return None
    return Finding(
        code="mask.frame",
        severity=Severity.WARNING,
        message=f"The object touches the frame over {length * case.scale:.0f} pixels; "
        "what lies beyond is made up.",
        fix="Take the photo with space around the object, or remove what is not part of it.",
        subject=case.name,
        where=case.where(touching),
        measured=length * case.scale,
        limit=limit * case.scale,
    )


def _pieces(case: _Case) -> Finding | None:
    """Look for masks of more than one piece."""
    labels, sizes = _components(case.inside)
    order = np.argsort(-sizes)
    large = [piece for piece in order[1:] if sizes[piece] > _SECOND_PIECE * sizes[order[0]]]
    if not large:
        return None
    share = float(sizes[large[0]] / sizes[order[0]])
    return Finding(
        code="mask.pieces",
        severity=Severity.WARNING,
        message=f"The mask has {len(large) + 1} separate pieces; "
        f"the second has {share:.0%} of the first one's area.",
        fix="Remove what is not the object with a remove stroke, or join it with a keep stroke.",
        subject=case.name,
        where=case.where(labels == large[0] + 1),
        measured=share,
        limit=_SECOND_PIECE,
    )


def _holes(case: _Case) -> Finding | None:
    """Look for holes that show the object's own colours, not the background's."""
    labels, sizes = _components(~case.inside)
    frame = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    outside = np.isin(labels, frame[frame > 0])
    if not outside.any():
        return None
    background = np.median(case.srgb[outside], axis=0)
    area = float(case.inside.sum())
    suspicious = [
        label
        for label in range(1, len(sizes) + 1)
        if sizes[label - 1] > _HOLE * area
        and label not in frame
        and _looks_like_object(case, labels == label, background)
    ]
    if not suspicious:
        return None
    holes = np.isin(labels, suspicious)
    share = float(holes.sum() / area)
    return Finding(
        code="mask.holes",
        severity=Severity.WARNING,
        message=f"The mask has {len(suspicious)} holes where the photo looks like the object "
        f"({share:.1%} of its area).",
        fix=_STROKE,
        subject=case.name,
        where=case.where(holes),
        measured=share,
        limit=_HOLE,
    )


def _looks_like_object(case: _Case, hole: Pixels, background: Float32[np.ndarray, " 3"]) -> bool:
    """Compare a hole's colour with the object around it and with the background."""
    ring = _dilated(hole, 11) & case.inside
    colour = np.median(case.srgb[hole], axis=0)
    to_object = np.abs(colour - np.median(case.srgb[ring], axis=0)).max()
    to_background = np.abs(colour - background).max()
    return bool(to_object < 0.5 * to_background)


def _thin_parts(case: _Case) -> Finding | None:
    """Look for slender things beside the mask that a more generous mask would hold.

    Slender is what an opening takes away; it must have an edge in the photo and reach the object.
    """
    generous = case.alpha > 0.15
    if case.second is not None:
        generous |= case.second > 0.5
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_THIN_PX, _THIN_PX))
    thick = np.asarray(cv2.morphologyEx(generous.astype(np.uint8), cv2.MORPH_OPEN, kernel), bool)
    lost = generous & ~thick & ~_dilated(case.inside, 5)
    labels, sizes = _components(lost)
    if len(sizes) == 0:
        return None
    step = cv2.morphologyEx(case.srgb, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edge = np.asarray(step, np.float32).max(axis=2)
    near = _dilated(case.inside, 11)
    parts = [
        label
        for label in range(1, len(sizes) + 1)
        if sizes[label - 1] >= 12
        and (near & (labels == label)).any()
        and edge[labels == label].mean() > _EDGE
    ]
    pixels = np.isin(labels, parts)
    share = float(pixels.sum() / case.inside.sum())
    if share < _THIN:
        return None
    return Finding(
        code="mask.thin_parts",
        severity=Severity.WARNING,
        message=f"Thin parts beside the mask seem to be lost ({share:.1%} of the object's area).",
        fix="Paint over them with a keep stroke, or try --matting u2net.",
        subject=case.name,
        where=case.where(pixels),
        measured=share,
        limit=_THIN,
    )


def _confidence(case: _Case) -> Finding | None:
    """Look for masks that leave much of the object undecided."""
    if case.confidence >= _CONFIDENCE:
        return None
    undecided = (case.alpha > 0.1) & (case.alpha < 0.9)
    return Finding(
        code="mask.confidence",
        severity=Severity.WARNING,
        message=f"Much of the mask is undecided (confidence {case.confidence:.2f}).",
        fix="Photograph before a plain background, mark the object with strokes, or try "
        "--matting u2net.",
        subject=case.name,
        where=case.where(undecided),
        measured=case.confidence,
        limit=_CONFIDENCE,
    )


def _disagreement(case: _Case) -> Finding | None:
    """Compare with the second mask."""
    if case.second is None:
        return None
    other = case.second > 0.5
    agreement = float((case.inside & other).sum() / max((case.inside | other).sum(), 1))
    if agreement >= _AGREEMENT:
        return None
    return Finding(
        code="mask.disagreement",
        severity=Severity.WARNING,
        message=f"Two ways of finding the object agree on {agreement:.0%} of it only.",
        fix=_STROKE,
        subject=case.name,
        where=case.where(case.inside ^ other),
        measured=agreement,
        limit=_AGREEMENT,
    )


def _components(pixels: Pixels) -> tuple[Int32[np.ndarray, "h w"], Int32[np.ndarray, " n"]]:
    """Label connected pieces from 1 on, and count their pixels; 0 is what is not set."""
    _, labels = cv2.connectedComponents(pixels.astype(np.uint8), connectivity=8)
    labels = np.asarray(labels, np.int32)
    return labels, np.bincount(labels.ravel())[1:].astype(np.int32)


def _dilated(pixels: Pixels, side: int) -> Pixels:
    """Grow a region by half of `side` pixels."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(pixels.astype(np.uint8), kernel), np.uint8) > 0


_CHECKS: tuple[Callable[[_Case], Finding | None], ...] = (
    _box,
    _frame,
    _pieces,
    _holes,
    _thin_parts,
    _confidence,
    _disagreement,
)
