"""Bring photos of one object to one exposure and white balance.

Letters: n points, p photos, e pairs of photos at a point.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.sampling import sample_surface
from bozzetto.texturing.photo_source import NUM_LEVELS
from bozzetto.texturing.project import PhotoView, project_photos

_POINTS = 6_000
_FEWEST = 40  # Points that two photos must share before one is matched to the other.
_CLEAR = 0.3  # Least confidence with which both must see a point.
_LARGEST_STOPS = 1.5  # Beyond that, photos differ by more than exposure.


def matched_exposures(
    views: Sequence[PhotoView], surface: Mesh, *, seed: int = 0
) -> tuple[PhotoView, ...]:
    """Give each photo the gains that make shared surface look alike; the first one keeps its own.

    The gain of a pair is the median ratio of what both see, for each channel; gains of all photos
    are the least-squares solution over the pairs. Photos that share too little are left alone.

    Args:
        views: At least one.
        surface: Seen by them.
        seed: Of the points that are compared.
    """
    if len(views) < 2:
        return tuple(views)
    points = sample_surface(surface, count=_POINTS, seed=seed)
    where = (points.points.astype(np.float32), points.normals.astype(np.float32))
    broad = float(NUM_LEVELS - 1)
    looks = [project_photos([view], *where, least_blur=broad) for view in views]
    colors = [np.log2(np.maximum(look.colors.astype(np.float64), 2e-3)) for look in looks]
    clear = [look.confidence > _CLEAR for look in looks]
    stops = np.clip(_solved(colors, clear), -_LARGEST_STOPS, _LARGEST_STOPS)
    return tuple(
        replace(view, gain=(float(red), float(green), float(blue)))
        for view, (red, green, blue) in zip(views, 2**stops, strict=True)
    )


def _solved(
    colors: Sequence[Float64[np.ndarray, "n 3"]], clear: Sequence[Bool[np.ndarray, " n"]]
) -> Float64[np.ndarray, "p 3"]:
    """Return the stops to add to each photo; 0 for the first and for those that share nothing."""
    count = len(colors)
    rows: list[Float64[np.ndarray, " p"]] = []
    wanted: list[Float64[np.ndarray, " 3"]] = []
    for i in range(count):
        for j in range(i + 1, count):
            both = clear[i] & clear[j]
            if both.sum() >= _FEWEST:
                row = np.zeros(count)
                row[i], row[j] = 1, -1
                weight = np.sqrt(both.sum())
                rows.append(row * weight)
                wanted.append(np.median(colors[j][both] - colors[i][both], axis=0) * weight)
    # A weak pull to no change decides where pairs leave the choice.
    rows.extend(np.eye(count) * np.where(np.arange(count) == 0, 1e3, 1e-2)[:, None])
    wanted.extend(np.zeros((count, 3)))
    solution, *_ = np.linalg.lstsq(np.stack(rows), np.stack(wanted), rcond=None)
    return solution
