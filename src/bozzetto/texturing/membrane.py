"""Join predicted colours to seen ones without a seam: a screened Poisson equation on the mesh.

The unknown colours keep the prediction's differences from vertex to vertex and take the known
colours at their border; what the prediction is off there fades with the distance. After Bhat et
al., "Fourier analysis of the 2D screened Poisson equation", 2008, on a graph as Levin et al., 2004.
Letters: v vertices, t triangles, c channels, u unknown vertices.
"""

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import cg

from bozzetto.geometry.smooth import neighbour_mean

_RELATIVE_RESIDUAL = 1e-2  # Corrections are small already; a hundredth of them is not seen.
_MOST_ITERATIONS = 150
_LARGEST_COMMON = 0.1  # Of the range of colours.
_RING = 1.5  # What the graph's Laplacian is to the surface's, for vertices with six neighbours.


def join_to_known(
    target: Float32[np.ndarray, "v c"],
    known: Float32[np.ndarray, "v c"],
    is_known: Bool[np.ndarray, " v"],
    *,
    positions: Float32[np.ndarray, "v 3"],
    triangles: Int32[np.ndarray, "t 3"],
    reach: float,
) -> Float32[np.ndarray, "v c"]:
    """Return the known values where there are any, and elsewhere the target, joined to them.

    Args:
        target: Predicted values; those of known vertices are not looked at.
        known: Meaningful where `is_known`.
        is_known: Vertices that keep their value.
        positions: Metres.
        triangles: Share vertices.
        reach: How far from the border the correction falls to a third, in metres.
    """
    if is_known.all() or not is_known.any():
        return np.where(is_known[:, None], known, target)
    graph = neighbour_mean(len(target), triangles)
    degree = np.diff(graph.indptr)
    screening = _RING * (_mean_edge(positions, triangles) / reach) ** 2 / 6
    free = ~is_known & (degree > 0)
    rows, columns = np.repeat(np.arange(len(target)), degree), graph.indices
    number = np.cumsum(free) - 1
    within, leaving = free[rows] & free[columns], free[rows] & is_known[columns]
    matrix = _system(degree[free] * (1 + screening), number[rows[within]], number[columns[within]])
    correction = np.zeros(target.shape)
    # Across the border itself nothing is known of the differences: none is assumed.
    ends, starts = rows[leaving], columns[leaving]
    offsets = (known[starts] - target[ends]).astype(np.float64)
    common = _common(offsets)
    offsets -= common
    for channel in range(target.shape[1]):
        border = np.zeros(int(free.sum()))
        np.add.at(border, number[ends], offsets[:, channel])
        correction[free, channel], _ = cg(
            matrix, border, rtol=_RELATIVE_RESIDUAL, maxiter=_MOST_ITERATIONS
        )
    correction[~is_known] += common
    joined = target + correction
    return np.where(is_known[:, None], known, joined).astype(np.float32)


def _common(offsets: Float64[np.ndarray, "e c"]) -> Float64[np.ndarray, " c"]:
    """Return the offset that most of the border agrees on, kept small: an engine's exposure."""
    if len(offsets) == 0:
        return np.asarray(np.zeros(offsets.shape[1]), np.float64)
    low = np.asarray(np.percentile(offsets, 25, axis=0), np.float64)
    high = np.asarray(np.percentile(offsets, 75, axis=0), np.float64)
    agreed = np.asarray(np.maximum(low, 0.0) + np.minimum(high, 0.0), np.float64)
    return np.asarray(np.clip(agreed, -_LARGEST_COMMON, _LARGEST_COMMON), np.float64)


def _system(
    diagonal: Float64[np.ndarray, " u"],
    rows: Int64[np.ndarray, " e"],
    columns: Int64[np.ndarray, " e"],
) -> csr_matrix:
    """Return the screened Laplacian of the unknown vertices; symmetric, positive definite."""
    count = len(diagonal)
    place = np.arange(count)
    values = np.concatenate([np.full(len(rows), -1.0), diagonal])
    where = (np.concatenate([rows, place]), np.concatenate([columns, place]))
    return csr_matrix((values, where), shape=(count, count))


def _mean_edge(positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]) -> float:
    """Return the mean length of the triangles' first edges."""
    steps = positions[triangles[:, 1]] - positions[triangles[:, 0]]
    return max(float(np.linalg.norm(steps, axis=1).mean()), 1e-12)
