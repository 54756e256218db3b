"""From probabilities to distances: every ray of the mask holds as much as it is expected to.

Where the network is torn between depths, no cell of a ray reaches one half, and a surface drawn at
one half would leave thin parts out altogether. The expected thickness of a ray is still right: so
each ray's level is lowered, or raised, until what lies above it is that thick. Letters: k slices,
r q rows and columns.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64
from scipy.ndimage import gaussian_filter

from bozzetto.engines.network.columns import Columns, columns_of, spans_of
from bozzetto.engines.network.prediction import FARTHEST, NEAREST

Logits = Float32[np.ndarray, "k r q"]
Plane = Float64[np.ndarray, "r q"]

_DOUBT = 0.03  # Probability that means nothing: a hundred slices of it would add up.
_THINNEST = 1.0  # Slices that a ray of the mask holds at least.
_LEVELS = (-5.0, 1.0)
_NUDGE = np.float32(1e-3)  # Or nothing would lie above the level where neighbours are equal.
_LEVEL_BLUR = 0.7  # Cells.
_SLOPE_BLUR = 1.0  # Cells.
_LEAST_SLOPE = 0.1  # Of the logits, per slice.
_FARTHEST_DISTANCE = 0.12  # Crop widths; beyond it values say no more.


@dataclass(frozen=True, kw_only=True, eq=False)
class Volume:
    """Distances on the cells of the network's volume, or of several joined."""

    distances: Logits
    """Along the ray, in crop widths, positive inside; exact near the surface only."""
    meets: Bool[np.ndarray, "r q"]
    """Rays of the mask, with a margin of a cell, that lie inside somewhere."""

    @property
    def slice_width(self) -> float:
        """Distance of slices in crop widths."""
        return (FARTHEST - NEAREST) / len(self.distances)


def expected_volume(logits: Logits, outline: Float32[np.ndarray, "r q"]) -> Volume:
    """Turn logits into distances.

    Args:
        logits: Of the probability that a cell's centre lies inside; slices from near to far.
        outline: Distance of each ray to the mask's outline, in crop widths, positive inside.
    """
    slices, rows, _ = logits.shape
    wanted = outline > -1.0 / rows
    thickness = _thickness(logits)
    thickness = np.where(wanted, np.maximum(thickness, _THINNEST), thickness)
    weights = np.where(wanted, np.clip(thickness, 0.3, 4), 1e-4)
    level = _blurred(_level(logits, thickness), weights, _LEVEL_BLUR)
    above = logits - level.astype(np.float32) + _NUDGE
    spans = spans_of(columns_of(above))
    meets = spans.meets.reshape(wanted.shape) & wanted
    slope = _slope(columns_of(logits), spans.front, spans.back).reshape(wanted.shape)
    slope = np.exp(_blurred(np.log(slope), np.where(meets, 1.0, 1e-4), _SLOPE_BLUR))
    slice_width = (FARTHEST - NEAREST) / slices
    distances = above * (slice_width / np.maximum(slope, _LEAST_SLOPE)).astype(np.float32)
    return Volume(
        distances=np.clip(distances, -_FARTHEST_DISTANCE, _FARTHEST_DISTANCE), meets=meets
    )


def _thickness(logits: Logits) -> Plane:
    """Return how many slices of each ray are expected to be inside."""
    probability = 1 / (1 + np.exp(-np.clip(logits, -30, 30).astype(np.float64)))
    return np.maximum(probability - _DOUBT, 0).sum(axis=0) / (1 - _DOUBT)


def _level(logits: Logits, thickness: Plane) -> Plane:
    """Return the logit above which each ray is so many slices thick."""
    falling = -np.sort(-logits, axis=0)
    place = np.clip(thickness - 0.5, 0, len(logits) - 1.001)
    low = place.astype(np.int64)[None]
    first = np.take_along_axis(falling, low, axis=0)[0]
    second = np.take_along_axis(falling, low + 1, axis=0)[0]
    return np.clip(first + (second - first) * (place - low[0]), *_LEVELS)


def _slope(
    logits: Columns, front: Float64[np.ndarray, " n"], back: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    """Return by how much logits change per slice where a ray goes in and out, on average."""
    last = logits.shape[1] - 2
    rows = np.arange(len(logits))
    steps = [
        np.abs(logits[rows, at + 1] - logits[rows, at])
        for at in (np.clip(np.floor(end).astype(np.int64), 0, last) for end in (front, back))
    ]
    return np.maximum((steps[0] + steps[1]) / 2, _LEAST_SLOPE / 2).astype(np.float64)


def _blurred(values: Plane, weights: Plane, sigma: float) -> Plane:
    """Return the weighted mean around each cell."""
    return gaussian_filter(values * weights, sigma) / gaussian_filter(weights, sigma)
