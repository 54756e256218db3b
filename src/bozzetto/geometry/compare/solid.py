"""The space a closed mesh encloses.

Letters: n points, c cells of a grid.
"""

import numpy as np
from jaxtyping import Bool, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.transforms import Points

_DIRECTION = np.array([0.36214, 0.83127, 0.42169])
"""Along no axis: faces of boxes and edges of regular grids are met squarely or not at all."""


class Solid:
    """A closed, consistently oriented mesh prepared for inside queries."""

    def __init__(self, mesh: Mesh) -> None:
        low, high = mesh.bounds
        self._low, self._high = low.astype(np.float64), high.astype(np.float64)
        corners = mesh.positions.astype(np.float64)[mesh.triangles]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        self._leaving = normals @ _DIRECTION > 0
        self._caster = Raycaster(mesh.positions, mesh.triangles)

    def contains(self, points: Points) -> Bool[np.ndarray, " n"]:
        """Tell which points lie inside: the first face that a ray from there meets shows its back.

        Holds for surfaces that do not cut themselves, hollows included; points on the surface may
        fall on either side.
        """
        inside = np.zeros(len(points), bool)
        near = np.flatnonzero(((points >= self._low) & (points <= self._high)).all(axis=1))
        hits = self._caster.first_hits(
            points[near].astype(np.float64), np.broadcast_to(_DIRECTION, (len(near), 3))
        )
        found = hits.found
        inside[near[found]] = self._leaving[hits.triangle[found]]
        return inside


def grid_points(cells: int = 64, *, half: float = 1.0) -> Float64[np.ndarray, "c 3"]:
    """Return the centres of a cube's cells, axes x, y, z in C order; the cube spans -half..half."""
    axis = ((np.arange(cells) + 0.5) / cells * 2 - 1) * half
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def volume_iou(first: Bool[np.ndarray, " c"], second: Bool[np.ndarray, " c"]) -> float:
    """Return intersection over union of two occupancies on one grid; 0 where both are empty."""
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 0.0
