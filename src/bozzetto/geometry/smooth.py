"""Take noise off a surface without shrinking it.

Letters: v vertices, t triangles.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int32
from scipy.sparse import csr_matrix

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import vertex_normals


@dataclass(frozen=True, kw_only=True)
class SmoothOptions:
    """A low-pass filter after Taubin, "A signal processing approach to fair surface design"."""

    iterations: int = 10
    """Pairs of a shrinking and a growing step; 0 changes nothing."""
    shrink: float = 0.5
    """Share of the way to the neighbours' mean, 0 to 1."""
    grow: float = 0.53
    """Share of the way back, a little above `shrink`."""


def smooth(mesh: Mesh, *, options: SmoothOptions = SmoothOptions()) -> Mesh:
    """Smooth positions by Taubin's filter; attributes stay, normals are renewed if there are any.

    Triangles must share vertices: a mesh cut along texture seams would come apart.
    """
    if options.iterations == 0 or mesh.num_triangles == 0:
        return mesh
    mean = neighbour_mean(mesh.num_vertices, mesh.triangles)
    positions = mesh.positions.astype(np.float64)
    for _ in range(options.iterations):
        positions = positions + options.shrink * _to_neighbours(mean, positions)
        positions = positions - options.grow * _to_neighbours(mean, positions)
    moved = positions.astype(np.float32)
    normals = None if mesh.normals is None else vertex_normals(moved, mesh.triangles)
    return replace(mesh, positions=moved, normals=normals)


def neighbour_mean(num_vertices: int, triangles: Int32[np.ndarray, "t 3"]) -> csr_matrix:
    """Return the matrix that replaces vertex values by the mean of their edge neighbours.

    Rows of vertices without neighbours are empty.
    """
    ends = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    rows = np.concatenate([ends[:, 0], ends[:, 1]])
    columns = np.concatenate([ends[:, 1], ends[:, 0]])
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(num_vertices, num_vertices))
    matrix.data[:] = 1.0  # Both triangles of an edge name it; count it once.
    counts = np.diff(matrix.indptr)
    matrix.data /= np.repeat(counts, counts)
    return matrix


def _to_neighbours(
    mean: csr_matrix, positions: Float64[np.ndarray, "v 3"]
) -> Float64[np.ndarray, "v 3"]:
    """Return the way from each vertex to its neighbours' mean; zero without neighbours."""
    connected = (np.diff(mean.indptr) > 0)[:, None]
    return np.where(connected, mean @ positions - positions, 0.0)
