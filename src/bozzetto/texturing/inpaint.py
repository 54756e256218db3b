"""Spread known vertex values over the rest of a surface.

A coarse-to-fine fill in space gives every vertex a value from its surroundings, also on parts that
touch nothing known; then Laplace's equation on the mesh makes the result smooth, with the known
values as its border. Letters: v vertices, t triangles, c channels, u unknown vertices.
"""

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import cg

from bozzetto.geometry.smooth import neighbour_mean

_LEVELS = 8  # Cells from a 256th of the object to all of it.
_RELATIVE_RESIDUAL = 1e-3
_MOST_ITERATIONS = 300


def fill_unknown(
    values: Float32[np.ndarray, "v c"],
    known: Bool[np.ndarray, " v"],
    *,
    positions: Float32[np.ndarray, "v 3"],
    triangles: Int32[np.ndarray, "t 3"],
) -> Float32[np.ndarray, "v c"]:
    """Replace unknown vertex values by smooth ones; known ones stay as they are.

    New values never leave the range of the known ones. Without any known value the result is the
    mean of all values.
    """
    if known.all():
        return values
    if not known.any():
        return np.broadcast_to(values.mean(axis=0), values.shape).astype(np.float32)
    guess = _coarse_to_fine(values, known, positions)
    filled = np.where(known[:, None], values, guess)
    smooth = _harmonic(filled.astype(np.float64), known, triangles)
    low, high = values[known].min(axis=0), values[known].max(axis=0)
    return np.where(known[:, None], values, np.clip(smooth, low, high)).astype(np.float32)


def _coarse_to_fine(
    values: Float32[np.ndarray, "v c"],
    known: Bool[np.ndarray, " v"],
    positions: Float32[np.ndarray, "v 3"],
) -> Float32[np.ndarray, "v c"]:
    """Give unknown vertices the mean of the known ones in the smallest cell that has any."""
    result = np.broadcast_to(values[known].mean(axis=0), values.shape).astype(np.float32)
    low = positions.min(axis=0)
    side = max(float((positions.max(axis=0) - low).max()), 1e-12)
    for level in range(1, _LEVELS + 1):
        cells = _cell_numbers((positions - low) / np.float32(side), 2**level)
        counts = np.bincount(cells, weights=known)
        reached = counts[cells] > 0
        for channel in range(values.shape[1]):
            sums = np.bincount(cells, weights=np.where(known, values[:, channel], 0))
            mean = sums[cells] / np.maximum(counts[cells], 1)
            result[reached, channel] = mean[reached]
    return result


def _cell_numbers(scaled: Float32[np.ndarray, "v 3"], count: int) -> Int64[np.ndarray, " v"]:
    """Number the grid cells that hold each point, densely from 0."""
    cell = np.minimum((scaled * count).astype(np.int64), count - 1)
    _, numbers = np.unique(
        (cell[:, 0] * count + cell[:, 1]) * count + cell[:, 2], return_inverse=True
    )
    return numbers


def _harmonic(
    guess: Float64[np.ndarray, "v c"],
    known: Bool[np.ndarray, " v"],
    triangles: Int32[np.ndarray, "t 3"],
) -> Float64[np.ndarray, "v c"]:
    """Make every unknown vertex the mean of its neighbours."""
    graph = neighbour_mean(len(guess), triangles)
    degree = np.diff(graph.indptr)
    free = ~known & (degree > 0)
    rows, columns = np.repeat(np.arange(len(guess)), degree), graph.indices
    number = np.cumsum(free) - 1  # Of each unknown vertex in the system of equations.
    within, leaving = free[rows] & free[columns], free[rows] & ~free[columns]
    diagonal = number[free]
    # Degree minus adjacency: symmetric, so that conjugate gradients apply.
    laplacian = csr_matrix(
        (
            np.concatenate([np.full(int(within.sum()), -1.0), degree[free].astype(np.float64)]),
            (
                np.concatenate([number[rows[within]], diagonal]),
                np.concatenate([number[columns[within]], diagonal]),
            ),
        ),
        shape=(len(diagonal), len(diagonal)),
    )
    result = guess.copy()
    for channel in range(guess.shape[1]):
        border = np.zeros(len(diagonal))
        np.add.at(border, number[rows[leaving]], guess[columns[leaving], channel])
        result[free, channel] = _solve(laplacian, border, guess[free, channel])
    return result


def _solve(
    matrix: csr_matrix, right: Float64[np.ndarray, " u"], guess: Float64[np.ndarray, " u"]
) -> Float64[np.ndarray, " u"]:
    """Solve to a colour's precision; a stop on the way there is still a smooth fill.

    Solving for the change keeps the guess on parts without border, where any constant is a
    solution.
    """
    error = right - matrix @ guess
    change, _ = cg(matrix, error, rtol=_RELATIVE_RESIDUAL, maxiter=_MOST_ITERATIONS)
    return guess + change
