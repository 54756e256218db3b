"""Take some vertices or triangles of a mesh, with everything that belongs to them.

Letters: v vertices of the new mesh, t triangles, q quads, n vertices of the former mesh.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int32, Int64

from bozzetto.asset.mesh import VERTEX_ATTRIBUTES, Mesh
from bozzetto.asset.model import Part
from bozzetto.asset.skeleton import Skin

Indices = Int32[np.ndarray, " v"] | Int64[np.ndarray, " v"]
Chosen = Bool[np.ndarray, " t"] | Int32[np.ndarray, " k"] | Int64[np.ndarray, " k"]
"""A mask over all triangles, or the indices of some."""


def take_vertices(
    mesh: Mesh,
    vertices: Indices,
    triangles: Int32[np.ndarray, "t 3"],
    *,
    quads: Int32[np.ndarray, "q 2"] | None = None,
) -> Mesh:
    """Return a mesh whose vertex k is `mesh`'s vertex `vertices[k]`, with all its attributes.

    Args:
        mesh: Where the vertices come from.
        vertices: Indices into `mesh`; a vertex may be taken several times.
        triangles: Of the new mesh, naming its own vertices.
        quads: Of the new mesh, naming its own triangles; `mesh`'s are not taken over.
    """
    present = {one.name: mesh.attribute(one.name) for one in VERTEX_ATTRIBUTES}
    taken = {name: values[vertices] for name, values in present.items() if values is not None}
    return replace(
        Mesh(positions=mesh.positions[vertices], triangles=triangles, quads=quads), **taken
    )


def keep_triangles(mesh: Mesh, kept: Chosen) -> Mesh:
    """Return the mesh of some triangles, without unused vertices; quads stay where whole."""
    used, triangles = used_vertices(mesh.triangles[kept])
    return take_vertices(mesh, used, triangles, quads=_kept_quads(mesh, kept))


def keep_part_triangles(part: Part, kept: Chosen) -> Part:
    """Do the same to a part, whose skin follows its vertices."""
    skin = part.skin
    if skin is not None:
        used, _ = used_vertices(part.mesh.triangles[kept])
        skin = Skin(joints=skin.joints[used], weights=skin.weights[used])
    return replace(part, mesh=keep_triangles(part.mesh, kept), skin=skin)


def used_vertices(
    triangles: Int32[np.ndarray, "t 3"] | Int64[np.ndarray, "t 3"],
) -> tuple[Int64[np.ndarray, " v"], Int32[np.ndarray, "t 3"]]:
    """Return the vertices that triangles name, in order, and the triangles in their numbers."""
    used, renumbered = np.unique(triangles, return_inverse=True)
    return used.astype(np.int64), renumbered.reshape(-1, 3).astype(np.int32)


def _kept_quads(mesh: Mesh, kept: Chosen) -> Int32[np.ndarray, "q 2"] | None:
    """Return the quads whose triangles both stay, in their new numbers."""
    if mesh.quads is None:
        return None
    chosen = np.arange(mesh.num_triangles)[kept]
    place = np.full(mesh.num_triangles, -1, np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    quads = place[mesh.quads]
    whole = quads[(quads >= 0).all(axis=1)]
    return whole if len(whole) else None
