"""Smooth the small folds of a dense surface, so that what is reduced from it inherits none.

Pockets of a few triangles that face against the surface around them come from fitting; no coarse
triangle can stand for them. Letters: v vertices, t triangles, f folded triangles.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float64, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.crossings import crossing_edges
from bozzetto.geometry.normals import area_vectors, vertex_normals
from bozzetto.geometry.repair.faults import repair_triangles
from bozzetto.geometry.smooth import neighbour_mean

_RINGS = (1, 2, 2, 3, 3, 4, 5, 6)  # Of neighbours around each fold, in turn.
_TURNS = 2  # Of flipping edges and stretching again.
_FIRM = 1e-6  # Keeps a part that is one fold all over from having no place at all.


def smooth_folds(mesh: Mesh) -> Mesh:
    """Smooth a dense surface around its folds, and flip the edges of what is left.

    A surface without folds comes back as it is; so does one that would cut itself afterwards.

    Args:
        mesh: Closed, triangles share vertices.
    """
    if len(folds(mesh)) == 0:
        return mesh
    result = _smoothed(mesh)
    for _ in range(_TURNS):
        left = folds(result)
        if len(left) == 0:
            break
        result = _smoothed(repair_triangles(result, left))
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


def stretched(mesh: Mesh, rows: Int64[np.ndarray, " n"], *, rings: int) -> Mesh:
    """Stretch the surface like a skin over some triangles and so many rings of corners around.

    A disc stretched over a round border has no folds (Tutte, 1963), so small folds mostly go.
    Attributes stay; faces do, too.
    """
    mean = neighbour_mean(mesh.num_vertices, mesh.triangles)
    near = _around(np.unique(mesh.triangles[rows]).astype(np.int64), mean, rings=rings)
    positions = mesh.positions.astype(np.float64)
    held = positions.copy()
    held[near] = 0
    every, own = np.arange(len(near)), mean[near]
    share = np.full(len(near), 1 + _FIRM)
    system = csr_matrix((share, (every, every)), shape=(len(near), len(near)))
    system = system + -1.0 * own[:, near]
    positions[near] = spsolve(system, own @ held + _FIRM * positions[near])
    return replace(mesh, positions=positions.astype(np.float32))


def _smoothed(mesh: Mesh) -> Mesh:
    """Stretch the surface over its folds, wider and wider, and return the best state."""
    bad = folds(mesh)
    best, fewest = mesh, len(bad)
    for rings in _RINGS:
        mesh = stretched(mesh, bad, rings=rings)
        bad = folds(mesh)
        if len(bad) < fewest:
            best, fewest = mesh, len(bad)
        if len(bad) == 0:
            break
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
