"""Focus and motion blur, from the width of edges.

An edge of width s (sigma of a Gaussian), smoothed once with a and once with b, has gradients in
the ratio R = sqrt((s^2 + b^2) / (s^2 + a^2)), so its width can be solved for (after Zhuo and Sim,
"Defocus map estimation from a single image", 2011). Focus widens all edges alike; motion adds
m^2 cos^2 of the angle between an edge's normal and the motion.
Letters: h w rows and columns, e edges, k directions.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Shaped
from scipy.special import erf

from bozzetto.capture.evidence import CloseUp, PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding, Region

Plane = Float32[np.ndarray, "h w"]

_FINE_PX, _COARSE_PX = 1.0, 2.5
_WIDEST_PX = 10.0
"""Wider edges cannot be told apart with these two scales."""
_MIN_EDGES = 60
_MIN_EDGES_PER_DIRECTION = 12
_NUM_DIRECTIONS = 12
_SHARPEST = 25.0
"""Percentile: a photo is as sharp as its sharper edges; the others may be soft in themselves."""
_FAINTEST_EDGE = 0.004
_EDGE_OF_STRONGEST = 0.3
_MARGIN_PX = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Edges:
    """Edge pixels of a picture."""

    width_px: Float32[np.ndarray, " e"]
    """Sigma of the blur that each edge went through."""
    normal: Float32[np.ndarray, " e"]
    """Direction across the edge, radians, 0 to pi."""
    x: Shaped[np.ndarray, " e"]
    y: Shaped[np.ndarray, " e"]


@dataclass(frozen=True, kw_only=True)
class Blur:
    """How blurred a picture is, in its own pixels, as sigmas."""

    overall_px: float
    """Width of the sharper edges of all directions."""
    motion_px: float
    """Part of the width that comes from motion."""
    direction_deg: float
    """Of the motion, 0 to 180; 0 along x, 90 along y."""


def find_blur(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge how sharp the object is."""
    edges = find_edges(evidence.detail)
    if edges is None:
        return []
    blur = measure_blur(edges)
    if blur.motion_px > options.motion_px:
        finding = evidence.finding(
            "blur.motion",
            f"The object is smeared over about {smear_length(blur.motion_px):.0f} pixels "
            f"at {blur.direction_deg:.0f} degrees: camera or object moved.",
            fix="Use a tripod or a shorter exposure, and take the photo again.",
            measured=blur.motion_px,
            limit=options.motion_px,
            where=_where(evidence, edges),
        )
        return [finding]
    if blur.overall_px > options.blur_px:
        finding = evidence.finding(
            "blur.focus",
            f"The object is out of focus: even its sharper edges are {blur.overall_px:.1f} "
            "pixels soft.",
            fix="Focus on the object, close the aperture, clean the lens; or use the original.",
            measured=blur.overall_px,
            limit=options.blur_px,
            where=_where(evidence, edges),
        )
        return [finding]
    return []


def find_edges(detail: CloseUp) -> Edges | None:
    """Find the edges of the object and how wide each is; None where there are too few."""
    fine, coarse = (_gradient(detail.luma, sigma) for sigma in (_FINE_PX, _COARSE_PX))
    ridge = _ridges(*coarse) & detail.zone
    for border in (np.s_[:_MARGIN_PX], np.s_[-_MARGIN_PX:]):
        ridge[border] = False
        ridge[:, border] = False
    strength = np.hypot(*coarse)
    candidates = strength[ridge]
    if len(candidates) < _MIN_EDGES:
        return None
    faintest = max(_FAINTEST_EDGE, _EDGE_OF_STRONGEST * float(np.percentile(candidates, 95)))
    y, x = np.nonzero(ridge & (strength > faintest))
    if len(y) < _MIN_EDGES:
        return None
    ratio = np.hypot(fine[0][y, x], fine[1][y, x]) / strength[y, x]
    normal = np.arctan2(coarse[1][y, x], coarse[0][y, x]) % np.float32(np.pi)
    return Edges(width_px=_width(ratio), normal=normal.astype(np.float32), x=x, y=y)


def measure_blur(edges: Edges) -> Blur:
    """Part the width of edges into what all directions share and what motion adds."""
    overall = float(np.percentile(edges.width_px, _SHARPEST))
    index = (edges.normal / np.pi * _NUM_DIRECTIONS).astype(np.int64) % _NUM_DIRECTIONS
    counts = np.bincount(index, minlength=_NUM_DIRECTIONS)
    used = np.flatnonzero(counts >= _MIN_EDGES_PER_DIRECTION)
    if len(used) < 2:
        return Blur(overall_px=overall, motion_px=0.0, direction_deg=0.0)
    angle = (used + 0.5) * np.pi / _NUM_DIRECTIONS
    widths = [np.percentile(edges.width_px[index == k], _SHARPEST) for k in used]
    variance = np.square(widths, dtype=np.float64)
    motion, direction = _fit_motion(angle, variance, weight=np.sqrt(counts[used]))
    return Blur(overall_px=overall, motion_px=motion, direction_deg=float(np.degrees(direction)))


def smear_length(motion_px: float) -> float:
    """Return the length of an even smear whose edges look as wide as that Gaussian, in pixels.

    Across a smear of length L the gradient after smoothing by a is erf(L / (2 sqrt(2) a)) / L.
    Beyond 14 pixels lengths cannot be told apart, and 14 is returned.
    """
    lengths = np.linspace(0.5, 14, 28)
    fine, coarse = (erf(lengths / (2 * np.sqrt(2) * s)) for s in (_FINE_PX, _COARSE_PX))
    widths = _width((fine / coarse).astype(np.float32))
    return float(np.interp(motion_px, widths, lengths))


def _fit_motion(
    angle: Float64[np.ndarray, " k"],
    variance: Float64[np.ndarray, " k"],
    *,
    weight: Float64[np.ndarray, " k"],
) -> tuple[float, float]:
    """Fit variance = base + m^2 cos^2(angle - direction), linear in the double angle."""
    waves = np.stack([np.ones_like(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=1)
    # A little damping, for pictures whose edges have only two directions.
    damping = np.diag([0.0, 0.3, 0.3]) * weight.mean() ** 0.5
    system = np.concatenate([waves * weight[:, None], damping])
    wanted = np.concatenate([variance * weight, np.zeros(3)])
    base, c, s = np.linalg.lstsq(system, wanted, rcond=None)[0]
    amplitude = float(np.hypot(c, s))
    # Where motion is real, edges along it stay sharp; else the whole picture is soft.
    if base - amplitude > amplitude + 1:
        return 0.0, 0.0
    return float(np.sqrt(2 * amplitude)), float(np.arctan2(s, c) / 2 % np.pi)


def _gradient(luma: Plane, sigma: float) -> tuple[Plane, Plane]:
    """Return the derivatives along x and y of the smoothed picture."""
    smooth = cv2.GaussianBlur(luma, (0, 0), sigma)
    steps = [cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)]
    return np.asarray(steps[0], np.float32) / 32, np.asarray(steps[1], np.float32) / 32


def _ridges(gx: Plane, gy: Plane) -> Bool[np.ndarray, "h w"]:
    """Return pixels whose gradient is the largest among their two neighbours across the edge."""
    strength = np.hypot(gx, gy)
    octant = np.round(np.arctan2(gy, gx) * np.float32(4 / np.pi)).astype(np.int8) % 4
    ridge = np.zeros(strength.shape, bool)
    for direction, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead, behind = (np.roll(strength, (s * dy, s * dx), (0, 1)) for s in (1, -1))
        ridge |= (octant == direction) & (strength >= ahead) & (strength >= behind)
    return ridge


def _width(ratio: Float32[np.ndarray, " e"]) -> Float32[np.ndarray, " e"]:
    """Solve the module's equation for s; edges finer than a pixel give 0."""
    square = ratio**2
    variance = (_COARSE_PX**2 - square * _FINE_PX**2) / np.maximum(square - 1, 1e-3)
    return np.sqrt(np.clip(variance, 0, _WIDEST_PX**2)).astype(np.float32)


def _where(evidence: PreparedPhoto, edges: Edges) -> Region:
    """Return the box of the edges that were judged, in the photo."""
    detail, box = evidence.detail, evidence.box
    xs, ys = edges.x / detail.scale + detail.x0, edges.y / detail.scale + detail.y0
    return Region(
        x0=max(box.x0, int(xs.min())),
        y0=max(box.y0, int(ys.min())),
        x1=min(box.x1, int(xs.max()) + 2),
        y1=min(box.y1, int(ys.max()) + 2),
    )
