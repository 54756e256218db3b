"""Facts about a mesh's connectivity, size and soundness.

Seams do not count as borders: vertices at one position are one vertex here. Written apart from
`geometry`, so that the checks do not repeat a mistake of what they check.
Letters: v vertices, t triangles, h half-edges (three per triangle), p pieces.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors
from bozzetto.qa.connectivity import label_connected, label_edge_connected, weld_corners

_MAX_CONTAINERS = 16  # Interior shells are looked for inside this many largest pieces.
_DEGENERATE = 1e-12
"""Area of a degenerate triangle, as a share of the squared diagonal of the bounds."""


@dataclass(frozen=True, kw_only=True)
class TopologyFacts:
    """What is true of a mesh, whatever its textures."""

    vertices: int
    """As stored, each side of a seam counted."""
    welded_vertices: int
    """Distinct positions that a triangle uses."""
    triangles: int
    degenerate_triangles: int
    """Without area, or with two corners at one position."""
    border_edges: int
    """Edges with a triangle on one side only."""
    watertight: bool
    """Every edge joins exactly two triangles that agree on which side is out."""
    manifold: bool
    """No edge has more than two triangles, and around every vertex there is one single fan."""
    euler_number: int
    """Welded vertices - edges + triangles."""
    genus: int | None
    """Handles of all pieces together; None unless watertight and manifold."""
    pieces: int
    """Parts that no edge connects."""
    inverted_pieces: int
    """Closed pieces, not inside another one, whose triangles face inward."""
    interior_shells: int
    """Closed pieces inside another piece; nobody ever sees them."""
    size_m: tuple[float, float, float]
    """Extent along x, y, z in metres."""
    area_m2: float
    volume_m3: float | None
    """Enclosed; None unless watertight."""


def measure_topology(mesh: Mesh) -> TopologyFacts:
    """Measure connectivity, size and soundness of a mesh."""
    corners, num_welded = weld_corners(mesh)
    edges = _Edges.of(corners)
    areas = area_vectors(mesh.positions, mesh.triangles)
    labels, num_pieces = label_edge_connected(corners)
    solids = _Solids.of(mesh, areas=areas, labels=labels, edges=edges, num_pieces=num_pieces)
    watertight = len(corners) > 0 and edges.all_paired()
    manifold = bool((edges.uses <= 2).all()) and edges.num_fans() == num_welded
    euler = num_welded - len(edges.uses) + len(corners)
    lengths = np.linalg.norm(areas, axis=1)
    return TopologyFacts(
        vertices=mesh.num_vertices,
        welded_vertices=num_welded,
        triangles=mesh.num_triangles,
        degenerate_triangles=_count_degenerate(mesh, corners=corners, areas=lengths),
        border_edges=int((edges.uses == 1).sum()),
        watertight=watertight,
        manifold=manifold,
        euler_number=euler,
        genus=num_pieces - euler // 2 if watertight and manifold else None,
        pieces=num_pieces,
        inverted_pieces=int((solids.closed & ~solids.inside & (solids.volumes < 0)).sum()),
        interior_shells=int(solids.inside.sum()),
        size_m=_size(mesh),
        area_m2=float(lengths.sum()),
        volume_m3=float(solids.volumes.sum()) if watertight else None,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Edges:
    """Half-edges, sorted so that those of one edge stand together."""

    low_corner: Int64[np.ndarray, " h"]
    """Flat index into the corners: the end with the smaller vertex number."""
    high_corner: Int64[np.ndarray, " h"]
    forward: Bool[np.ndarray, " h"]
    """Runs from the smaller number to the larger."""
    edge: Int64[np.ndarray, " h"]
    """Number of the undirected edge, ascending."""
    uses: Int64[np.ndarray, " e"]
    """Half-edges of each edge."""

    @staticmethod
    def of(corners: Int64[np.ndarray, "t 3"]) -> "_Edges":
        """Collect the half-edges of all triangles."""
        index = np.arange(corners.size, dtype=np.int64).reshape(-1, 3)
        start, end = index.reshape(-1), np.roll(index, -1, axis=1).reshape(-1)
        flat = corners.reshape(-1)
        forward = flat[start] <= flat[end]
        low, high = np.where(forward, start, end), np.where(forward, end, start)
        keys = flat[low] * (flat.max(initial=0) + 1) + flat[high]
        order = np.argsort(keys, kind="stable")
        _, edge, uses = np.unique(keys[order], return_inverse=True, return_counts=True)
        return _Edges(
            low_corner=low[order],
            high_corner=high[order],
            forward=forward[order],
            edge=edge.astype(np.int64),
            uses=uses.astype(np.int64),
        )

    def all_paired(self) -> bool:
        """Tell whether every edge has one half-edge in each direction."""
        balance = np.bincount(self.edge, weights=np.where(self.forward, 1.0, -1.0))
        return bool((self.uses == 2).all() and (balance == 0).all())

    def num_fans(self) -> int:
        """Count the fans of triangles around all vertices; one per vertex on a manifold."""
        first = np.flatnonzero(self.edge[1:] == self.edge[:-1])
        low = np.stack([self.low_corner[first], self.low_corner[first + 1]], axis=1)
        high = np.stack([self.high_corner[first], self.high_corner[first + 1]], axis=1)
        return label_connected(np.concatenate([low, high]), num_nodes=len(self.edge))[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Solids:
    """The pieces as solids."""

    closed: Bool[np.ndarray, " p"]
    volumes: Float64[np.ndarray, " p"]
    """Signed; meaningful for closed pieces."""
    inside: Bool[np.ndarray, " p"]
    """Closed, and inside another closed piece."""

    @staticmethod
    def of(
        mesh: Mesh,
        *,
        areas: Float64[np.ndarray, "t 3"],
        labels: Int64[np.ndarray, " t"],
        edges: _Edges,
        num_pieces: int,
    ) -> "_Solids":
        """Measure every piece."""
        first = mesh.positions[mesh.triangles[:, 0]].astype(np.float64)
        centred = first - (first.mean(axis=0) if len(first) else 0)
        parts = np.einsum("ij,ij->i", centred, areas) / 3
        volumes = np.bincount(labels, weights=parts, minlength=num_pieces).astype(np.float64)
        closed = np.ones(num_pieces, bool)
        closed[labels[edges.low_corner[edges.uses[edges.edge] != 2] // 3]] = False
        inside = _inside(mesh, labels=labels, volumes=np.where(closed, np.abs(volumes), 0))
        return _Solids(closed=closed, volumes=volumes, inside=inside & closed)


def _inside(
    mesh: Mesh, *, labels: Int64[np.ndarray, " t"], volumes: Float64[np.ndarray, " p"]
) -> Bool[np.ndarray, " p"]:
    """Tell which pieces start inside a larger closed one; `volumes` is 0 for open pieces."""
    inside = np.zeros(len(volumes), bool)
    if len(volumes) < 2:
        return inside
    _, first_triangle = np.unique(labels, return_index=True)
    probes = mesh.positions[mesh.triangles[first_triangle, 0]]
    for container in np.argsort(-volumes, kind="stable")[:_MAX_CONTAINERS]:
        if volumes[container] == 0:
            break
        corners = mesh.positions[mesh.triangles[labels == container]]
        low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
        candidates = ((probes > low) & (probes < high)).all(axis=1)
        candidates &= volumes < volumes[container]
        for piece in np.flatnonzero(candidates & ~inside):
            inside[piece] = abs(_winding_number(probes[piece], corners)) > 0.5
    return inside


def _winding_number(
    point: Float32[np.ndarray, " 3"], corners: Float32[np.ndarray, "t 3 3"]
) -> float:
    """Return how often a closed surface winds around a point (van Oosterom and Strackee, 1983)."""
    a, b, c = np.moveaxis(corners.astype(np.float64) - point, 1, 0)
    la, lb, lc = (np.linalg.norm(x, axis=1) for x in (a, b, c))
    determinant = np.einsum("ij,ij->i", a, np.cross(b, c))
    ab, bc, ca = (np.einsum("ij,ij->i", x, y) for x, y in ((a, b), (b, c), (c, a)))
    angles = 2 * np.arctan2(determinant, la * lb * lc + ab * lc + bc * la + ca * lb)
    return float(angles.sum() / (4 * np.pi))


def _count_degenerate(
    mesh: Mesh, *, corners: Int64[np.ndarray, "t 3"], areas: Float64[np.ndarray, " t"]
) -> int:
    """Count triangles without area, relative to the size of the mesh."""
    doubled = (corners == np.roll(corners, 1, axis=1)).any(axis=1)
    diagonal = float(np.linalg.norm(_size(mesh)))
    return int((doubled | (areas <= _DEGENERATE * diagonal**2)).sum())


def _size(mesh: Mesh) -> tuple[float, float, float]:
    """Return the extent of the triangles along each axis."""
    if mesh.num_triangles == 0:
        return (0.0, 0.0, 0.0)
    used = mesh.positions[mesh.triangles.reshape(-1)].astype(np.float64)
    x, y, z = np.ptp(used, axis=0)
    return (float(x), float(y), float(z))
