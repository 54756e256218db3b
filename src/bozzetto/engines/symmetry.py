"""How well an upright mirror plane maps a surface onto itself. Letters: n cells."""

import numpy as np
from jaxtyping import Float64
from scipy.spatial import cKDTree

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors

_CELLS = 28  # Along the longest side, for comparing a surface with its mirror image.
_PLANES = 12  # Through the middle axis, evenly spread.


def mirror_agreement(mesh: Mesh) -> float:
    """Return the share of the surface, 0 to 1, that the best upright mirror plane maps onto it.

    Planes run through the middle of the bounding box; misses of up to a 28th of the longest side
    are forgiven. Triangles must be smaller than that, as those of drafts are.
    """
    return _best_agreement(*_surface_cells(mesh))


def _surface_cells(
    mesh: Mesh,
) -> tuple[Float64[np.ndarray, "n 3"], Float64[np.ndarray, " n"]]:
    """Gather the surface in cells: their centres of area about the middle axis, and areas."""
    areas = np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)
    centroids = mesh.positions[mesh.triangles].astype(np.float64).mean(axis=1)
    low, high = centroids.min(axis=0), centroids.max(axis=0)
    side = max(float((high - low).max()), 1e-9) / _CELLS
    cells = np.minimum(((centroids - low) / side).astype(np.int64), _CELLS - 1)
    flat = (cells[:, 0] * _CELLS + cells[:, 1]) * _CELLS + cells[:, 2]
    total = np.bincount(flat, weights=areas)
    filled = np.flatnonzero(total > 0)
    sums = [np.bincount(flat, weights=areas * centroids[:, k])[filled] for k in range(3)]
    middle = np.array([(low[0] + high[0]) / 2, 0.0, (low[2] + high[2]) / 2])
    return (np.stack(sums, axis=1) / total[filled, None] - middle) / side, total[filled]


def _best_agreement(points: Float64[np.ndarray, "n 3"], areas: Float64[np.ndarray, " n"]) -> float:
    """Mirror cells at upright planes through the middle; the share that lands on other cells."""
    best = 0.0
    tree = cKDTree(points)
    for angle in np.arange(_PLANES) * (np.pi / _PLANES):
        normal = np.array([np.cos(angle), 0.0, np.sin(angle)])
        across = points @ normal
        mirrored = points - 2 * across[:, None] * normal
        distance, _ = tree.query(mirrored)
        near = np.clip(2.0 - np.minimum(distance, 3.0), 0, 1)  # Full within a cell.
        best = max(best, float((near * areas).sum() / areas.sum()))
    return best
