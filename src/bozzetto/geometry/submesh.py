"""Build a mesh from some vertices of another one.

Letters: v vertices of the new mesh, t triangles.
"""

import numpy as np
from jaxtyping import Float32, Int32, Int64, Shaped

from bozzetto.asset.mesh import Mesh

Indices = Int32[np.ndarray, " v"] | Int64[np.ndarray, " v"]


def take_vertices(mesh: Mesh, vertices: Indices, triangles: Int32[np.ndarray, "t 3"]) -> Mesh:
    """Return a mesh whose vertex k is `mesh`'s vertex `vertices[k]`, with all its attributes.

    Args:
        mesh: Where the vertices come from.
        vertices: Indices into `mesh`; a vertex may be taken several times.
        triangles: Of the new mesh, naming its own vertices.
    """
    return Mesh(
        positions=mesh.positions[vertices],
        triangles=triangles,
        normals=_take(mesh.normals, vertices),
        uvs=_take(mesh.uvs, vertices),
        tangents=_take(mesh.tangents, vertices),
        colors=_take(mesh.colors, vertices),
        confidence=_take(mesh.confidence, vertices),
        origin=None if mesh.origin is None else mesh.origin[vertices],
    )


def keep_triangles(mesh: Mesh, kept: Shaped[np.ndarray, " t"]) -> Mesh:
    """Return the mesh of some triangles (a mask or indices), without unused vertices."""
    triangles = mesh.triangles[kept]
    used, renumbered = np.unique(triangles, return_inverse=True)
    return take_vertices(mesh, used, renumbered.reshape(-1, 3).astype(np.int32))


def _take(
    values: Float32[np.ndarray, " n *c"] | None, vertices: Indices
) -> Float32[np.ndarray, " v *c"] | None:
    """Pick rows of an attribute that may be absent."""
    return None if values is None else values[vertices]
