"""Smooth fields over a mesh by least squares.

Letters: v vertices, t triangles, c components, n equations.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float64, Int32
from scipy.sparse import csr_matrix

from bozzetto.geometry.smooth import neighbour_mean

Field = Float64[np.ndarray, "v c"]


def umbrella(num_vertices: int, triangles: Int32[np.ndarray, "t 3"]) -> csr_matrix:
    """Return the matrix that takes values to their difference from the neighbours' mean.

    On an even mesh of edge length e it is -(e / 2)^2 times the Laplace operator. Vertices without
    neighbours keep their values.
    """
    mean = neighbour_mean(num_vertices, triangles)
    every = np.arange(num_vertices)
    rows = np.concatenate([every, np.repeat(every, np.diff(mean.indptr))])
    columns = np.concatenate([every, mean.indices])
    values = np.concatenate([np.ones(num_vertices), -mean.data])
    return csr_matrix((values, (rows, columns)), shape=(num_vertices, num_vertices))


def gram(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix of the sum of squared rows; of an umbrella that of a thin plate."""
    return csr_matrix(matrix.T @ matrix)


def diagonal_of(matrix: csr_matrix) -> Float64[np.ndarray, " v"]:
    """Return a square matrix's diagonal."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    on = rows == matrix.indices
    found = np.bincount(rows[on], weights=matrix.data[on], minlength=matrix.shape[0])
    return found.astype(np.float64)


def solve(
    apply: Callable[[Field], Field],
    right: Field,
    *,
    diagonal: Float64[np.ndarray, " v"],
    start: Field | None = None,
    tolerance: float = 1e-3,
    most_steps: int = 200,
) -> Field:
    """Solve a symmetric positive definite system by conjugate gradients.

    Args:
        apply: Multiplies with the matrix.
        right: Right-hand side; components are solved for together.
        diagonal: Of the matrix, above 0; preconditions.
        start: First guess; None is 0.
        tolerance: Of the residual, relative to the right-hand side.
        most_steps: Then the field is returned as it is: roughness is the first to go.
    """
    inverse = (1 / diagonal)[:, None]
    field = np.zeros_like(right) if start is None else start.copy()
    residual = right - apply(field) if start is not None else right.copy()
    goal = tolerance * float(np.linalg.norm(right))
    direction = inverse * residual
    energy = float((residual * direction).sum())
    for _ in range(most_steps):
        if float(np.linalg.norm(residual)) <= goal or energy <= 0:
            break
        image = apply(direction)
        step = energy / float((direction * image).sum())
        field += step * direction
        residual -= step * image
        scaled = inverse * residual
        before, energy = energy, float((residual * scaled).sum())
        direction = scaled + (energy / before) * direction
    return field
