"""Nearest neighbours by looking them up: roughly, but hundreds of times faster than a tree.

Letters: n points, r rows of points, g cells a side.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int64
from scipy import ndimage

_CELLS = 64
_MARGIN = 1.25
"""Half side of the grid in half sides of the shape."""


class NearestGrid:
    """For every cell of a cube about a cloud, the nearest point of the cloud.

    Points that share a cell stand as their mean, which is within half a cell of each.
    """

    def __init__(self, points: Float64[np.ndarray, "n 3"]) -> None:
        low, high = points.min(axis=0), points.max(axis=0)
        half = max(float((high - low).max()) / 2, 1e-9) * _MARGIN
        self._cell = 2 * half / _CELLS
        self._corner = (low + high) / 2 - half
        count = np.bincount(self._flat(points), minlength=_CELLS**3)
        sums = [
            np.bincount(self._flat(points), weights=points[:, k], minlength=_CELLS**3)
            for k in range(3)
        ]
        means = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
        empty = (count == 0).reshape((_CELLS,) * 3)
        x, y, z = ndimage.distance_transform_edt(empty, return_distances=False, return_indices=True)
        self._nearest = means[((x * _CELLS + y) * _CELLS + z).ravel()]
        axis = (np.arange(_CELLS) + 0.5) * self._cell
        centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
        offset = centres + self._corner - self._nearest
        distance = np.sqrt(np.einsum("ij,ij->i", offset, offset))
        self._distance: Float32[np.ndarray, "g g g"] = distance.reshape((_CELLS,) * 3).astype(
            np.float32
        )

    def nearest(self, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
        """Return a point of the cloud that is at most 3.5 cells farther than the nearest."""
        return self._nearest[self._flat(points)]

    def mean_distance(self, points: Float64[np.ndarray, "r n 3"]) -> Float64[np.ndarray, " r"]:
        """Return the mean distance of each row of points, interpolated between cells."""
        place = (points - self._corner) / self._cell - 0.5
        within = np.clip(place, 0, _CELLS - 1)
        found = ndimage.map_coordinates(
            self._distance, within.reshape(-1, 3).T, order=1, mode="nearest", prefilter=False
        )
        outside = place - within
        beyond = np.sqrt(np.einsum("rni,rni->rn", outside, outside)) * self._cell
        return (found.reshape(beyond.shape) + beyond).mean(axis=1)

    def _flat(self, points: Float64[np.ndarray, "n 3"]) -> Int64[np.ndarray, " n"]:
        """Return the index of each point's cell; of the nearest cell for points outside."""
        index = ((points - self._corner) / self._cell).astype(np.int64)
        index = np.clip(index, 0, _CELLS - 1)
        return (index[:, 0] * _CELLS + index[:, 1]) * _CELLS + index[:, 2]
