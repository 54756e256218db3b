"""Smooth displacements of a picture, and moving a mesh along with one.

A point keeps its depth and moves with the pixel it is seen at. So surfaces that lie behind each
other move alike, and as long as the picture does not fold, nothing in space cuts through anything.
Letters: r q rows and columns of grid nodes, n points, v vertices, e pairs of neighbours.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve

from bozzetto.sculpting.least_squares import diagonal_of, gram, solve
from bozzetto.views.camera import Camera

Pixels = Float64[np.ndarray, "n 2"]
Positions = Float64[np.ndarray, "v 3"]

_MARGIN = 4  # Cells around all points, in which the warp fades out.
_DIRECT = 20_000  # Nodes up to which systems are solved exactly; fine grids add what is near.
_TRIES = 3
_STEEPEST = 0.7  # Displacement per way; from 1 on the picture would fold.


@dataclass(frozen=True, kw_only=True)
class WarpOptions:
    """How a warp follows its points."""

    stiffness: float = 0.03
    """Resistance to bending, against a pull of 1 for every cell that the points run through."""
    spread_cells: float = 20.0
    """Way over which a pull fades, in grid cells."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Warp:
    """Displacements at the nodes of a grid over a picture."""

    corner_px: Float64[np.ndarray, " 2"]
    """Position (x, y) of the first node."""
    cell_px: float
    values: Float64[np.ndarray, "r q 2"]
    """Pixels."""

    def at(self, pixels: Pixels) -> Pixels:
        """Look displacements up; beyond the grid its border repeats."""
        node, share = _cells(self, pixels)
        flat = self.values.reshape(-1, 2)
        corners = _corners(node, share, columns=self.values.shape[1])
        total = np.zeros(pixels.shape)
        for index, weight in corners:
            total += weight[:, None] * flat[index]
        return total

    def move(
        self, positions: Float64[np.ndarray, "v 3"], camera: Camera
    ) -> Float64[np.ndarray, "v 3"]:
        """Move points in front of a camera with the picture, at their depths."""
        pixels, depth = camera.project(positions)
        across = self.at(pixels) * (depth / camera.focal_px)[:, None]
        return positions + across @ camera.world_from_camera.rotation[:, :2].T


def fit_warp(
    pixels: Pixels,
    ways: Pixels,
    *,
    weights: Float64[np.ndarray, " n"],
    cell_px: float,
    options: WarpOptions = WarpOptions(),
) -> Warp:
    """Fit a warp that takes points some way, as smoothly as a thin plate would.

    Where that would fold the picture, the plate is made stiffer, and in the end all displacements
    are scaled down.

    Args:
        pixels: Where the points are.
        ways: Where they should go, from there.
        weights: How much each counts: the length it stands for, in cells.
        cell_px: Side of a grid cell.
        options: Stiffness and reach.
    """
    corner = pixels.min(axis=0) - _MARGIN * cell_px
    columns, rows = (np.ceil(np.ptp(pixels, axis=0) / cell_px) + 2 * _MARGIN + 2).astype(int)
    empty = Warp(corner_px=corner, cell_px=cell_px, values=np.zeros((rows, columns, 2)))
    node, share = _cells(empty, pixels)
    corners = _corners(node, share, columns=int(columns))
    count, every = len(pixels), np.arange(len(pixels))
    values = np.concatenate([weight for _, weight in corners])
    places = np.concatenate([index for index, _ in corners])
    shape = (count, int(rows * columns))
    lookup = csr_matrix((values, (np.tile(every, 4), places)), shape=shape)
    # Scaled rows make the normal equations symmetric.
    root = np.sqrt(weights)
    scaled = csr_matrix((values * np.tile(root, 4), (np.tile(every, 4), places)), shape=shape)
    system = _System(
        pull=gram(scaled),
        plate=gram(_grid_difference(int(rows), int(columns))),
        right=lookup.T @ (weights[:, None] * ways),
    )
    field, steepest = empty.values, 0.0
    for turn in range(_TRIES):
        stiffness = options.stiffness * 6**turn
        field = system.solved(stiffness, spread=options.spread_cells).reshape(empty.values.shape)
        steepest = max(float(np.abs(np.diff(field, axis=axis)).max()) for axis in range(2))
        if steepest <= _STEEPEST * cell_px:
            break
    return replace(empty, values=field * min(1.0, _STEEPEST * cell_px / max(steepest, 1e-12)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _System:
    """The equations of a warp."""

    pull: csr_matrix
    plate: csr_matrix
    right: Float64[np.ndarray, "m 2"]

    def solved(self, stiffness: float, *, spread: float) -> Float64[np.ndarray, "m 2"]:
        """Solve them."""
        hold, count = stiffness * (0.5 / spread) ** 4, len(self.right)
        if count <= _DIRECT:
            every = np.arange(count)
            still = csr_matrix((np.full(count, hold), (every, every)), shape=(count, count))
            return spsolve(self.pull + stiffness * self.plate + still, self.right)
        return solve(
            lambda field: self.pull @ field + stiffness * (self.plate @ field) + hold * field,
            self.right,
            diagonal=diagonal_of(self.pull) + stiffness * diagonal_of(self.plate) + hold,
        )


def _cells(
    warp: Warp, pixels: Pixels
) -> tuple[Int64[np.ndarray, "n 2"], Float64[np.ndarray, "n 2"]]:
    """Return each point's cell (row, column) and its place in it; cells end at the border."""
    rows, columns = warp.values.shape[:2]
    place = ((pixels - warp.corner_px) / warp.cell_px)[:, ::-1]
    last = np.array([rows - 2, columns - 2])
    node = np.clip(np.floor(np.nan_to_num(place)), 0, last).astype(np.int64)
    return node, np.clip(np.nan_to_num(place) - node, 0, 1)


def _corners(
    node: Int64[np.ndarray, "n 2"], share: Float64[np.ndarray, "n 2"], *, columns: int
) -> list[tuple[Int64[np.ndarray, " n"], Float64[np.ndarray, " n"]]]:
    """Return the nodes around points and their bilinear weights."""
    first = node[:, 0] * columns + node[:, 1]
    down, across = share.T
    return [
        (first, (1 - down) * (1 - across)),
        (first + 1, (1 - down) * across),
        (first + columns, down * (1 - across)),
        (first + columns + 1, down * across),
    ]


def _grid_difference(rows: int, columns: int) -> csr_matrix:
    """Return the matrix from node values to their differences from the neighbours' mean."""
    index = np.arange(rows * columns).reshape(rows, columns)
    pairs = np.concatenate(
        [
            np.stack([index[:, :-1].reshape(-1), index[:, 1:].reshape(-1)], axis=1),
            np.stack([index[:-1].reshape(-1), index[1:].reshape(-1)], axis=1),
        ]
    )
    both = np.concatenate([pairs, pairs[:, ::-1]])
    degree = np.bincount(both[:, 0], minlength=index.size)
    every = np.arange(index.size)
    values = np.concatenate([np.ones(index.size), -1 / degree[both[:, 0]]])
    entries = (np.concatenate([every, both[:, 0]]), np.concatenate([every, both[:, 1]]))
    return csr_matrix((values, entries), shape=(index.size, index.size))
