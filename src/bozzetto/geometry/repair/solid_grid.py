"""A closed surface as samples on a regular grid, and sets of samples that grow and shrink.

Letters: x y z grid nodes, t triangles, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh

Nodes = Bool[np.ndarray, "x y z"]

_FINER = 3  # Points along each axis around a node, for thin parts.
_MARGIN = 7  # Empty nodes around the object: sets may grow by so many.
_OFF_CORNERS = np.array([1.2345e-5, 2.3456e-5])  # Of a step: rays must not meet corners exactly.


@dataclass(frozen=True, kw_only=True, eq=False)
class SolidGrid:
    """Which nodes of a grid lie inside a closed surface."""

    inside: Nodes
    origin: Float64[np.ndarray, " 3"]
    """Of node (0, 0, 0), in metres."""
    step: float
    """Between nodes, in metres."""

    def points(self, nodes: Nodes) -> Float64[np.ndarray, "n 3"]:
        """Return the positions of chosen nodes in C order."""
        return np.argwhere(nodes) * self.step + self.origin


def sample_solid(mesh: Mesh, *, step: float) -> SolidGrid:
    """Tell which nodes lie inside a closed mesh, by the surface's crossings of rays along z.

    Args:
        mesh: Closed and consistently oriented; it should not cut itself.
        step: Between nodes, in metres.
    """
    low, high = (bound.astype(np.float64) for bound in mesh.bounds)
    counts = np.ceil((high - low) / step).astype(np.int64) + 1 + 2 * _MARGIN
    origin = low - _MARGIN * step
    return SolidGrid(
        inside=_sampled(mesh, origin=origin, step=step, counts=counts), origin=origin, step=step
    )


def sample_touched(mesh: Mesh, grid: SolidGrid) -> Nodes:
    """Tell around which nodes of a grid any of 27 points lies inside: thin parts do not slip by."""
    step, counts = grid.step / _FINER, np.array(grid.inside.shape)
    fine = _sampled(mesh, origin=grid.origin - step, step=step, counts=_FINER * counts)
    x, y, z = (int(count) for count in counts)
    blocks = fine.reshape(x, _FINER, y, _FINER, z, _FINER)
    return np.asarray(blocks.any(axis=(1, 3, 5)))


def _sampled(
    mesh: Mesh,
    *,
    origin: Float64[np.ndarray, " 3"],
    step: float,
    counts: Int64[np.ndarray, " 3"],
) -> Nodes:
    """Tell which nodes of a box that holds the mesh lie inside it."""
    corners = (mesh.positions.astype(np.float64) - origin) / step
    corners[:, :2] += _OFF_CORNERS
    x, y, z, turn = _crossings(corners, mesh.triangles.astype(np.int64))
    jumps = np.zeros(tuple(counts), np.int16)
    np.add.at(jumps, (x, y, z), turn)
    return np.cumsum(jumps, axis=2, dtype=np.int16) > 0


def grown(nodes: Nodes, steps: int) -> Nodes:
    """Grow a set by about that many nodes; beyond the grid there is nothing.

    Neighbours along axes and diagonals of faces take turns with those along axes alone, which comes
    near a ball.
    """
    result = nodes
    for turn in range(steps):
        result = _grown_once(result, diagonals=turn % 2 == 0)
    return result


def neighbours(nodes: Nodes) -> Nodes:
    """Return what is beside a set along the axes."""
    return _grown_once(nodes, diagonals=False) & ~nodes


def closed(nodes: Nodes, steps: int) -> Nodes:
    """Fill gaps narrower than twice the steps; the grid's border must be as far from the set."""
    return ~grown(~grown(nodes, steps), steps)


def opened(nodes: Nodes, steps: int) -> Nodes:
    """Take off what is thinner than twice the steps."""
    return grown(~grown(~nodes, steps), steps)


def _crossings(
    corners: Float64[np.ndarray, "v 3"], triangles: Int64[np.ndarray, "t 3"]
) -> tuple[
    Int64[np.ndarray, " n"],
    Int64[np.ndarray, " n"],
    Int64[np.ndarray, " n"],
    Int64[np.ndarray, " n"],
]:
    """Return the first node (x, y, z) behind each crossing, and 1 for entering, -1 for leaving."""
    triangle, x, y = _columns_of(corners[triangles][:, :, :2])
    at = np.stack([x, y], axis=1).astype(np.float64)
    sides = np.stack(
        [
            _side(corners, triangles[triangle, k - 2], triangles[triangle, k - 1], at=at)
            for k in range(3)
        ],
        axis=1,
    )
    hit = (sides > 0).all(axis=1) | (sides < 0).all(axis=1)
    sides, triangle = sides[hit], triangle[hit]
    heights = corners[triangles[triangle], 2]
    depth = (sides * heights).sum(axis=1) / sides.sum(axis=1)
    turn = np.where(sides[:, 0] > 0, -1, 1).astype(np.int64)
    return x[hit], y[hit], np.ceil(depth).astype(np.int64), turn


def _columns_of(
    corners: Float64[np.ndarray, "t 3 2"],
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """List the triangles and the columns (x, y) of nodes in their boxes."""
    low = np.ceil(corners.min(axis=1)).astype(np.int64)
    spans = np.maximum(np.floor(corners.max(axis=1)).astype(np.int64) - low + 1, 0)
    counts = spans.prod(axis=1)
    triangle = np.repeat(np.arange(len(corners)), counts)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = spans[triangle, 1]
    return triangle, low[triangle, 0] + within // wide, low[triangle, 1] + within % wide


def _side(
    corners: Float64[np.ndarray, "v 3"],
    first: Int64[np.ndarray, " n"],
    second: Int64[np.ndarray, " n"],
    *,
    at: Float64[np.ndarray, "n 2"],
) -> Float64[np.ndarray, " n"]:
    """Tell on which side of edges points lie: positive to the left.

    Both triangles of an edge compute the very same number: no ray may slip through between them.
    """
    swapped = first > second
    a = corners[np.where(swapped, second, first), :2]
    b = corners[np.where(swapped, first, second), :2]
    area = (b[:, 0] - a[:, 0]) * (at[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (at[:, 0] - a[:, 0])
    return np.where(swapped, -area, area)


def _grown_once(nodes: Nodes, *, diagonals: bool) -> Nodes:
    """Add neighbours along the axes, and along face diagonals if asked for."""
    result = nodes.copy()
    for axis in range(3):
        line = _either_side(nodes, axis)
        result |= line
        if diagonals:
            result |= _either_side(line, (axis + 1) % 3)
    return result


def _either_side(nodes: Nodes, axis: int) -> Nodes:
    """Tell which nodes have a neighbour in the set before or behind them along an axis."""
    result = np.zeros_like(nodes)
    there, here = np.moveaxis(result, axis, 0), np.moveaxis(nodes, axis, 0)
    there[1:] |= here[:-1]
    there[:-1] |= here[1:]
    return result
