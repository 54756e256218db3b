"""From the network's few rays to the many of a photo's outline, without stairs.

Between two rays whose surface stands at different depths, averaging values would give steps. So
rays are first stretched until the surfaces of all lie at the same samples, then interpolated, then
stretched back (motion-compensated interpolation, along the depth). What the network's slices and
cells have left of steps is ironed out within the accuracy they have. Letters: k slices, r q rows
and columns of the network's volume, y x of the fine one, f samples of a flattened ray, n rays.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64
from scipy.ndimage import distance_transform_edt, gaussian_filter, grey_dilation, grey_erosion

from bozzetto.engines.network.columns import (
    Columns,
    Places,
    Spans,
    columns_of,
    resampled,
    spans_of,
    stretched,
)
from bozzetto.engines.network.expected import Volume
from bozzetto.engines.network.sampling import cubic_weights

Coarse = Float64[np.ndarray, "r q"]
Fine = Float32[np.ndarray, "y x"]

_GUIDE_BLUR = 0.8  # Cells of the network's volume.
_STEEPEST = 3.0  # Slices by which a guide changes per cell.
_CONE = 6  # Cells over which that is seen to.
_THINNEST = 2.0  # Slices that a ray is taken to be thick while it is stretched.
_ACCURACY = 0.7  # Slices within which a surface may be ironed.
_IRONS = (6.0, 3.0)  # Fine cells; more or wider ones would flatten what is round.
_KEPT_THICKNESS = 0.7  # Ironing leaves a ray at least this share of its thickness.


@dataclass(frozen=True, kw_only=True, eq=False)
class FineRays:
    """Rays of the fine grid, flattened: fronts stand at one sample, backs at another."""

    columns: Columns
    guide: tuple[Places, Places]
    """Slices at which the flat front and back really lie."""
    flat: tuple[float, float]
    """Samples at which they lie in `columns`."""
    spans: Spans
    """Where rays go in and out, in slices."""

    def at(self, slices: Float64[np.ndarray, " m"], *, spans: tuple[Places, Places]) -> Columns:
        """Return the rays' values at slices, with their fronts and backs moved to `spans`."""
        own = stretched(slices[None], wanted=spans, given=(self.spans.front, self.spans.back))
        return resampled(self.columns, stretched(own, wanted=self.guide, given=self.flat))


def fine_rays(
    volume: Volume,
    *,
    rows: Float64[np.ndarray, " y"],
    columns: Float64[np.ndarray, " x"],
    wanted: Bool[np.ndarray, "y x"],
) -> FineRays:
    """Interpolate a volume on a finer grid of rays.

    Args:
        volume: Of the network.
        rows: Rows of its cells at which fine rays stand.
        columns: The same for columns.
        wanted: Fine rays to work out.
    """
    own = columns_of(volume.distances)
    guide = _guide(spans_of(own), volume.meets)
    before = float(np.ceil(guide[0].max())) + 2
    inside = float(np.ceil((guide[1] - guide[0]).max() * 1.2)) + 2
    behind = float(np.ceil(len(volume.distances) - guide[1].min())) + 2
    flat = (before, before + inside)
    samples = np.arange(flat[1] + behind)[None]
    coarse = (guide[0].reshape(-1), guide[1].reshape(-1))
    flattened = resampled(own, stretched(samples, wanted=flat, given=coarse))
    shape = volume.meets.shape
    smooth = (cubic_weights(rows, size=shape[0]), cubic_weights(columns, size=shape[1]))
    tall = (smooth[0] @ flattened.reshape(shape[0], -1)).reshape(len(rows), shape[1], -1)
    fine = np.matmul(smooth[1], tall)[wanted]
    front, back = ((smooth[0] @ end @ smooth[1].T)[wanted].astype(np.float64) for end in guide)
    back = np.maximum(back, front + _THINNEST)
    spans = _in_slices(spans_of(fine), flat=flat, guide=(front, back))
    return FineRays(columns=fine, guide=(front, back), flat=flat, spans=spans)


def ironed(
    spans: Spans, wanted: Bool[np.ndarray, "y x"]
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Smooth fronts and backs as far as they are not known better.

    Surfaces that the network quantised to its slices get their slopes back; steps higher than that
    stay.

    Args:
        spans: In slices, of the rays in `wanted`, row by row.
        wanted: Where they stand.
    """
    there = np.zeros(wanted.shape, np.float32)
    there[wanted] = spans.meets
    front, back = (_iron(end, there, wanted) for end in (spans.front, spans.back))
    least = _KEPT_THICKNESS * (spans.back - spans.front)
    middle, half = (front + back) / 2, np.maximum((back - front) / 2, least / 2)
    return middle - half, middle + half


def _guide(spans: Spans, meets: Bool[np.ndarray, "r q"]) -> tuple[Coarse, Coarse]:
    """Return smooth fronts and backs, in slices, that all rays have."""
    front, back = (
        _everywhere(end.reshape(meets.shape), meets) for end in (spans.front, spans.back)
    )
    # Where one part ends before another, rays must not lean from one to the other.
    front = gaussian_filter(grey_erosion(front, structure=_cone()), _GUIDE_BLUR, mode="nearest")
    back = gaussian_filter(grey_dilation(back, structure=_cone()), _GUIDE_BLUR, mode="nearest")
    return front, np.maximum(back, front + _THINNEST)


def _cone() -> Coarse:
    """Return how far below its neighbours a guide may lie at most."""
    row, column = np.mgrid[-_CONE : _CONE + 1, -_CONE : _CONE + 1]
    return -_STEEPEST * np.hypot(row, column)


def _everywhere(values: Coarse, known: Bool[np.ndarray, "r q"]) -> Coarse:
    """Fill what is unknown from its nearest neighbour."""
    if not known.any():
        return values
    row, column = distance_transform_edt(~known, return_distances=False, return_indices=True)
    return values[row, column]


def _in_slices(spans: Spans, *, flat: tuple[float, float], guide: tuple[Places, Places]) -> Spans:
    """Bring spans from flattened samples back to slices."""
    front, back = (
        stretched(end[:, None], wanted=flat, given=guide)[:, 0] for end in (spans.front, spans.back)
    )
    return Spans(front=front, back=np.maximum(back, front + 1e-3), meets=spans.meets)


def _iron(ends: Places, there: Fine, wanted: Bool[np.ndarray, "y x"]) -> Places:
    """Blur less and less, and pull back to within the accuracy each time.

    What a blur takes from curved surfaces is given back blurred ("twicing", Tukey, 1977), or round
    things would shrink.
    """
    given = np.zeros(there.shape, np.float32)
    given[wanted] = ends
    given *= there
    smooth = given
    for sigma in _IRONS:
        weight = np.maximum(_blurred(there, sigma), 1e-6)
        mean = _blurred(smooth * there, sigma) / weight
        mean += _blurred((smooth - mean) * there, sigma) / weight
        smooth = np.clip(mean, given - _ACCURACY, given + _ACCURACY)
    return smooth[wanted].astype(np.float64)


def _blurred(values: Fine, sigma: float) -> Fine:
    """Blur with a Gaussian."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
