"""Repair what reduction breaks: triangles that fold, have no width or cut others.

Only the few places concerned are touched: corners move, edges are flipped, and where two sheets lie
too close for the coarse triangles, edges are split. A change is kept only if fewer faults are left
around it. Letters: v vertices, t triangles, n chosen ones.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree, interpolate
from bozzetto.geometry.measure.crossings import crossing_pairs, crossing_triangles
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.split import split_edges, split_longest

Rows = Int64[np.ndarray, " _"]  # Lengths change on the way.

_SPLIT_ROUNDS = 2
_SWEEPS = 3
_SHARE_SPLIT = 1 / 500  # Of the triangles, that splits may add.
_NARROW = 1e-4  # Height over longest side; below it a triangle has no width.
_STEPS = (0.5, 1.0)  # Shares of the way to the neighbours' mean that a corner tries.
_APART = (-0.3, -0.1, 0.1, 0.3)  # Mean edges along the normal that it tries.


def spare_triangles(target: int) -> int:
    """Return how many triangles of a budget to leave for repairs; even."""
    return 2 * int(target * _SHARE_SPLIT)


def repair_faults(mesh: Mesh, *, source: Mesh, target: int) -> Mesh:
    """Return a mesh without faults, where that can be done, with exactly `target` triangles.

    Args:
        mesh: Closed, reduced from the source to no more than `target` triangles.
        source: The dense surface, without faults of its own.
        target: What is missing is made up for by splitting long edges, two triangles at a time.
    """
    surface = _Surface(source)
    mesh, left = _repaired(mesh, _faults(mesh, surface), surface, may_flip=True)
    for _ in range(_SPLIT_ROUNDS):
        splits = min((target - mesh.num_triangles) // 2, len(left))
        if splits <= 0:
            break
        mesh = split_edges(mesh, among=left, most=splits)
        mesh, left = _repaired(mesh, _faults(mesh, surface), surface, may_flip=True)
    return split_longest(mesh, count=(target - mesh.num_triangles) // 2)


def move_out_of_faults(mesh: Mesh, *, source: Mesh) -> tuple[Mesh, Rows]:
    """Move single corners of a finished mesh out of its faults; faces, quads and budget stay.

    Returns:
        The mesh, and the triangles that are faulty still.
    """
    surface = _Surface(source)
    return _repaired(mesh, _faults(mesh, surface), surface, may_flip=False)


def repair_triangles(mesh: Mesh, rows: Rows) -> Mesh:
    """Flip edges and move corners of a dense surface's own folded triangles; count stays."""
    return _repaired(mesh, rows, _Surface(mesh), may_flip=True)[0]


def _faults(mesh: Mesh, surface: "_Surface") -> Rows:
    """Return the triangles that are folded, without width, or cut others."""
    points = mesh.positions.astype(np.float64)[mesh.triangles]
    crossing = crossing_triangles(mesh.positions, mesh.triangles)
    alone = np.flatnonzero(surface.is_folded(points) | _is_narrow(points))
    return np.union1d(crossing, alone)


def _repaired(mesh: Mesh, bad: Rows, surface: "_Surface", *, may_flip: bool) -> tuple[Mesh, Rows]:
    """Sweep over faulty triangles until nothing helps; return those that are left as well."""
    if len(bad) == 0:
        return mesh, bad
    patch = _Patch(mesh, surface)
    for _ in range(_SWEEPS):
        for row in bad[: len(bad) if may_flip else 0].tolist():
            patch.try_flips(row)
        for vertex in np.unique(patch.triangles[bad]).tolist():
            patch.try_moves(vertex)
        left = np.array([row for row in bad.tolist() if patch.count(np.array([row]))], np.int64)
        stuck, bad = len(left) == len(bad), left
        if stuck or len(bad) == 0:
            break
    positions = patch.points.astype(np.float32)
    triangles = patch.triangles.astype(np.int32)
    normals = None if mesh.normals is None else vertex_normals(positions, triangles)
    return replace(mesh, positions=positions, triangles=triangles, normals=normals), bad


class _Surface:
    """The dense surface, ready for queries."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._normals = vertex_normals(mesh.positions, mesh.triangles)
        self._tree = SurfaceTree(mesh)

    def nearest(self, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
        """Return the surface's points nearest to others."""
        at = self._tree.closest(points).at
        return interpolate(self._mesh.positions, self._mesh.triangles, at).astype(np.float64)

    def is_folded(self, points: Float64[np.ndarray, "n 3 3"]) -> Bool[np.ndarray, " n"]:
        """Tell which triangles face against the surface nearest to their middles."""
        areas = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
        return np.einsum("ij,ij->i", areas, self.normals(points.mean(axis=1))) < 0

    def normals(self, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
        """Return the surface's normals nearest to points."""
        at = self._tree.closest(points).at
        return interpolate(self._normals, self._mesh.triangles, at).astype(np.float64)


class _Patch:
    """A mesh whose corners and edges are tried one by one; private to one call."""

    def __init__(self, mesh: Mesh, surface: _Surface) -> None:
        self.points = mesh.positions.astype(np.float64)
        self.triangles = mesh.triangles.astype(np.int64)
        self._surface = surface
        boxes = self.points[self.triangles]
        self._low, self._high = boxes.min(axis=1), boxes.max(axis=1)

    def count(self, rows: Rows) -> int:
        """Count the faults of some triangles."""
        points = self.points[self.triangles[rows]]
        alone = self._surface.is_folded(points) | _is_narrow(points)
        return int(alone.sum()) + self._count_crossings(rows, points)

    def try_moves(self, vertex: int) -> None:
        """Move a corner to where fewest faults are left around it, if that is fewer than now."""
        rows = np.flatnonzero((self.triangles == vertex).any(axis=1))
        fewest, start = self.count(rows), self.points[vertex].copy()
        if fewest == 0:
            return
        best = start
        for place in self._places(vertex, rows):
            if self._is_taken(place):
                continue
            self._put(vertex, place, rows)
            left = self.count(rows)
            if left < fewest:
                fewest, best = left, place
            if fewest == 0:
                break
        self._put(vertex, best, rows)

    def try_flips(self, row: int) -> None:
        """Flip an edge of a triangle if that leaves fewer faults in both triangles at it."""
        if self.count(np.array([row])) == 0:
            return
        for side in range(3):
            a, b = (int(self.triangles[row, (side + k) % 3]) for k in range(2))
            both = np.flatnonzero(((self.triangles == a) | (self.triangles == b)).sum(axis=1) == 2)
            if len(both) != 2:
                continue
            c, d = (
                int(corners[(corners != a) & (corners != b)][0])
                for corners in (self.triangles[row], self.triangles[int(both[both != row][0])])
            )
            if ((self.triangles == c) | (self.triangles == d)).sum(axis=1).max() == 2:
                continue  # The new edge is there already.
            rows = np.array([row, int(both[both != row][0])])
            before, old = self.count(rows), self.triangles[rows].copy()
            self._set(rows, np.array([[a, d, c], [d, b, c]]))
            if self.count(rows) < before:
                return
            self._set(rows, old)

    def _places(self, vertex: int, rows: Rows) -> list[Float64[np.ndarray, " 3"]]:
        """List where a corner might go: towards its neighbours, on the surface and off it."""
        around = self.triangles[rows]
        start, ring = self.points[vertex], self.points[np.unique(around[around != vertex])]
        ways = [start + share * (ring.mean(axis=0) - start) for share in _STEPS]
        on = self._surface.nearest(np.stack([start, *ways, *((start + ring) / 2)]))
        edge = float(np.linalg.norm(ring - start, axis=1).mean())
        normal = self._surface.normals(start[None])[0]
        off = [start + step * edge * normal for step in _APART]
        return [*on[1:3], *ways, on[0], *off, *on[3:]]

    def _is_taken(self, place: Float64[np.ndarray, " 3"]) -> bool:
        """Tell whether a corner lies there: two at one place would tear the surface when welded."""
        return bool((self.points == place.astype(np.float32)).all(axis=1).any())

    def _put(self, vertex: int, place: Float64[np.ndarray, " 3"], rows: Rows) -> None:
        """Place a corner, rounded as the file will have it."""
        self.points[vertex] = place.astype(np.float32)
        self._set(rows, self.triangles[rows])

    def _set(self, rows: Rows, corners: Int64[np.ndarray, "n 3"]) -> None:
        """Change triangles and their boxes."""
        self.triangles[rows] = corners
        boxes = self.points[corners]
        self._low[rows], self._high[rows] = boxes.min(axis=1), boxes.max(axis=1)

    def _count_crossings(self, rows: Rows, points: Float64[np.ndarray, "n 3 3"]) -> int:
        """Count the triangles that cut some others."""
        low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
        near = np.flatnonzero(((self._low <= high) & (self._high >= low)).all(axis=1))
        first, second = np.repeat(rows, len(near)), np.tile(near, len(rows))
        meet = (self._low[first] <= self._high[second]) & (self._low[second] <= self._high[first])
        pairs = np.stack([first, second], axis=1)[meet.all(axis=1) & (first != second)]
        return len(crossing_pairs(self.points, self.triangles, pairs))


def _is_narrow(points: Float64[np.ndarray, "n 3 3"]) -> Bool[np.ndarray, " n"]:
    """Tell which triangles have no width."""
    longest = np.linalg.norm(points - np.roll(points, 1, axis=1), axis=2).max(axis=1)
    doubled = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
    return np.linalg.norm(doubled, axis=1) <= _NARROW * longest**2
