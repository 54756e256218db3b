"""Shading normals for meshes that bring none: smooth, but sharp over creases.

Letters: t triangles, c corners (3 per triangle, `3 * triangle + k`), v vertices.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

CREASE_COS = 0.77
"""Cosine of the angle between two faces above which the edge between them is shaded smooth."""

_TINY = 1e-20


@dataclass(frozen=True, kw_only=True, eq=False)
class CornerNormals:
    """A normal per corner; corners of the same group and vertex have the same."""

    normals: Float32[np.ndarray, "c 3"]
    group: Int32[np.ndarray, " c"]


def crease_normals(
    positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]
) -> CornerNormals:
    """Compute a unit normal per corner.

    Corners at the same place share the area-weighted mean of their faces when a chain of edges
    that are not creases joins them; so a cylinder is round at its side and sharp at its rim.
    """
    welded = _same_place(positions)[triangles]
    areas = _area_vectors(positions, triangles)
    group = _smooth_groups(welded, areas)
    sums = np.stack(
        [np.bincount(group, weights=np.repeat(areas[:, axis], 3)) for axis in range(3)], axis=1
    )
    normals = _unit(sums[group], fallback=np.repeat(areas, 3, axis=0))
    return CornerNormals(normals=normals, group=group)


def _same_place(positions: Float32[np.ndarray, "v 3"]) -> Int64[np.ndarray, " v"]:
    """Give vertices at (nearly) the same place the same number."""
    size = float(np.ptp(positions, axis=0).max()) or 1.0
    steps = (positions - positions.min(axis=0)).astype(np.float64) / (size * 1e-5)
    cells = (steps + 0.5).astype(np.int64)
    # One number per cell sorts many times faster than rows; 2^20 exceeds 1e5 cells per side.
    _, index = np.unique(
        (cells[:, 0] << 40) + (cells[:, 1] << 20) + cells[:, 2], return_inverse=True
    )
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
    low, high = np.minimum(at[start], at[end]), np.maximum(at[start], at[end])
    key = low * (int(at.max()) + 1) + high
    order = np.argsort(key, kind="stable")
    first, second = order[:-1], order[1:]
    joined = key[first] == key[second]
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
