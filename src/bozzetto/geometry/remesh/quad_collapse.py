"""Take single quads out of a closed mesh of quads, so that a budget is met to the last face.

A quad goes when two opposite corners become one (diagonal collapse; Daniels et al., "Quadrilateral
mesh simplification", 2008): one quad and one vertex fewer, still quads only, closed, of the same
genus. Letters: v vertices, q quads.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64, Int32

_REGULAR = 4
_VALENCE_WEIGHT = 0.5  # Against squared diagonals in units of the quad's own sides.
_MERGED_WEIGHT = 0.1  # For each collapse that a corner has seen.
_LEAST_COSINE = 0.2  # Between a neighbour's normal before and after; less counts as folded.


def collapse_to(
    positions: Float64[np.ndarray, "v 3"], faces: Int32[np.ndarray, "q 4"], *, target: int
) -> tuple[Float64[np.ndarray, "_ 3"], Int32[np.ndarray, "_ 4"]]:
    """Take out quads until `target` are left, those first whose loss improves the mesh most.

    Flat rhombs go first, and quads whose loss leaves more vertices with four of them; what lies
    beside a quad that went waits, so that tips are not eaten up. Nothing is done that would tear,
    fold or double a face, so more quads may be left than asked for.
    """
    mesh = _QuadMesh.of(positions, faces)
    queue: list[tuple[float, int, int, int]] = []
    for face in range(len(faces)):
        mesh.enqueue(face, queue)
    left = len(faces)
    while left > target and queue:
        _, face, side, stamp = heapq.heappop(queue)
        if mesh.stamps[face] != stamp or not mesh.may_collapse(face, side):
            continue
        touched = mesh.collapse(face, side)
        left -= 1
        for other in touched:
            mesh.stamps[other] += 1
            mesh.enqueue(other, queue)
    return mesh.arrays()


@dataclass
class _QuadMesh:
    """Quads that can be taken out one by one; private to one call."""

    points: list[Float64[np.ndarray, " 3"]]
    corners: list[tuple[int, int, int, int] | None]
    """None for quads that were taken out."""
    around: list[set[int]]
    """Faces at each vertex; as many as edges, the surface being closed."""
    merges: list[int]
    """Collapses that each vertex has seen, its own or beside it."""
    stamps: list[int] = field(default_factory=list[int])
    """Raised whenever a face changes; older entries of the queue are void."""

    @staticmethod
    def of(positions: Float64[np.ndarray, "v 3"], faces: Int32[np.ndarray, "q 4"]) -> "_QuadMesh":
        """Index the faces around every vertex."""
        around: list[set[int]] = [set() for _ in range(len(positions))]
        corners: list[tuple[int, int, int, int] | None] = []
        rows: list[list[int]] = faces.tolist()
        for number, (a, b, c, d) in enumerate(rows):
            corners.append((a, b, c, d))
            for vertex in (a, b, c, d):
                around[vertex].add(number)
        return _QuadMesh(
            points=list(positions),
            corners=corners,
            around=around,
            merges=[0] * len(positions),
            stamps=[0] * len(faces),
        )

    def enqueue(self, face: int, queue: list[tuple[float, int, int, int]]) -> None:
        """Offer both diagonals of a face."""
        for side in (0, 1):
            cost = self._cost(face, side)
            heapq.heappush(queue, (cost, face, side, self.stamps[face]))

    def may_collapse(self, face: int, side: int) -> bool:
        """Tell whether the surface stays a closed manifold of proper quads without folds."""
        a, b, c, d = self._turned(face, side)
        merged = len(self.around[a]) + len(self.around[c]) - 2
        if len(self.around[b]) < 4 or len(self.around[d]) < 4 or merged < 3:
            return False
        near_a, far_a = self._ring(a)
        near_c, far_c = self._ring(c)
        if near_a & near_c != {b, d} or far_a & far_c:
            return False
        # A diagonal that is an edge elsewhere would be one edge of four triangles.
        if (far_a - {c}) & near_c or (far_c - {a}) & near_a:
            return False
        return not self._folds(face, (a, c))

    def collapse(self, face: int, side: int) -> set[int]:
        """Make one corner of two and return the faces whose offers have changed."""
        a, b, c, d = self._turned(face, side)
        self.points[a] = (self.points[a] + self.points[c]) / 2
        for vertex in (a, b, c, d):
            self.around[vertex].discard(face)
            self.merges[vertex] += 1
        self.merges[a] += self.merges[c]
        self.corners[face] = None
        self.stamps[face] += 1
        for other in self.around[c]:
            w, x, y, z = (a if v == c else v for v in self._corners(other))
            self.corners[other] = (w, x, y, z)
        self.around[a] |= self.around[c]
        self.around[c] = set()
        near, _ = self._ring(a)
        return set[int]().union(*(self.around[vertex] for vertex in near))

    def arrays(self) -> tuple[Float64[np.ndarray, "v 3"], Int32[np.ndarray, "q 4"]]:
        """Return what is left, without unused vertices."""
        faces = np.array([quad for quad in self.corners if quad is not None], np.int64)
        used, renumbered = np.unique(faces, return_inverse=True)
        positions = np.stack(self.points)[used]
        return positions, renumbered.reshape(-1, 4).astype(np.int32)

    def _corners(self, face: int) -> tuple[int, int, int, int]:
        """Return the corners of a face that is still there."""
        corners = self.corners[face]
        assert corners is not None
        return corners

    def _turned(self, face: int, side: int) -> tuple[int, int, int, int]:
        """Return a face's corners so that the diagonal in question is the first and third."""
        a, b, c, d = self._corners(face)
        return (a, b, c, d) if side == 0 else (b, c, d, a)

    def _cost(self, face: int, side: int) -> float:
        """Weigh the diagonal's length against what happens to the valences."""
        a, b, c, d = self._turned(face, side)
        across, other = self.points[a] - self.points[c], self.points[b] - self.points[d]
        # The four sides of a rhomb: what both diagonals give, and as good for any quad.
        sides = float(across @ across + other @ other) / 4
        before = sum((len(self.around[v]) - _REGULAR) ** 2 for v in (a, b, c, d))
        after = (len(self.around[a]) + len(self.around[c]) - 2 - _REGULAR) ** 2
        after += sum((len(self.around[v]) - 1 - _REGULAR) ** 2 for v in (b, d))
        seen = sum(self.merges[v] for v in (a, b, c, d))
        length = float(across @ across) / max(sides, 1e-30)
        return length + _VALENCE_WEIGHT * (after - before) + _MERGED_WEIGHT * seen

    def _ring(self, vertex: int) -> tuple[set[int], set[int]]:
        """Return the vertices at the other ends of edges and of diagonals."""
        near: set[int] = set()
        far: set[int] = set()
        for face in self.around[vertex]:
            corners = self._corners(face)
            at = corners.index(vertex)
            near.update((corners[at - 1], corners[(at + 1) % 4]))
            far.add(corners[(at + 2) % 4])
        return near, far

    def _folds(self, face: int, merged: tuple[int, int]) -> bool:
        """Tell whether a neighbour would turn over."""
        middle = (self.points[merged[0]] + self.points[merged[1]]) / 2
        for other in (self.around[merged[0]] | self.around[merged[1]]) - {face}:
            corners = self._corners(other)
            before = _normal([self.points[v] for v in corners])
            after = _normal([middle if v in merged else self.points[v] for v in corners])
            if before @ after < _LEAST_COSINE * np.sqrt((before @ before) * (after @ after)):
                return True
        return False


def _normal(corners: list[Float64[np.ndarray, " 3"]]) -> Float64[np.ndarray, " 3"]:
    """Return the vector area of a quad, doubled."""
    (ax, ay, az), (bx, by, bz) = corners[2] - corners[0], corners[3] - corners[1]
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
