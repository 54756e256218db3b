"""Lay triangles flat that edge collapses have folded over.

A folded triangle faces against the surface it stands for: it shows as a dark or bright speck, and
baking over it gives wrong normals. Letters: v vertices, t triangles, f folded triangles.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32, Float64, Int64
from scipy.sparse import csr_matrix

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree, interpolate
from bozzetto.geometry.normals import face_normals, vertex_normals

_ROUNDS = 12
_AGAINST = 0.0  # Cosine to the source's normal below which a triangle counts as folded.


def unfold(mesh: Mesh, *, source: Mesh) -> Mesh:
    """Move the corners of folded triangles until they lie flat; connectivity stays.

    Each corner goes to the middle of its neighbours and from there to the nearest point of the
    source, so the shape is kept. What does not lie flat after some rounds is left.

    Args:
        mesh: Reduced from the source.
        source: The dense surface.
    """
    tree = SurfaceTree(source)
    source_normals = vertex_normals(source.positions, source.triangles)
    mean_of_neighbours = _averaging(mesh)
    best, fewest = mesh, None
    for _ in range(_ROUNDS):
        folded = _folded(mesh, source=source, tree=tree, normals=source_normals)
        if fewest is None or len(folded) < fewest:
            best, fewest = mesh, len(folded)
        if len(folded) == 0:
            break
        corners = np.unique(mesh.triangles[folded])
        positions = mesh.positions.astype(np.float64)
        middle: Float64[np.ndarray, "k 3"] = (mean_of_neighbours @ positions)[corners]
        nearest = tree.closest(middle).at
        positions[corners] = interpolate(source.positions, source.triangles, nearest)
        mesh = replace(mesh, positions=positions.astype(np.float32))
    return best


def folded_triangles(mesh: Mesh, *, source: Mesh) -> Int64[np.ndarray, " f"]:
    """Return the triangles that face against the surface that they stand for."""
    normals = vertex_normals(source.positions, source.triangles)
    return _folded(mesh, source=source, tree=SurfaceTree(source), normals=normals)


def _folded(
    mesh: Mesh, *, source: Mesh, tree: SurfaceTree, normals: Float32[np.ndarray, "_ 3"]
) -> Int64[np.ndarray, " f"]:
    """Compare each triangle's normal with the source's normal at its centre."""
    centres = mesh.positions[mesh.triangles].mean(axis=1)
    at = tree.closest(centres).at
    wanted = interpolate(normals, source.triangles, at)
    cosine = np.einsum("ij,ij->i", face_normals(mesh.positions, mesh.triangles), wanted)
    return np.flatnonzero(cosine < _AGAINST)


def _averaging(mesh: Mesh) -> csr_matrix:
    """Return the matrix that takes each vertex to the mean of its neighbours."""
    edges = np.concatenate([mesh.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    both = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
    degree = np.bincount(both[:, 0], minlength=mesh.num_vertices)
    weight = 1 / degree[both[:, 0]]
    size = (mesh.num_vertices, mesh.num_vertices)
    return csr_matrix((weight, (both[:, 0], both[:, 1])), shape=size)
