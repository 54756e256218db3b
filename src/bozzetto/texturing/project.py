"""Colours, trust and origin of surface points, from one to a few photographs.

Letters: n points, p photos.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.mesh import Origin
from bozzetto.texturing.photo_source import NUM_LEVELS, PhotoSource
from bozzetto.texturing.sight import Observer, Sight

Points = Float32[np.ndarray, "n 3"]
Shares = Float32[np.ndarray, " n"]

MIRRORED_TRUST = 0.4
"""Confidence of a mirrored point relative to that of the point it was copied from."""

_GRAZING = (0.03, 0.5)  # Cosines from which a view starts to count, and counts fully.
_SHARP_COSINE = 0.3  # Below it a pixel covers much more depth than width: its colour is blurred.
_EDGE_ON = 0.05  # Cosine below which blur grows no further; no crease where the surface turns away.
_LEAST_SEEN = 0.02  # Score of points seen at grazing angles: below any good view.
_MIRRORED = 0.005  # Score of mirrored points: below anything seen.
_SHARPNESS = 3  # Power by which the better view wins.
_SILHOUETTE = (0.0, 3.0)  # Distances inside it at which trust starts and is full, in 512ths.
_OUTSIDE = (-8.0, -3.0)  # Distances at which the rim's colour has faded, and still holds.
_SEEN_ENOUGH = 0.25  # Least trust in visibility for a point to count as observed.


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoView:
    """One photo in place: its colours, and what it can see."""

    source: PhotoSource
    observer: Observer


@dataclass(frozen=True, kw_only=True, eq=False)
class Projected:
    """What the photos say about points of the surface."""

    colors: Float32[np.ndarray, "n 3"]
    """Linear; meaningful where `coverage` is above 0."""
    coverage: Shares
    """How much of the colour the photos provide; the rest must be filled in."""
    confidence: Shares
    """0 to 1; 0 for points that are neither seen nor mirrored."""
    origin: UInt8[np.ndarray, " n"]
    """OBSERVED, MIRRORED or INFERRED."""


def project_photos(
    views: Sequence[PhotoView],
    points: Points,
    normals: Points,
    *,
    predicted: Shares | None = None,
) -> Projected:
    """Look points up in all photos; the best view wins, with smooth transitions.

    Args:
        views: At least one.
        points: In the asset frame.
        normals: Unit, outward, smooth.
        predicted: How far each point has a colour of its own that stands in for the mirrored one, 0
            to 1; None where all unseen points are mirrored.
    """
    total = np.zeros((len(points), 3), np.float32)
    weights, coverage, observed, mirrored = (np.zeros(len(points), np.float32) for _ in range(4))
    for view in views:
        sight = view.observer.look_at(points, normals)
        inside = view.source.depths_inside(sight.pixels)
        copied = sight.mirrored if predicted is None else sight.mirrored * _unpredicted(predicted)
        usable = np.maximum(sight.seen, copied) * _ramp(inside, _OUTSIDE)
        score = np.maximum(usable * _score(sight), 1e-7) ** np.float32(_SHARPNESS)
        total += view.source.colors(sight.pixels, _blur_levels(sight)) * score[:, None]
        weights += score
        coverage = np.maximum(coverage, usable)
        trust = _ramp(inside, _SILHOUETTE) * _ramp(np.abs(sight.facing), _GRAZING)
        observed = np.maximum(observed, np.where(sight.seen > _SEEN_ENOUGH, trust * sight.seen, 0))
        mirrored = np.maximum(mirrored, trust * copied * np.float32(MIRRORED_TRUST))
    origin = np.where(mirrored > 0, Origin.MIRRORED, Origin.INFERRED)
    return Projected(
        colors=total / weights[:, None],
        coverage=coverage,
        confidence=np.where(observed > 0, observed, mirrored).astype(np.float32),
        origin=np.where(observed > 0, Origin.OBSERVED, origin).astype(np.uint8),
    )


def _unpredicted(predicted: Shares) -> Shares:
    """Return the rest to 1; exactly 0 also where interpolation rounded a little below 1."""
    return np.clip(1 - predicted * np.float32(1.01), 0, 1).astype(np.float32)


def _score(sight: Sight) -> Shares:
    """Rank a view: head-on before grazing before mirrored."""
    seen = np.maximum(_ramp(sight.facing, _GRAZING) * np.maximum(sight.facing, 0), _LEAST_SEEN)
    return np.where(sight.seen > 0, seen, np.float32(_MIRRORED)).astype(np.float32)


def _blur_levels(sight: Sight) -> Shares:
    """Return the blur at which a pixel's colour is spread evenly over the surface it covers.

    Without it details would be drawn out into stripes on surfaces seen edge-on.
    """
    stretch = np.float32(_SHARP_COSINE) / np.hypot(sight.facing, np.float32(_EDGE_ON))
    return np.clip(np.log2(stretch), 0, NUM_LEVELS - 1).astype(np.float32)


def _ramp(values: Shares, ends: tuple[float, float]) -> Shares:
    """Rise smoothly from 0 at the first end to 1 at the second."""
    low, high = ends
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return t * t * (3 - 2 * t)
