"""Iron out the small folds of a dense surface, so that what is reduced from it inherits none.

Pockets of a few triangles that face against the surface around them come from fitting; no coarse
triangle can stand for them. Letters: v vertices, t triangles, f folded triangles.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float64, Int64
from scipy.sparse import csr_matrix

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.crossings import crossing_edges
from bozzetto.geometry.mend import flatten
from bozzetto.geometry.normals import area_vectors, vertex_normals
from bozzetto.geometry.smooth import neighbour_mean

_ROUNDS = 24
_WIDER = 6  # Rounds after which one ring more around each fold is smoothed.


def iron(mesh: Mesh) -> Mesh:
    """Smooth a dense surface around its folds, and flip the edges of what is left.

    A surface without folds comes back as it is; so does one that would cut itself afterwards.

    Args:
        mesh: Closed, triangles share vertices.
    """
    if len(folds(mesh)) == 0:
        return mesh
    result = _smoothed(mesh)
    left = folds(result)
    if len(left):
        result = _smoothed(flatten(result, left))
    cut = len(crossing_edges(result.positions, result.triangles))
    if cut > len(crossing_edges(mesh.positions, mesh.triangles)):
        return mesh
    if mesh.normals is None:
        return result
    return replace(result, normals=vertex_normals(result.positions, result.triangles))


def folds(mesh: Mesh) -> Int64[np.ndarray, " f"]:
    """Return the triangles that face against the mean normal of their own corners."""
    areas = area_vectors(mesh.positions, mesh.triangles)
    around = vertex_normals(mesh.positions, mesh.triangles)[mesh.triangles].sum(axis=1)
    return np.flatnonzero(np.einsum("ij,ij->i", areas, around) < 0)


def _smoothed(mesh: Mesh) -> Mesh:
    """Average positions around folds, wider and wider, and return the state with fewest of them."""
    mean = neighbour_mean(mesh.num_vertices, mesh.triangles)
    positions = mesh.positions.astype(np.float64)
    best, fewest = mesh, len(folds(mesh))
    for turn in range(_ROUNDS):
        bad = folds(replace(mesh, positions=positions.astype(np.float32)))
        if len(bad) < fewest:
            best, fewest = replace(mesh, positions=positions.astype(np.float32)), len(bad)
        if len(bad) == 0:
            break
        near = _around(
            np.unique(mesh.triangles[bad]).astype(np.int64), mean, rings=2 + turn // _WIDER
        )
        positions[near] = mean[near] @ positions
    return best


def _around(
    vertices: Int64[np.ndarray, " n"], mean: csr_matrix, *, rings: int
) -> Int64[np.ndarray, " m"]:
    """Return vertices with so many rings of neighbours."""
    marked: Float64[np.ndarray, " v"] = np.zeros(mean.shape[0])
    marked[vertices] = 1
    for _ in range(rings):
        marked = np.asarray(np.maximum(marked, mean @ marked > 0), np.float64)
    return np.flatnonzero(marked)
