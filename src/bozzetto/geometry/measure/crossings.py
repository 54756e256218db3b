"""Find triangles of a mesh that cut through each other.

`crossing_triangles` compares all pairs whose boxes meet; `crossing_edges` asks Embree, is many
times quicker on dense meshes, and may overlook what happens right beside a shared corner.
Letters: v vertices, t triangles, n pairs, e edges.
"""

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64

from bozzetto.geometry.raycast import Raycaster

Positions = Float32[np.ndarray, "v 3"]
Triangles = Int32[np.ndarray, "t 3"]
Pairs = Int64[np.ndarray, "n 2"]

_CELLS = 128  # Of the search grid along the longest side, at most.
_START = 1e-3  # Of an edge: rays start a little behind its corner, whose triangles they would meet.


def crossing_triangles(positions: Positions, triangles: Triangles) -> Int64[np.ndarray, " n"]:
    """Return the triangles that an edge of another one goes through, and those edges' own.

    Triangles that only touch, or that lie in one plane, do not count; neighbours count where they
    cut each other away from what they share.
    """
    points = positions.astype(np.float64)
    numbers = triangles.astype(np.int64)
    return np.unique(crossing_pairs(points, numbers, _near_pairs(points[numbers])))


def crossing_pairs(
    points: Float64[np.ndarray, "v 3"], triangles: Int64[np.ndarray, "t 3"], pairs: Pairs
) -> Int64[np.ndarray, "_ 2"]:
    """Return those of some pairs of triangles that cut each other."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    ends = triangles[both[:, 0]][:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    pierced = np.repeat(triangles[both[:, 1]], 3, axis=0)
    apart = np.ones(len(ends), bool)
    for k in range(3):
        apart &= (pierced[:, k] != ends[:, 0]) & (pierced[:, k] != ends[:, 1])
    rows = np.flatnonzero(apart)
    cut = np.zeros(len(ends), bool)
    cut[rows] = _goes_through(points[ends[rows]], points[pierced[rows]])
    return pairs[cut.reshape(2, -1, 3).any(axis=(0, 2))]


def crossing_edges(positions: Positions, triangles: Triangles) -> Int64[np.ndarray, " n"]:
    """Return the triangles at edges that go through another triangle, and those that they cut."""
    edges = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    owner = np.repeat(np.arange(len(triangles)), 3)
    once = edges[:, 0] < edges[:, 1]
    edges, owner = edges[once], owner[once]
    first, second = positions[edges[:, 0]], positions[edges[:, 1]]
    way = second - first
    hits = Raycaster(positions, triangles).first_hits(first + np.float32(_START) * way, way)
    near = np.flatnonzero(hits.found & (hits.distance < 1 - _START))
    pierced = hits.triangle[near].astype(np.int64)
    corners = triangles[pierced]
    apart = (corners[:, :, None] != edges[near][:, None]).all(axis=(1, 2))
    near, pierced = near[apart], pierced[apart]
    points = positions.astype(np.float64)
    cut = _goes_through(points[edges[near]], points[triangles[pierced]])
    return np.unique(np.concatenate([owner[near[cut]], pierced[cut]]))


def _near_pairs(points: Float64[np.ndarray, "t 3 3"]) -> Pairs:
    """Return pairs of triangles whose boxes overlap, each once."""
    if len(points) < 2:
        return np.zeros((0, 2), np.int64)
    low, high = points.min(axis=1), points.max(axis=1)
    longest = float(np.median((high - low).max(axis=1)))
    size = max(longest, float(np.ptp(low, axis=0).max()) / _CELLS, 1e-12)
    triangle, cell = _cells(low, high, size=size)
    order = np.argsort(cell, kind="stable")
    triangle, cell = triangle[order], cell[order]
    keys: list[Int64[np.ndarray, " n"]] = []
    step, left = 1, np.arange(len(cell) - 1)
    while len(left := left[left + step < len(cell)]):
        left = left[cell[left] == cell[left + step]]
        first, second = triangle[left], triangle[left + step]
        meet = ((low[first] <= high[second]) & (low[second] <= high[first])).all(axis=1)
        pair = np.sort(np.stack([first[meet], second[meet]], axis=1), axis=1)
        keys.append(pair[:, 0] * len(points) + pair[:, 1])
        step += 1
    every = np.unique(np.concatenate(keys)) if keys else np.zeros(0, np.int64)
    return np.stack([every // len(points), every % len(points)], axis=1)


def _cells(
    low: Float64[np.ndarray, "t 3"], high: Float64[np.ndarray, "t 3"], *, size: float
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """List which cells of a grid each triangle's box reaches into."""
    origin = low.min(axis=0)
    first = np.floor((low - origin) / size).astype(np.int64)
    last = np.floor((high - origin) / size).astype(np.int64)
    spans, extent = last - first + 1, last.max(axis=0) + 1
    counts = spans.prod(axis=1)
    triangle = np.repeat(np.arange(len(low)), counts)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    _, wide, deep = spans[triangle].T
    x, y, z = first[triangle].T
    x, y, z = x + within // (wide * deep), y + within // deep % wide, z + within % deep
    return triangle, (x * extent[1] + y) * extent[2] + z


def _goes_through(
    segment: Float64[np.ndarray, "n 2 3"], triangle: Float64[np.ndarray, "n 3 3"]
) -> Bool[np.ndarray, " n"]:
    """Tell which segments pass through the inside of their triangle."""
    before, after = (_volume(segment[:, end], triangle) for end in (0, 1))
    result = before * after < 0  # Most do not, and need no closer look.
    rows = np.flatnonzero(result)
    sides: list[Float64[np.ndarray, " n"]] = []
    for k in range(3):
        edge = triangle[rows][:, [k, (k + 1) % 3]]
        wedge = np.concatenate([segment[rows, 1:], edge], axis=1)
        sides.append(_volume(segment[rows, 0], wedge))
    around = np.stack(sides)
    result[rows] = (around > 0).all(axis=0) | (around < 0).all(axis=0)
    return result


def _volume(
    apex: Float64[np.ndarray, "n 3"], base: Float64[np.ndarray, "n 3 3"]
) -> Float64[np.ndarray, " n"]:
    """Return six times the signed volume of tetrahedra."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = ((base[:, k] - apex).T for k in range(3))
    return ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
