"""Colours, trust and origin of surface points, from one to a few photographs.

With several photos details come from the best one alone and broad colour from a soft mix (Burt and
Adelson, "A multiresolution spline", 1983), so that neither doubled details nor borders show.
Letters: n points, p photos.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.mesh import Origin
from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.texturing.photo_source import NUM_LEVELS, ProjectedPhoto
from bozzetto.texturing.sight import Observer, Sight
from bozzetto.views.camera import Camera

Points = Float32[np.ndarray, "n 3"]
Shares = Float32[np.ndarray, " n"]
Shading = Float32[np.ndarray, "n p"]

MIRRORED_TRUST = 0.4
"""Confidence of a mirrored point relative to that of the point it was copied from."""

_GRAZING = (0.03, 0.5)  # Cosines from which a view starts to count, and counts fully.
_EDGE_COVERAGE = (0.0, 0.12)  # Cosines from which a photo provides the colour at all, and fully.
_SHARP_COSINE = 0.3  # Below it a pixel covers much more depth than width: its colour is blurred.
_DULL = (0.0, 1.5)  # Blur levels at which a photo begins to lack detail, and has none left.
_EDGE_ON = 0.05  # Cosine below which blur grows no further; no crease where the surface turns away.
_LEAST_SEEN = 0.02  # Score of points seen at grazing angles: below any good view.
_BANDS = (8, 2)  # Powers by which the better view wins: in details, and in broad colour.
_SILHOUETTE = (0.0, 3.0)  # Distances inside it at which trust starts and is full, in 512ths.
_OUTSIDE = (-8.0, -3.0)  # Distances at which the rim's colour has faded, and still holds.
_SEEN_ENOUGH = 0.25  # Least trust in visibility for a point to count as observed.
_MIRROR_COVERAGE = (0.1, 0.35)  # Cosines between which a mirrored colour gains its full share.


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoView:
    """One photo in place: its colours, and what it can see."""

    source: ProjectedPhoto
    observer: Observer
    given: Camera
    """Of the whole photo, at its own size."""
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Factors that bring linear red, green and blue to the exposure of the other photos."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Projected:
    """What the photos say about points of the surface."""

    colors: Float32[np.ndarray, "n 3"]
    """Linear; meaningful where `coverage` is above 0."""
    coverage: Shares
    """How much of the colour the photos provide; the rest must be filled in."""
    sharpness: Shares
    """How much of its detail that colour has; less where it is seen edge-on, and so blurred."""
    confidence: Shares
    """0 to 1; 0 for points that are neither seen nor mirrored."""
    origin: UInt8[np.ndarray, " n"]
    """OBSERVED, MIRRORED or INFERRED."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Direct:
    """What the photos say about points without any mirror."""

    colors: Float32[np.ndarray, "n 3"]
    coverage: Shares
    sharpness: Shares
    confidence: Shares
    facing: Shares
    """Cosine to the photo that sees the point best; meaningful where `coverage` is above 0."""


def project_photos(
    views: Sequence[PhotoView],
    points: Points,
    normals: Points,
    *,
    mirror: MirrorPlane | None = None,
    shading: Shading | None = None,
    image_shading: Shading | None = None,
    least_blur: float = 0.0,
) -> Projected:
    """Look points up in all photos; the best view wins, with smooth transitions.

    Args:
        views: At least one.
        points: In the asset frame.
        normals: Unit, outward, smooth.
        mirror: Plane over which unseen points may take the colour of their mirror image.
        shading: What each photo's light does to each point; colours are divided by it.
        image_shading: The same at the points' mirror images; needed with `mirror` and `shading`.
        least_blur: Blur level that colours have at least.
    """
    direct = _look(views, points, normals, shading=shading, least_blur=least_blur)
    colors, coverage, sharpness = direct.colors, direct.coverage, direct.sharpness
    mirrored = np.zeros(len(points), np.float32)
    left = np.flatnonzero(coverage < 1)
    if mirror is not None and len(left):
        image = _look(
            views,
            mirror.mirrored(points[left].astype(np.float64)).astype(np.float32),
            mirrored_directions(normals[left], mirror),
            shading=None if image_shading is None else image_shading[left],
            least_blur=least_blur,
            on_surface_only=True,
        )
        share = image.coverage * _ramp(image.facing, _MIRROR_COVERAGE)
        seen = coverage[left]
        total = seen + (1 - seen) * share
        mix = ((1 - seen) * share / np.maximum(total, 1e-9))[:, None]
        colors[left] += (image.colors - colors[left]) * mix
        sharpness[left] += (image.sharpness - sharpness[left]) * mix[:, 0]
        coverage = coverage.copy()
        coverage[left] = total
        mirrored[left] = image.confidence * share * np.float32(MIRRORED_TRUST)
    unseen = np.where(mirrored > 0, Origin.MIRRORED, Origin.INFERRED)
    observed = direct.confidence
    return Projected(
        colors=colors,
        coverage=coverage,
        sharpness=sharpness,
        confidence=np.where(observed > 0, observed, mirrored).astype(np.float32),
        origin=np.where(observed > 0, Origin.OBSERVED, unseen).astype(np.uint8),
    )


def _look(
    views: Sequence[PhotoView],
    points: Points,
    normals: Points,
    *,
    shading: Shading | None,
    least_blur: float,
    on_surface_only: bool = False,
) -> _Direct:
    """Mix what the photos show of points."""
    bands = _BANDS if len(views) > 1 else _BANDS[:1]
    totals = [np.zeros((len(points), 3), np.float32) for _ in bands]
    weights = [np.zeros(len(points), np.float32) for _ in bands]
    coverage, observed, facing, sharpness = (np.zeros(len(points), np.float32) for _ in range(4))
    for k, view in enumerate(views):
        # No photo shows what is turned away from it: half of a surface that need not be looked up.
        at = np.flatnonzero(view.observer.facing(points, normals) > 0)
        sight = view.observer.look_at(points[at], normals[at])
        inside = view.source.depths_inside(sight.pixels)
        usable = sight.seen * _ramp(inside, _OUTSIDE) * _ramp(sight.facing, _EDGE_COVERAGE)
        if on_surface_only:
            usable = np.where(sight.floating, np.float32(0), usable)
        score = np.maximum(usable * _score(sight), np.float32(1e-4))
        light = None if shading is None else shading[at, k]
        for band, colors in enumerate(
            _bands(view, sight, light=light, least_blur=least_blur, count=len(bands))
        ):
            weight = score ** np.float32(bands[band])
            totals[band][at] += colors * weight[:, None]
            weights[band][at] += weight
        better = usable > coverage[at]
        facing[at] = np.where(better, sight.facing, facing[at])
        dull = _ramp(_blur_levels(sight), _DULL)
        sharpness[at] = np.where(better, 1 - dull, sharpness[at])
        coverage[at] = np.maximum(coverage[at], usable)
        trust = _ramp(inside, _SILHOUETTE) * _ramp(sight.facing, _GRAZING)
        clear = np.where(sight.seen > _SEEN_ENOUGH, trust * usable, 0)
        observed[at] = np.maximum(observed[at], clear)
    mixed = [
        total / np.where(weight > 0, weight, 1)[:, None]
        for total, weight in zip(totals, weights, strict=True)
    ]
    return _Direct(
        colors=np.maximum(sum(mixed[1:], start=mixed[0]), 0),
        coverage=coverage,
        sharpness=sharpness,
        confidence=observed.astype(np.float32),
        facing=facing,
    )


def _bands(
    view: PhotoView, sight: Sight, *, light: Shares | None, least_blur: float, count: int
) -> list[Float32[np.ndarray, "n 3"]]:
    """Return a photo's linear colours, parted into details and broad colour if `count` is 2."""
    factor = np.broadcast_to(np.array(view.gain, np.float32), (len(sight.pixels), 3))
    if light is not None:
        factor = factor / light[:, None]
    blur = np.maximum(_blur_levels(sight), np.float32(least_blur))
    colors = view.source.colors(sight.pixels, blur) * factor
    if count == 1:
        return [colors]
    broadest = np.full(len(blur), NUM_LEVELS - 1, np.float32)
    broad = view.source.colors(sight.pixels, broadest) * factor
    return [colors - broad, broad]


def mirrored_directions(normals: Points, mirror: MirrorPlane) -> Points:
    """Return the mirror images of directions."""
    axis = np.array(mirror.normal, np.float32)
    return normals - 2 * (normals @ axis)[:, None] * axis


def _score(sight: Sight) -> Shares:
    """Rank a view: head-on before grazing."""
    seen = np.maximum(_ramp(sight.facing, _GRAZING) * np.maximum(sight.facing, 0), _LEAST_SEEN)
    return seen.astype(np.float32)


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
