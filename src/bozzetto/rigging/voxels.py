"""The space a figure fills, as a grid of cells: it always exists, however broken the mesh is.

A cell is solid where the winding number says inside (Barill et al. 2018), or where a surface runs
through it that encloses nothing, so thin cloth counts too. Distances run along a graph of
neighbours; pieces that do not touch are joined by short bridges, so that every cell can be reached.
Letters: x y z cells along the axes, c solid cells, n points, v vertices.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import igl
import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.ndimage import binary_dilation, distance_transform_edt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.sampling import sample_surface

_MARGIN = 2
_SAMPLES_PER_CELL = 6.0
_HALF_NEIGHBOURS = tuple(d for d in product((-1, 0, 1), repeat=3) if d > (0, 0, 0))
_BRIDGE_PENALTY = 2.0
"""Length of a bridge over its span: a way through flesh is the better one."""

_LONGEST = 1.6
"""Cells along the longest side, over those along the height: bounds work on flat things."""
_ROUNDS = 8
"""Of bridging, the nearest first; what is left then hangs on what has been joined so far."""

Points = Float64[np.ndarray, "n 3"]
Numbers = Int64[np.ndarray, "*s"]
Cells = Int64[np.ndarray, "c 3"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Voxels:
    """Solid cells of a grid."""

    origin: Float64[np.ndarray, " 3"]
    """Centre of cell (0, 0, 0)."""
    step: float
    """Side of a cell, metres."""
    solid: Bool[np.ndarray, "x y z"]
    zones: Int64[np.ndarray, " c"] | None = None
    """Cells of different zones above 0 are no neighbours, though they touch; None: one body."""

    @cached_property
    def cells(self) -> Cells:
        """Indices of the solid cells, in C order; their position here is a cell's number."""
        return np.argwhere(self.solid)

    @cached_property
    def centres(self) -> Float64[np.ndarray, "c 3"]:
        """Middles of the solid cells, metres."""
        return self.cells * self.step + self.origin

    @cached_property
    def tree(self) -> cKDTree:
        """For nearest solid cells."""
        return cKDTree(self.centres)

    @cached_property
    def numbers(self) -> Int64[np.ndarray, "x y z"]:
        """Number of each solid cell; -1 for empty ones."""
        numbers = np.full(self.solid.shape, -1, np.int64)
        numbers[tuple(self.cells.T)] = np.arange(len(self.cells))
        return numbers

    def nearest(self, points: Points) -> Int64[np.ndarray, " n"]:
        """Return the number of the solid cell nearest to each point."""
        return np.asarray(self.tree.query(points)[1], np.int64)

    @cached_property
    def graph(self) -> csr_matrix:
        """Distances between neighbouring cells (26 of them), with bridges; symmetric."""
        rows, columns = self._neighbours()
        lengths = np.linalg.norm(self.centres[rows] - self.centres[columns], axis=1)
        bridge_rows, bridge_columns = self._bridges(rows, columns)
        spans = np.linalg.norm(self.centres[bridge_rows] - self.centres[bridge_columns], axis=1)
        rows, columns = np.r_[rows, bridge_rows], np.r_[columns, bridge_columns]
        lengths = np.r_[lengths, spans * _BRIDGE_PENALTY]
        count = len(self.cells)
        half = csr_matrix((lengths, (rows, columns)), shape=(count, count))
        return half + half.T

    def severed(self, some: Numbers, others: Numbers) -> Bool[np.ndarray, "*s"]:
        """Tell which pairs of cells belong to different zones."""
        if self.zones is None:
            return np.zeros(np.broadcast_shapes(some.shape, others.shape), bool)
        here, there = self.zones[some], self.zones[others]
        return (here > 0) & (there > 0) & (here != there)

    def pieces(self) -> Int64[np.ndarray, " c"]:
        """Number the pieces that touch; one number per solid cell."""
        rows, columns = self._neighbours()
        count = len(self.cells)
        touch = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
        return connected_components(touch, directed=False)[1].astype(np.int64)

    def _neighbours(self) -> tuple[Int64[np.ndarray, " e"], Int64[np.ndarray, " e"]]:
        """List every pair of touching cells once."""
        rows: list[Int64[np.ndarray, " m"]] = []
        columns: list[Int64[np.ndarray, " m"]] = []
        size = np.array(self.solid.shape)
        for offset in _HALF_NEIGHBOURS:
            moved = self.cells + offset
            inside = ((moved >= 0) & (moved < size)).all(axis=1)
            other = np.full(len(moved), -1, np.int64)
            other[inside] = self.numbers[tuple(moved[inside].T)]
            here = np.flatnonzero(other >= 0)
            if self.zones is not None:
                here = here[~self.severed(here, other[here])]
            rows.append(here)
            columns.append(other[here])
        return np.concatenate(rows), np.concatenate(columns)

    def _bridges(
        self, rows: Int64[np.ndarray, " e"], columns: Int64[np.ndarray, " e"]
    ) -> tuple[Int64[np.ndarray, " b"], Int64[np.ndarray, " b"]]:
        """Join pieces at their nearest cells, the nearest pieces first."""
        count = len(self.cells)
        ones = np.ones(len(rows), np.float64)
        touch = csr_matrix((ones, (rows, columns)), shape=(count, count))
        number, label = connected_components(touch, directed=False)
        joined: list[Int64[np.ndarray, "b 2"]] = []
        rounds = 0
        while number > 1:
            rounds += 1
            # The largest piece grows by whatever is nearest to it.
            main = int(np.bincount(label).argmax())
            outside = np.flatnonzero(label != main)
            span, nearest = self._way_to(label == main, outside)
            # All pieces about as near as the nearest are joined at once.
            reach = float(span.min()) * 1.2 + self.step if rounds < _ROUNDS else np.inf
            order = np.lexsort((span, label[outside]))
            pieces, first = np.unique(label[outside[order]], return_index=True)
            best = order[first]
            chosen = span[best] <= reach
            best = best[chosen]
            joined.append(np.stack([outside[best], nearest[best]], axis=1))
            label[np.isin(label, pieces[chosen])] = main
            number -= len(best)
        pairs = np.concatenate([np.zeros((0, 2), np.int64), *joined])
        return pairs[:, 0], pairs[:, 1]

    def _way_to(
        self, goal: Bool[np.ndarray, " c"], starts: Int64[np.ndarray, " n"]
    ) -> tuple[Float64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
        """Return the straight distance from some cells to the nearest of others, and which it is.

        On the grid, because pieces may be thousands and far apart, where a tree is slow.
        """
        away = np.ones(self.solid.shape, bool)
        away[tuple(self.cells[goal].T)] = False
        nearest = distance_transform_edt(away, return_distances=False, return_indices=True)
        x, y, z = self.cells[starts].T
        there = self.numbers[tuple(nearest[:, x, y, z])]
        return np.linalg.norm(self.centres[there] - self.centres[starts], axis=1), there


def voxelize(mesh: Mesh, *, cells: int) -> Voxels:
    """Fill a grid with a figure.

    Args:
        mesh: Any triangle soup with an area.
        cells: Along the figure's height; other sides follow. Fewer where a side is far longer.
    """
    low, high = (corner.astype(np.float64) for corner in mesh.bounds)
    longest = float((high - low).max())
    step = max(float(high[1] - low[1]) / cells, longest / (_LONGEST * cells))
    shape = np.ceil((high - low) / step).astype(np.int64) + 1 + 2 * _MARGIN
    origin = low - _MARGIN * step
    crossed = _crossed(mesh, origin, step=step, shape=tuple(shape.tolist()))
    inside = _inside(mesh, origin, step=step, crossed=crossed)
    # A crossed cell whose middle is outside would close narrow gaps, such as an armpit; it counts
    # only where there is no inside to stand for it.
    near = binary_dilation(inside, structure=np.ones((3, 3, 3)), iterations=1)
    return Voxels(origin=origin, step=step, solid=inside | (crossed & ~near))


def _crossed(
    mesh: Mesh, origin: Float64[np.ndarray, " 3"], *, step: float, shape: tuple[int, ...]
) -> Bool[np.ndarray, "x y z"]:
    """Mark the cells that the surface runs through."""
    corners = mesh.positions.astype(np.float64)[mesh.triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = float(np.linalg.norm(cross, axis=1).sum()) / 2
    count = int(_SAMPLES_PER_CELL * area / step**2) + 1
    points = sample_surface(mesh, count=count, seed=0).points
    points = np.concatenate([points, mesh.positions.astype(np.float64)])
    solid = np.zeros(shape, bool)
    solid[tuple(np.rint((points - origin) / step).astype(np.int64).T)] = True
    return solid


def _inside(
    mesh: Mesh,
    origin: Float64[np.ndarray, " 3"],
    *,
    step: float,
    crossed: Bool[np.ndarray, "x y z"],
) -> Bool[np.ndarray, "x y z"]:
    """Mark the cells whose middle the surface winds round."""
    # Far from the surface, in front of all of it, nothing can be inside.
    ahead = np.maximum.accumulate(crossed, axis=2)
    behind = np.maximum.accumulate(crossed[:, :, ::-1], axis=2)[:, :, ::-1]
    asked = np.argwhere(ahead & behind)
    inside = np.zeros_like(crossed)
    if len(asked) == 0:
        return inside
    winding = igl.fast_winding_number(
        mesh.positions.astype(np.float64),
        mesh.triangles.astype(np.int64),
        (asked * step + origin).astype(np.float64),
    )
    kept = asked[np.abs(winding) > 0.5]
    inside[tuple(kept.T)] = True
    return inside
