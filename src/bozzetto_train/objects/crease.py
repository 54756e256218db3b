"""Shading normals for meshes that bring none: smooth, but sharp over creases.

Letters: t triangles, c corners (3 per triangle, `3 * triangle + k`), v vertices.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

CREASE_COS = 0.77
"""Cosine of the angle between two faces above which the edge between them is shaded smooth."""

_TINY = 1e-20


def crease_normals(
    positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]
) -> Float32[np.ndarray, "c 3"]:
    """Return one unit normal per corner.

    Corners at the same place share the area-weighted mean of their faces when a chain of edges
    that are not creases joins them; so a cylinder is round at its side and sharp at its rim.
    """
    welded = _same_place(positions)[triangles]
    areas = _area_vectors(positions, triangles)
    group = _smooth_groups(welded, areas)
    sums = np.stack(
        [np.bincount(group, weights=np.repeat(areas[:, axis], 3)) for axis in range(3)], axis=1
    )
    return _unit(sums[group], fallback=np.repeat(areas, 3, axis=0))


def _same_place(positions: Float32[np.ndarray, "v 3"]) -> Int64[np.ndarray, " v"]:
    """Give vertices at (nearly) the same place the same number."""
    size = float(np.ptp(positions, axis=0).max()) or 1.0
    cells = np.round(positions.astype(np.float64) / (size * 1e-5)).astype(np.int64)
    _, index = np.unique(cells, axis=0, return_inverse=True)
    return index.reshape(-1).astype(np.int64)


def _area_vectors(
    positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]
) -> Float64[np.ndarray, "t 3"]:
    a, b, c = (positions[triangles[:, k]].astype(np.float64) for k in range(3))
    return np.cross(b - a, c - a) / 2


def _smooth_groups(
    welded: Int64[np.ndarray, "t 3"], areas: Float64[np.ndarray, "t 3"]
) -> Int32[np.ndarray, " c"]:
    """Number the sets of corners that share a normal."""
    faces = areas / (np.linalg.norm(areas, axis=1, keepdims=True) + _TINY)
    count = len(welded)
    start = np.arange(3 * count)
    end = (start // 3) * 3 + (start + 1) % 3
    at = welded.reshape(-1)
    key = np.sort(np.stack([at[start], at[end]], axis=1), axis=1)
    order = np.lexsort((key[:, 1], key[:, 0]))
    first, second = order[:-1], order[1:]
    joined = (key[first] == key[second]).all(axis=1)
    first, second = first[joined], second[joined]
    soft = (faces[first // 3] * faces[second // 3]).sum(axis=1) > CREASE_COS
    first, second = first[soft], second[soft]
    # The two edges may run the same way or opposite ways: pair the corners by their place.
    same_way = at[start[first]] == at[start[second]]
    partner_of_start = np.where(same_way, start[second], end[second])
    partner_of_end = np.where(same_way, end[second], start[second])
    rows = np.concatenate([start[first], end[first]])
    columns = np.concatenate([partner_of_start, partner_of_end])
    graph = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(3 * count, 3 * count))
    _, group = connected_components(graph, directed=False)
    return group.astype(np.int32)


def _unit(
    vectors: Float64[np.ndarray, "c 3"], *, fallback: Float64[np.ndarray, "c 3"]
) -> Float32[np.ndarray, "c 3"]:
    """Normalise; where opposite faces cancel out, take the face's own direction, else +y."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = np.where(length > _TINY, vectors, fallback)
    length = np.linalg.norm(chosen, axis=1, keepdims=True)
    up = np.array([0.0, 1.0, 0.0])
    return np.where(length > _TINY, chosen / np.maximum(length, _TINY), up).astype(np.float32)
