"""Surfaces that pictures cannot be trusted on: glass and mirrors.

Both are guesses from their usual traces, so the messages say "likely".
Letters: h w rows and columns, c channels.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.capture.evidence import Overview, PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding

_RIM = 0.05
_SOFT = (0.1, 0.9)
_LOOKS_ALIKE = 10.0
"""CIE76 up to which the inside of the object counts as background seen through it."""
_VISIBLE_RIM = 0.018
"""Gradient at the outline, upper quarter: glass shows edges, a faulty mask on bare ground none."""
_GLINT = 0.93
_GLINT_ABOVE = 0.3
_GREY = 0.16


def find_surface(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge whether the object is likely transparent or mirror-like."""
    if not evidence.has_mask:
        return []
    return [
        *_transparent(evidence, options=options),
        *_mirror_like(evidence, options=options),
    ]


def _transparent(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Look for a half-transparent mask, then for background inside the object."""
    core = evidence.overview.core(_RIM)
    alpha = evidence.overview.alpha
    solid = _filled(alpha > _SOFT[0])
    deep = _deep(solid)
    soft = deep & (alpha > _SOFT[0]) & (alpha < _SOFT[1])
    softness = float(soft.sum() / max(int(deep.sum()), 1))
    if softness > options.soft_interior:
        return [_transparent_finding(evidence, softness, limit=options.soft_interior, spots=soft)]
    if evidence.is_cut_out or not core.any():
        return []
    through = core & (_background_difference(evidence) < _LOOKS_ALIKE)
    share = float(through.sum() / core.sum())
    if share <= options.see_through or _rim_edge(evidence.overview) < _VISIBLE_RIM:
        return []
    return [_transparent_finding(evidence, share, limit=options.see_through, spots=through)]


def _transparent_finding(
    evidence: PreparedPhoto, measured: float, *, limit: float, spots: Bool[np.ndarray, "h w"]
) -> Finding:
    """Say that light goes through."""
    return evidence.finding(
        "surface.transparent",
        f"The object is likely transparent: {measured:.0%} of it show what is behind.",
        fix="Fill it, dust it with powder, or expect a guess where it is clear.",
        measured=measured,
        limit=limit,
        where=evidence.region(spots),
    )


def _rim_edge(overview: Overview) -> float:
    """Return how strong the edge along the outline is, by its upper quarter."""
    inside = overview.inside.astype(np.uint8)
    kernel = np.ones((5, 5), np.uint8)
    rim = np.asarray(cv2.dilate(inside, kernel)) != np.asarray(cv2.erode(inside, kernel))
    gx = np.asarray(cv2.Scharr(overview.luma, cv2.CV_32F, 1, 0), np.float32) / 32
    gy = np.asarray(cv2.Scharr(overview.luma, cv2.CV_32F, 0, 1), np.float32) / 32
    return float(np.percentile(np.hypot(gx, gy)[rim], 75)) if rim.any() else 0.0


def _filled(spots: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Close small gaps."""
    closed = cv2.morphologyEx(spots.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return np.asarray(closed) > 0


def _deep(spots: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Return pixels well away from the rim, where a mask has no reason to be soft."""
    padded = np.pad(spots.astype(np.uint8), 1)
    depth = np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 3))[1:-1, 1:-1]
    return depth > _RIM * float(np.sqrt(max(int(spots.sum()), 1)))


def _background_difference(evidence: PreparedPhoto) -> Float32[np.ndarray, "h w"]:
    """Return the colour difference to the background, carried on behind the object."""
    inside = evidence.overview.inside
    reach = max(3, round(0.03 * float(np.sqrt(inside.sum()))))
    grown = cv2.dilate(inside.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    lab = np.asarray(cv2.cvtColor(evidence.overview.rgb, cv2.COLOR_RGB2LAB), np.float32)
    known = (np.asarray(grown) == 0).astype(np.float32)
    # The background behind the object is a smooth guess, so a quarter of the size is enough.
    size = (max(8, known.shape[1] // 4), max(8, known.shape[0] // 4))
    small = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (lab, known)]
    behind = _carried_on(np.asarray(small[0], np.float32), np.asarray(small[1]) > 0.99)
    full = cv2.resize(behind, (known.shape[1], known.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.linalg.norm(lab - np.asarray(full), axis=2).astype(np.float32)


def _carried_on(
    colors: Float32[np.ndarray, "h w c"], known: Bool[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w c"]:
    """Fill unknown pixels from known ones around them, widening the reach until none is left."""
    result, weight = colors * known[..., None], known.astype(np.float32)
    out, filled = result.copy(), known.copy()
    sigma = 2.0
    while not filled.all() and sigma < 2 * max(known.shape):
        near = np.asarray(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32)
        mean = np.asarray(cv2.GaussianBlur(result, (0, 0), sigma), np.float32)
        new = ~filled & (near > 0.02)
        out[new] = mean[new] / near[new][:, None]
        filled |= new
        sigma *= 2
    return out


def _mirror_like(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Look for many small white glints, brighter than their surroundings by far."""
    core = evidence.overview.core(_RIM / 2)
    if not core.any():
        return []
    rgb = evidence.overview.rgb
    white = (rgb.min(axis=2) > _GLINT) & (np.ptp(rgb, axis=2) < _GREY)
    size = max(3, round(0.12 * float(np.sqrt(core.sum()))))
    around = np.asarray(cv2.blur(evidence.overview.luma, (size, size)), np.float32)
    glints = core & white & (evidence.overview.luma - around > _GLINT_ABOVE)
    share = float(glints.sum() / core.sum())
    if share <= options.specular:
        return []
    return [
        evidence.finding(
            "surface.mirror",
            f"The object is likely shiny like a mirror: {share:.1%} of it are glints.",
            fix="Use large soft lights, a polarising filter, or dust the object with powder.",
            measured=share,
            limit=options.specular,
            where=evidence.region(glints),
        )
    ]
