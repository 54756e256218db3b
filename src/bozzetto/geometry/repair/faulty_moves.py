"""Take back moves of vertices that would fold a surface over or push it through itself.

Letters: v vertices, t triangles, e edges.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.crossings import crossing_edges, crossing_triangles
from bozzetto.geometry.normals import area_vectors

_EXACT = 40_000  # Triangles up to which all pairs are compared.
_ROUNDS = 8  # In the last ones whole neighbourhoods stay where they were.
_STEEPEST = 0.25  # By how much the share of the way may differ between neighbours.
_FOLDED = 0.0  # Cosine between a triangle's normal before and after.
_WIDEST = 6  # Edges around a fault that are held back at the most.


def undo_faulty_moves(start: Mesh, moved: Mesh) -> Mesh:
    """Return a moved mesh whose faults were undone: each vertex goes a share of its way, or all.

    Faults are triangles that turn over on the way, and triangles that cut each other. What was
    wrong from the start may stay so.

    Args:
        start: Before the move.
        moved: After it; same triangles.
    """
    origin = start.positions.astype(np.float64)
    way = moved.positions.astype(np.float64) - origin
    before = area_vectors(start.positions, start.triangles)
    share = np.ones(len(origin))
    edges = _edges(start)
    positions = moved.positions
    for turn in range(_ROUNDS):
        bad = _turned_over(before, positions, start)
        crossing = _crossings(positions, start)
        bad[crossing] = True
        if not bad.any():
            break
        vertices = np.unique(start.triangles[bad])
        share = _lowered(share, vertices, edges, turn=turn)
        positions = (origin + share[:, None] * way).astype(np.float32)
    return replace(moved, positions=positions)


def _lowered(
    share: Float64[np.ndarray, " v"],
    vertices: Int32[np.ndarray, " n"],
    edges: Int64[np.ndarray, "e 2"],
    *,
    turn: int,
) -> Float64[np.ndarray, " v"]:
    """Halve the ways of vertices, later stop them, and let those around follow more and more."""
    lowered = share.copy()
    lowered[vertices] *= 0.5 if turn < _ROUNDS // 2 else 0.0
    steepest = _STEEPEST if turn < _ROUNDS // 2 else _STEEPEST / 2
    for _ in range(min(3 + turn, _WIDEST)):
        around = lowered[edges] + steepest
        np.minimum.at(lowered, edges[:, 0], around[:, 1])
        np.minimum.at(lowered, edges[:, 1], around[:, 0])
    return lowered


def _edges(mesh: Mesh) -> Int64[np.ndarray, "e 2"]:
    """Return each edge of a closed mesh once."""
    edges = mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    return edges[edges[:, 0] < edges[:, 1]]


def _turned_over(
    before: Float64[np.ndarray, "t 3"], positions: Float32[np.ndarray, "v 3"], mesh: Mesh
) -> Bool[np.ndarray, " t"]:
    """Tell which triangles face the other way now."""
    after = area_vectors(positions, mesh.triangles)
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return np.einsum("ij,ij->i", before, after) <= _FOLDED * lengths


def _crossings(positions: Float32[np.ndarray, "v 3"], mesh: Mesh) -> Int64[np.ndarray, " n"]:
    """Find triangles that cut each other, the quick way on dense meshes."""
    find = crossing_triangles if mesh.num_triangles <= _EXACT else crossing_edges
    return find(positions, mesh.triangles)
