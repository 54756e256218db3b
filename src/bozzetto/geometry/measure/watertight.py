"""Tell whether a mesh bounds a solid, and what is wrong where it does not.

Letters: t triangles, e edges.
"""

import manifold3d
import numpy as np
from jaxtyping import Float32, Int32, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors

Positions = Float32[np.ndarray, "v 3"]
Triangles = Int32[np.ndarray, "t 3"]


def is_closed_manifold(mesh: Mesh) -> bool:
    """Tell whether the mesh is the closed, consistently oriented boundary of a solid.

    Triangles must share vertices: a mesh cut along texture seams is open here.
    """
    return not closed_manifold_defects(mesh.positions, mesh.triangles)


def closed_manifold_defects(positions: Positions, triangles: Triangles) -> tuple[str, ...]:
    """List why a mesh does not bound a solid, each as one clause; empty when it does."""
    if len(triangles) == 0:
        return ("it has no triangles",)
    defects = _edge_defects(triangles)
    if defects:
        return defects
    # A second opinion by an independent implementation: the check every Boolean starts with. It
    # wants arrays that it may write to.
    solid = manifold3d.Manifold(
        manifold3d.Mesh(np.array(positions, np.float32), np.array(triangles, np.uint32))
    )
    if solid.status() != manifold3d.Error.NoError:
        return (f"manifold3d refuses it: {solid.status().name}",)
    if enclosed_volume(positions, triangles) <= 0:
        return ("it is inside out or encloses nothing",)
    return ()


def enclosed_volume(positions: Positions, triangles: Triangles) -> float:
    """Return the signed volume in cubic metres; meaningful for closed meshes only."""
    centred = positions - positions.mean(axis=0)  # Keeps the sum exact far from the origin.
    first = centred[triangles[:, 0]].astype(np.float64)
    return float(np.einsum("ij,ij->", first, area_vectors(centred, triangles)) / 3)


def euler_number(triangles: Triangles) -> int:
    """Return vertices - edges + triangles, unused vertices not counted; 2 - 2 genus per solid."""
    edges = np.sort(_directed_edges(triangles), axis=1)
    return len(np.unique(triangles)) - len(np.unique(_edge_keys(edges))) + len(triangles)


def _edge_defects(triangles: Triangles) -> tuple[str, ...]:
    """Check that every edge has two triangles that run through it in opposite directions."""
    directed = _directed_edges(triangles)
    defects: list[str] = []
    if degenerate := int((directed[:, 0] == directed[:, 1]).sum()):
        defects.append(f"{degenerate} edges join a vertex to itself")
    _, uses = np.unique(_edge_keys(np.sort(directed, axis=1)), return_counts=True)
    if border := int((uses == 1).sum()):
        defects.append(f"{border} edges have one triangle only")
    if crowded := int((uses > 2).sum()):
        defects.append(f"{crowded} edges have more than two triangles")
    _, uses = np.unique(_edge_keys(directed), return_counts=True)
    if not defects and (flipped := int((uses > 1).sum())):
        defects.append(f"{flipped} edges have triangles of opposite orientation")
    return tuple(defects)


def _directed_edges(triangles: Triangles) -> Int64[np.ndarray, "e 2"]:
    """List the three edges of every triangle in its own direction."""
    return triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)


def _edge_keys(edges: Int64[np.ndarray, "e 2"]) -> Int64[np.ndarray, " e"]:
    """Give every pair of vertices one number; sorting numbers beats sorting pairs tenfold."""
    return edges[:, 0] * (int(edges.max(initial=0)) + 1) + edges[:, 1]
