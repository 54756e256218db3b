"""Masks that cannot be what was meant, and silhouettes that hide the object's structure.

Letters: h w rows and columns.
"""

import cv2
import numpy as np
from jaxtyping import Bool

from bozzetto.capture.evidence import PreparedPhoto, bounding_box, filled_box
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding, Region, Severity

_INVERTED_BORDER = 0.75
_HOLE_SHARE = 0.03
_LIKE_ITS_MIRROR = 0.8
"""Correlation of brightness with the mirror image from which the inside counts as symmetric."""
_MIRROR_PX = 128
_THIN = 12.0
"""Aspect of a silhouette that is likely seen from its edge."""


def find_mask_faults(evidence: PreparedPhoto) -> list[Finding]:
    """Judge the mask's own plausibility."""
    if not evidence.has_mask:
        return []
    return _inverted(evidence) or _box_mask(evidence)


def find_hiding_view(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge whether the view shows more than one face of the object."""
    if not evidence.has_mask:
        return []
    return _frontal(evidence, options=options) or _edge_on(evidence)


def _inverted(evidence: PreparedPhoto) -> list[Finding]:
    """A mask that holds the frame and leaves out an island is that of the background."""
    inside = evidence.overview.inside
    border = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    share = float(border.mean())
    hole = _enclosed(~inside)
    if share < _INVERTED_BORDER or hole.mean() < _HOLE_SHARE:
        return []
    return [
        evidence.finding(
            "mask.inverted",
            f"The mask seems inverted: it covers {share:.0%} of the frame's border, "
            "and leaves out what is inside.",
            fix="Invert the mask: white is the object, black the background.",
            measured=share,
            limit=_INVERTED_BORDER,
            where=evidence.region(hole),
            severity=Severity.ERROR,
        )
    ]


def _enclosed(spots: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Return the largest piece, if little of it lies on the frame's border."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(spots.astype(np.uint8))
    if count < 2:
        return np.zeros_like(spots)
    largest = 1 + int(np.asarray(stats)[1:, cv2.CC_STAT_AREA].argmax())
    piece = np.asarray(labels) == largest
    border = np.concatenate([piece[0], piece[-1], piece[:, 0], piece[:, -1]])
    return piece if border.mean() < 1 - _INVERTED_BORDER else np.zeros_like(spots)


def _box_mask(evidence: PreparedPhoto) -> list[Finding]:
    """A hand-made cut-out that fills an upright rectangle has kept its background.

    A network's mask may do so too, for a box seen from the front.
    """
    inside = evidence.overview.inside
    if not evidence.mask_is_hand_made or filled_box(inside) is None:
        return []
    return [_box_finding(evidence, evidence.region(inside))]


def find_box_alpha(evidence: PreparedPhoto) -> list[Finding]:
    """Judge the file's own alpha where another mask is used instead of it."""
    if evidence.alpha_box is None or evidence.mask_is_hand_made:
        return []
    return [_box_finding(evidence, evidence.alpha_box)]


def _box_finding(evidence: PreparedPhoto, where: Region | None) -> Finding:
    """Say that a cut-out is none."""
    return evidence.finding(
        "mask.box",
        "The cut-out is a plain rectangle: the background seems to be still in it.",
        fix="Cut the object out along its outline, or give the photo without alpha.",
        measured=1.0,
        limit=1.0,
        where=where,
    )


def _frontal(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """A picture that equals its mirror image shows the front, or one side, and nothing else."""
    box = bounding_box(evidence.overview.inside)
    if box is None:
        return []
    window = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    size = (_MIRROR_PX, _MIRROR_PX)
    alpha = cv2.resize(evidence.overview.alpha[window], size, interpolation=cv2.INTER_AREA)
    luma = cv2.resize(evidence.overview.luma[window], size, interpolation=cv2.INTER_AREA)
    solid, mirrored = np.asarray(alpha) > 0.5, np.asarray(alpha)[:, ::-1] > 0.5
    both = solid & mirrored
    overlap = float(both.sum() / max(int((solid | mirrored).sum()), 1))
    values = np.asarray(luma)[both], np.asarray(luma)[:, ::-1][both]
    alike = overlap >= options.symmetry and _correlation(*values) >= _LIKE_ITS_MIRROR
    if not alike:
        return []
    return [
        evidence.finding(
            "view.frontal",
            "The object is seen exactly from the front: its depth does not show.",
            fix="Turn it or yourself by 30 to 45 degrees, and look slightly down at it.",
            measured=overlap,
            limit=options.symmetry,
            severity=Severity.INFO,
        )
    ]


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return the correlation of two samples; 1 where both are constant."""
    a, b = first - first.mean(), second - second.mean()
    power = float((a * a).sum() * (b * b).sum())
    return float((a * b).sum()) / power**0.5 if power > 1e-9 else 1.0


def _edge_on(evidence: PreparedPhoto) -> list[Finding]:
    """A needle of a silhouette is mostly a flat thing seen from its edge."""
    points = cv2.findNonZero(evidence.overview.inside.astype(np.uint8))
    (_, sides, _) = cv2.minAreaRect(np.asarray(points))
    aspect = max(sides) / max(min(sides), 1.0)
    if aspect < _THIN:
        return []
    return [
        evidence.finding(
            "view.edge_on",
            f"The object is {aspect:.0f} times as long as wide: it may be seen from its edge.",
            fix="If it is flat, photograph its broad side at an angle.",
            measured=aspect,
            limit=_THIN,
            severity=Severity.INFO,
        )
    ]
