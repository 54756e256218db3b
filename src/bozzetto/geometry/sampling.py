"""Points spread evenly over a surface.

Letters: v vertices, t triangles, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfacePoints

Rows = Int64[np.ndarray, " k"] | Bool[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfaceSample:
    """Points of a mesh, with the normals of their triangles."""

    points: Float64[np.ndarray, "n 3"]
    normals: Float64[np.ndarray, "n 3"]
    """Unit length, on the side from which the triangle runs counter-clockwise."""
    at: SurfacePoints

    def take(self, rows: Rows) -> "SurfaceSample":
        """Return some of the points: a mask, or indices in the wanted order."""
        return SurfaceSample(
            points=self.points[rows],
            normals=self.normals[rows],
            at=SurfacePoints(
                triangle=self.at.triangle[rows], barycentric=self.at.barycentric[rows]
            ),
        )


def sample_surface(mesh: Mesh, *, count: int, seed: int) -> SurfaceSample:
    """Draw points uniformly by area.

    The area is cut into `count` equal shares with one point in each, which keeps the chance of
    every place the same and spreads points more evenly than independent draws.

    Args:
        mesh: At least one of its triangles has an area.
        count: Number of points, above 0.
        seed: Another seed gives other points.

    Raises:
        ValueError: The mesh has no area.
    """
    corners = mesh.positions.astype(np.float64)[mesh.triangles]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    cross = np.cross(first, second)
    doubled = np.linalg.norm(cross, axis=1)
    total = doubled.sum()
    if not total > 0:
        raise ValueError("A mesh without area has no surface to sample.")
    rng = np.random.default_rng(seed)
    heights = (np.arange(count) + rng.random(count)) / count * total
    triangle = _triangle_at(heights, np.cumsum(doubled))
    u, v = rng.random(count), rng.random(count)
    beyond = u + v > 1  # The other half of the parallelogram, folded back.
    u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
    return SurfaceSample(
        points=corners[triangle, 0] + u[:, None] * first[triangle] + v[:, None] * second[triangle],
        normals=cross[triangle] / doubled[triangle, None],
        at=SurfacePoints(
            triangle=triangle.astype(np.int32),
            barycentric=np.stack([1 - u - v, u, v], axis=1).astype(np.float32),
        ),
    )


def _triangle_at(
    heights: Float64[np.ndarray, " n"], cumulative: Float64[np.ndarray, " t"]
) -> Int64[np.ndarray, " n"]:
    """Find the triangle whose stretch of the summed area holds each height; never an empty one."""
    last = int((cumulative < cumulative[-1]).sum())
    found = np.searchsorted(cumulative, heights, side="right")
    return np.minimum(found, last).astype(np.int64)
