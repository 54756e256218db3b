"""How well the object stands out from its background.

Letters: h w rows and columns, c channels.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.capture.evidence import Overview, PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding

_BAND = 0.05
"""Width of the bands on both sides of the rim, relative to the object's size."""
_GAP = 0.008
"""Width left out at the rim itself, where mask and photo may disagree."""
_NEIGHBOURHOOD = 0.35
"""How far around the object clutter counts, relative to its box."""
_EDGE = 0.03
_MIN_SHARE = 0.02


def find_background(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge contrast and calm of the background; a cut-out has none to judge."""
    if not evidence.has_mask or evidence.is_cut_out:
        return []
    return [
        *_low_contrast(evidence, options=options),
        *_clutter(evidence, options=options),
    ]


def _low_contrast(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Compare colours on both sides of the rim."""
    difference, rim = rim_difference(evidence.overview)
    if not rim.any():
        return []
    weak = rim & (difference < options.rim_contrast)
    share = float(weak.sum() / rim.sum())
    if share <= options.low_contrast_rim:
        return []
    return [
        evidence.finding(
            "background.contrast",
            f"Along {share:.0%} of its outline the object looks like its background.",
            fix="Put the object before a plain background of another colour or brightness.",
            measured=share,
            limit=options.low_contrast_rim,
            where=evidence.region(weak),
        )
    ]


def rim_difference(
    overview: Overview,
) -> tuple[Float32[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]:
    """Return the colour difference (CIE76) between both sides of the rim, and where it holds."""
    inside = overview.inside
    size = float(np.sqrt(max(int(inside.sum()), 1)))
    depth_in, depth_out = _distance(inside), _distance(~inside)
    gap, band = max(1.0, _GAP * size), max(3.0, _BAND * size)
    inner = (depth_in > gap) & (depth_in <= gap + band)
    outer = (depth_out > gap) & (depth_out <= gap + band)
    lab = np.asarray(cv2.cvtColor(overview.rgb, cv2.COLOR_RGB2LAB), np.float32)
    reach = 2 * int(gap + band) + 1
    mean_in, has_in = _mean_nearby(lab, inner, reach=reach)
    mean_out, has_out = _mean_nearby(lab, outer, reach=reach)
    rim = inside & (depth_in <= 1.5) & has_in & has_out
    difference = np.linalg.norm(mean_in - mean_out, axis=2)
    return difference.astype(np.float32), rim


def _distance(spots: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return each true pixel's distance to the nearest false one."""
    return np.asarray(cv2.distanceTransform(spots.astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _mean_nearby(
    colors: Float32[np.ndarray, "h w c"], spots: Bool[np.ndarray, "h w"], *, reach: int
) -> tuple[Float32[np.ndarray, "h w c"], Bool[np.ndarray, "h w"]]:
    """Average the colours of the spots around every pixel, and tell where there are enough."""
    weight = np.asarray(cv2.boxFilter(spots.astype(np.float32), -1, (reach, reach)), np.float32)
    total = cv2.boxFilter(colors * spots[..., None], -1, (reach, reach))
    mean = np.asarray(total, np.float32) / np.maximum(weight, 1e-6)[..., None]
    return mean, weight > _MIN_SHARE


def _clutter(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Count edges in the background near the object."""
    ring = _ring(evidence.overview)
    if ring.mean() < _MIN_SHARE:
        return []
    edges = busy_pixels(evidence.overview) & ring
    share = float(edges.sum() / ring.sum())
    if share <= options.clutter:
        return []
    return [
        evidence.finding(
            "background.clutter",
            f"The background is busy: {share:.0%} of it around the object are edges.",
            fix="Clear the surroundings, or hang a plain cloth or paper behind the object.",
            measured=share,
            limit=options.clutter,
            where=evidence.region(ring),
        )
    ]


def busy_pixels(overview: Overview) -> Bool[np.ndarray, "h w"]:
    """Return pixels at which brightness changes notably."""
    smooth = cv2.GaussianBlur(overview.luma, (0, 0), 1.0)
    gx = np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0), np.float32) / 32
    gy = np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1), np.float32) / 32
    return np.hypot(gx, gy) > _EDGE


def _ring(overview: Overview) -> Bool[np.ndarray, "h w"]:
    """Return the background around the object, without the object's own blurred rim."""
    inside = overview.inside
    depth = _distance(~inside)
    size = float(np.sqrt(max(int(inside.sum()), 1)))
    return (depth > max(4.0, 0.03 * size)) & (depth < max(12.0, _NEIGHBOURHOOD * size))
