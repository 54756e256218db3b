"""Split edges of a closed mesh in their middles: two triangles more for each.

Letters: t triangles, n chosen ones.
"""

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh


def split_longest(mesh: Mesh, *, count: int) -> Mesh:
    """Split so many edges, the longest first; the surface stays where it is.

    Attributes are not carried over; the same holds for `split_edges`.

    Args:
        mesh: Closed; quads come apart.
        count: 0 or more.
    """
    left = count
    while left > 0:
        every = np.arange(mesh.num_triangles)
        longest = every[np.argsort(-_lengths(mesh).max(axis=1), kind="stable")[: 4 * left]]
        finer = split_edges(mesh, among=longest, most=left)
        if finer is mesh:
            break
        left -= (finer.num_triangles - mesh.num_triangles) // 2
        mesh = finer
    return mesh


def split_edges(mesh: Mesh, *, among: Int64[np.ndarray, " n"], most: int) -> Mesh:
    """Split the longest edges of chosen triangles, no triangle twice.

    Args:
        mesh: Closed.
        among: Triangles, those that matter most first.
        most: How many edges at the most.
    """
    longest = _lengths(mesh)[among].argmax(axis=1)
    triangles = mesh.triangles
    used = np.zeros(mesh.num_triangles, bool)
    ends: list[tuple[int, int]] = []
    fresh: list[tuple[int, int, int]] = []
    for row, side in zip(among.tolist(), longest.tolist(), strict=True):
        a, b = int(triangles[row, side]), int(triangles[row, (side + 1) % 3])
        both = np.flatnonzero(((triangles == a) | (triangles == b)).sum(axis=1) == 2)
        if len(ends) == most or used[both].any() or len(both) != 2:
            continue
        used[both] = True
        middle = mesh.num_vertices + len(ends)
        ends.append((a, b))
        for corners in triangles[both].tolist():
            fresh += [_with(corners, a, middle), _with(corners, b, middle)]
    return _rebuilt(mesh, gone=used, ends=ends, fresh=fresh) if ends else mesh


def _rebuilt(
    mesh: Mesh,
    *,
    gone: Bool[np.ndarray, " t"],
    ends: list[tuple[int, int]],
    fresh: list[tuple[int, int, int]],
) -> Mesh:
    """Add vertices between pairs of others, and triangles in place of those that go."""
    pairs = np.array(ends)
    middles = mesh.positions[pairs].astype(np.float64).mean(axis=1).astype(np.float32)
    triangles = np.concatenate([mesh.triangles[~gone], np.array(fresh, np.int32)])
    return Mesh(positions=np.concatenate([mesh.positions, middles]), triangles=triangles)


def _with(corners: list[int], old: int, new: int) -> tuple[int, int, int]:
    """Put one corner in place of another."""
    a, b, c = (new if corner == old else corner for corner in corners)
    return a, b, c


def _lengths(mesh: Mesh) -> Float64[np.ndarray, "t 3"]:
    """Return the lengths of the sides: from each corner to the next."""
    corners = mesh.positions[mesh.triangles].astype(np.float64)
    return np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
