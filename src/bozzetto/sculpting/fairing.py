"""Take the steps of a coarse volume off a surface, and keep its volume, thin parts and place.

Letters: v vertices, t triangles.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64
from scipy.sparse import csr_matrix

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import mean_edge, vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.smooth import neighbour_mean
from bozzetto.sculpting.least_squares import diagonal_of, gram, solve, umbrella

Positions = Float64[np.ndarray, "v 3"]

_THIN = 1.6  # Waves longer than this many thicknesses would thin a part out.
_STIFFEST = 1e4
_SPOT_EDGES = 6
_ROUNDS = 2  # In which vertices that went too far are held harder.


@dataclass(frozen=True, kw_only=True)
class FairingOptions:
    """What counts as a step and not as form."""

    wave: float = 0.08
    """Waves shorter than this are smoothed away; of the longest side. Parts that are thinner are
    smoothed less, in proportion."""
    farthest: float = 0.012
    """How far a vertex may go, of the longest side: half a cell of the draft's volume."""


def fair(mesh: Mesh, *, options: FairingOptions = FairingOptions()) -> Mesh:
    """Smooth a closed mesh like a thin plate on springs; connectivity and attributes stay.

    The springs hold waves longer than `options.wave`; they are stiffer where the part is thin, and
    where a vertex would leave its place by more than `options.farthest`. Along the surface vertices
    move towards even distances.

    Args:
        mesh: Triangles share vertices.
        options: Wave length and clamp.
    """
    start = mesh.positions.astype(np.float64)
    size = float(np.ptp(start, axis=0).max())
    edge = mean_edge(mesh.positions, mesh.triangles)
    waves = options.wave * size / edge
    if waves <= 2 or mesh.num_triangles == 0:
        return mesh
    plate = gram(umbrella(mesh.num_vertices, mesh.triangles))
    thickness = local_thickness(mesh, farthest=options.wave * size)
    hold = np.clip((options.wave * size / (_THIN * thickness)) ** 4, 1.0, _STIFFEST)
    stiffness = (waves / np.pi) ** 4
    farthest = options.farthest * size
    way = np.zeros_like(start)
    for _ in range(_ROUNDS):
        way = _smoothed(plate, start, stiffness=stiffness, hold=hold)
        off = np.linalg.norm(way, axis=1) / farthest
        if float(off.max()) <= 1:
            break
        hold = np.clip(hold * np.maximum(off, 1) ** 4, 1.0, _STIFFEST)
    off = np.linalg.norm(way, axis=1, keepdims=True) / farthest
    moved = start + way / np.maximum(off, 1)
    positions = moved.astype(np.float32)
    normals = None if mesh.normals is None else vertex_normals(positions, mesh.triangles)
    return replace(mesh, positions=positions, normals=normals)


def _smoothed(
    plate: csr_matrix, start: Positions, *, stiffness: float, hold: Float64[np.ndarray, " v"]
) -> Positions:
    """Return the way of each vertex: the filter is applied again to what it took off.

    Twice over, it parts steps from form more sharply, and round shapes keep their volume.
    """
    diagonal = stiffness * diagonal_of(plate) + hold

    def apply(field: Positions) -> Positions:
        return stiffness * (plate @ field) + hold[:, None] * field

    def filtered(field: Positions) -> Positions:
        off = solve(apply, stiffness * (plate @ field), diagonal=diagonal, most_steps=120)
        return field - off

    once = filtered(start)
    return once + filtered(start - once) - start


def local_thickness(mesh: Mesh, *, farthest: float) -> Float64[np.ndarray, " v"]:
    """Return how deep the solid is below each vertex, along the normal, `farthest` at most.

    Averaged over neighbours: single rays slip through between parts.
    """
    normals = vertex_normals(mesh.positions, mesh.triangles)
    caster = Raycaster(mesh.positions, mesh.triangles)
    # A start a little inside, or rays would meet the triangles that they come from.
    inside = np.float32(0.02 * farthest)
    hits = caster.first_hits(mesh.positions - inside * normals, -normals)
    depth = np.minimum(hits.distance + inside, np.float32(farthest)).astype(np.float64)
    return _without_small_spots(mesh, np.maximum(depth, 1e-3 * farthest))


def _without_small_spots(mesh: Mesh, depth: Float64[np.ndarray, " v"]) -> Float64[np.ndarray, " v"]:
    """Raise thin spots that are small: teeth of a frayed edge are no parts, an antenna is one.

    A morphological closing, and some averaging.
    """
    mean = neighbour_mean(mesh.num_vertices, mesh.triangles)
    starts = mean.indptr[:-1]
    closed = depth
    for extreme in (np.maximum, np.minimum):
        for _ in range(_SPOT_EDGES):
            around = extreme.reduceat(closed[mean.indices], starts)
            closed = extreme(closed, around)
    for _ in range(4):
        closed = mean @ closed
    return closed
