"""Which triangles touch: welding, shared edges, connected parts.

Letters: v vertices, t triangles, n pairs, m nodes.
"""

import numpy as np
from jaxtyping import Float32, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.weld import weld


def weld_corners(mesh: Mesh) -> tuple[Int64[np.ndarray, "t 3"], int]:
    """Number the positions in use; return each triangle's corners in these numbers, and a count."""
    used, corners = np.unique(weld(mesh.positions).place[mesh.triangles], return_inverse=True)
    return corners.reshape(-1, 3).astype(np.int64), len(used)


def welded_positions(
    mesh: Mesh, corners: Int64[np.ndarray, "t 3"], *, count: int
) -> Float32[np.ndarray, "n 3"]:
    """Return the positions that the numbers of `weld_corners` stand for.

    Args:
        mesh: Welded, or the same mesh bent: vertices of one number are taken to stay together.
        corners: From `weld_corners`.
        count: From `weld_corners`.
    """
    positions = np.zeros((count, 3), np.float32)
    positions[corners] = mesh.positions[mesh.triangles]
    return positions


def label_edge_connected(
    corners: Int64[np.ndarray, "t 3"],
) -> tuple[Int64[np.ndarray, " t"], int]:
    """Number the parts of triangles that shared edges connect, and count them."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    keys = np.minimum(start, end) * (corners.max(initial=0) + 1) + np.maximum(start, end)
    by_edge = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[by_edge[1:]] == keys[by_edge[:-1]])
    pairs = np.stack([by_edge[same] // 3, by_edge[same + 1] // 3], axis=1)
    return label_connected(pairs, num_nodes=len(corners))


def label_connected(
    pairs: Int64[np.ndarray, "n 2"], *, num_nodes: int
) -> tuple[Int64[np.ndarray, " m"], int]:
    """Number the connected parts of a graph, and count them."""
    if num_nodes == 0:
        return np.zeros(0, np.int64), 0
    links = np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])
    graph = csr_matrix(links, shape=(num_nodes, num_nodes))
    count, labels = connected_components(graph, directed=False)
    return labels.astype(np.int64), int(count)
