"""Triangles of a mesh that cut through each other.

Letters: t triangles, n pairs.
"""

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.qa.connectivity import weld_corners

Pairs = Int64[np.ndarray, "n 2"]
Corners = Float64[np.ndarray, "n 3 3"]

_CELLS = 96  # Of the search grid along the longest side, at most.


def count_self_intersections(mesh: Mesh) -> int:
    """Count the triangles that an edge of another triangle goes through, and those edges' own.

    Triangles that only touch, or that lie in one plane, do not count; neighbours count where they
    cut each other away from what they share.
    """
    corners, _ = weld_corners(mesh)
    points = mesh.positions.astype(np.float64)[mesh.triangles]
    pairs = _near_pairs(points)
    crossing = np.zeros(len(pairs), bool)
    for one, other in ((0, 1), (1, 0)):
        through, pierced = pairs[:, one], pairs[:, other]
        for k in range(3):
            ends = (k, (k + 1) % 3)
            shared = np.zeros(len(pairs), bool)
            for end in ends:
                shared |= (corners[through, end][:, None] == corners[pierced]).any(axis=1)
            rows = np.flatnonzero(~shared & ~crossing)
            segment = points[through[rows]][:, ends]
            crossing[rows] = _goes_through(segment, points[pierced[rows]])
    return len(np.unique(pairs[crossing]))


def _near_pairs(points: Float64[np.ndarray, "t 3 3"]) -> Pairs:
    """Return pairs of triangles whose boxes overlap, each once."""
    if len(points) < 2:
        return np.zeros((0, 2), np.int64)
    low, high = points.min(axis=1), points.max(axis=1)
    size = max(
        float(np.median((high - low).max(axis=1))), float(np.ptp(low, axis=0).max()) / _CELLS
    )
    triangle, cell = _cells(low, high, size=max(size, 1e-12))
    order = np.argsort(cell, kind="stable")
    triangle, cell = triangle[order], cell[order]
    found: list[Pairs] = []
    step = 1
    while True:  # Neighbours in the sorted list, one further apart each time.
        same = np.flatnonzero(cell[step:] == cell[:-step])
        if len(same) == 0:
            break
        first, second = triangle[same], triangle[same + step]
        overlap = ((low[first] <= high[second]) & (low[second] <= high[first])).all(axis=1)
        both = np.stack([first[overlap], second[overlap]], axis=1)
        found.append(np.sort(both, axis=1))
        step += 1
    pairs = np.concatenate(found) if found else np.zeros((0, 2), np.int64)
    keys = np.unique(pairs[:, 0] * len(points) + pairs[:, 1])
    return np.stack([keys // len(points), keys % len(points)], axis=1)


def _cells(
    low: Float64[np.ndarray, "t 3"], high: Float64[np.ndarray, "t 3"], *, size: float
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """List which cells of a grid each triangle's box reaches into."""
    origin = low.min(axis=0)
    first = np.floor((low - origin) / size).astype(np.int64)
    spans = np.floor((high - origin) / size).astype(np.int64) - first + 1
    counts = spans.prod(axis=1)
    triangle = np.repeat(np.arange(len(low)), counts)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    span = spans[triangle]
    offset = np.stack(
        [
            within // (span[:, 1] * span[:, 2]),
            within // span[:, 2] % span[:, 1],
            within % span[:, 2],
        ],
        axis=1,
    )
    at = first[triangle] + offset
    extent = at.max(axis=0) + 1
    return triangle, (at[:, 0] * extent[1] + at[:, 1]) * extent[2] + at[:, 2]


def _goes_through(
    segment: Float64[np.ndarray, "n 2 3"], triangle: Corners
) -> Bool[np.ndarray, " n"]:
    """Tell which segments pass through the inside of their triangle."""
    before, after = (_volume(segment[:, end], triangle) for end in (0, 1))
    sides: list[Float64[np.ndarray, " n"]] = []
    for k in range(3):
        edge = triangle[:, [k, (k + 1) % 3]]
        wedge = np.concatenate([segment[:, 1:], edge], axis=1)
        sides.append(_volume(segment[:, 0], wedge))
    inside = (np.stack(sides) > 0).all(axis=0) | (np.stack(sides) < 0).all(axis=0)
    return (before * after < 0) & inside


def _volume(apex: Float64[np.ndarray, "n 3"], base: Corners) -> Float64[np.ndarray, " n"]:
    """Return six times the signed volume of tetrahedra."""
    a, b, c = (base[:, k] - apex for k in range(3))
    return np.einsum("ij,ij->i", a, np.cross(b, c))
