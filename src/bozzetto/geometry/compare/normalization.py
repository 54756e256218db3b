"""Frames in which shapes of unknown size and place are compared.

Letters: n points.
"""

from enum import StrEnum

import numpy as np
from jaxtyping import Float64

from bozzetto.geometry.compare.similarity import Similarity


class Frame(StrEnum):
    """How a shape is moved and scaled before it is measured."""

    BOX = "box"
    """Middle of the bounding box at 0, longest side 2."""
    UNIT_SPHERE = "unit-sphere"
    """Middle of the bounding box at 0, farthest point at 1."""
    ZEROSHAPE = "zeroshape"
    """Mean of the points at 0, the larger of width (x) and height (y) 1; depth does not count."""
    GT_FRAME = "gt-frame"
    """The truth as in `box`; the prediction by the same transform, so its size and place count."""


def normalize(
    points: Float64[np.ndarray, "n 3"],
    *,
    frame: Frame,
    mean: Float64[np.ndarray, " 3"] | None = None,
) -> Similarity:
    """Return the transform that brings points into a frame; it never rotates.

    Args:
        points: Of the shape; corners of its convex hull do, but for the mean.
        frame: Where to; `GT_FRAME` is treated as `BOX`.
        mean: Of all points, where `points` are the hull only.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    half = float((high - low).max()) / 2
    if frame is Frame.UNIT_SPHERE:
        half = float(np.linalg.norm(points - centre, axis=1).max())
    elif frame is Frame.ZEROSHAPE:
        centre = points.mean(axis=0) if mean is None else mean
        half = float((high - low)[:2].max())
    scale = 1.0 / max(half, 1e-12)
    return Similarity(scale=scale, rotation=np.eye(3), translation=-scale * centre)
