"""The nearest point of a surface, and carrying attributes from one surface to another.

Letters: n query points, v vertices, t triangles.
"""

from dataclasses import dataclass, replace

import igl
import numpy as np
from jaxtyping import Float32, Float64, Int32
from scipy.sparse import csr_matrix

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import vertex_normals

Points = Float32[np.ndarray, "n 3"] | Float64[np.ndarray, "n 3"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfacePoints:
    """Points on a mesh, each inside one triangle."""

    triangle: Int32[np.ndarray, " n"]
    barycentric: Float32[np.ndarray, "n 3"]
    """Weights of the triangle's corners, 0 to 1, sum 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Closest:
    """The nearest surface point of each query point."""

    at: SurfacePoints
    distance: Float32[np.ndarray, " n"]
    """In metres."""


class SurfaceTree:
    """A mesh prepared for nearest-point queries; build once, query often."""

    def __init__(self, mesh: Mesh) -> None:
        self._positions = mesh.positions.astype(np.float64)
        self._triangles = mesh.triangles.astype(np.int64)
        self._tree = igl.AABB()
        self._tree.init(self._positions, self._triangles)

    def closest(self, points: Points) -> Closest:
        """Find the nearest point of the mesh for each query point."""
        squared, triangle, nearest = self._tree.squared_distance(
            self._positions, self._triangles, np.ascontiguousarray(points, np.float64)
        )
        corners = self._positions[self._triangles[triangle]]
        at = SurfacePoints(
            triangle=triangle.astype(np.int32), barycentric=barycentric_of(nearest, corners)
        )
        return Closest(at=at, distance=np.sqrt(squared).astype(np.float32))


def closest_points(mesh: Mesh, points: Points) -> Closest:
    """Find the nearest point of the mesh for each query point."""
    return SurfaceTree(mesh).closest(points)


def barycentric_of(
    points: Float64[np.ndarray, "n 3"], corners: Float64[np.ndarray, "n 3 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Return the corner weights of points that lie in triangles; rounding is cut off at 0."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    offset = points - corners[:, 0]
    scale = np.maximum(np.einsum("ij,ij->i", normal, normal), 1e-60)
    v = np.einsum("ij,ij->i", np.cross(offset, second), normal) / scale
    w = np.einsum("ij,ij->i", np.cross(first, offset), normal) / scale
    weights = np.clip(np.stack([1 - v - w, v, w], axis=1), 0, 1)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def interpolate(
    values: Float32[np.ndarray, "v c"], triangles: Int32[np.ndarray, "t 3"], at: SurfacePoints
) -> Float32[np.ndarray, "n c"]:
    """Look up a vertex attribute at points of the surface."""
    corners = triangles.take(at.triangle, axis=0).ravel()
    count = len(at.triangle)
    # One pass in compiled code: three gathers and their sums took four times as long.
    lookup = csr_matrix(
        (at.barycentric.ravel(), corners, np.arange(0, 3 * count + 1, 3, dtype=np.int32)),
        shape=(count, len(values)),
    )
    return np.asarray(lookup @ values, np.float32)


def transfer_attributes(target: Mesh, *, source: Mesh) -> Mesh:
    """Give `target` the colours, confidence and origin of the nearest points of `source`.

    Colours and confidence are interpolated; origin, which has no between, is that of the nearest
    corner. Normals are the target's own.
    """
    at = closest_points(source, target.positions).at
    nearest = np.take_along_axis(
        source.triangles[at.triangle], at.barycentric.argmax(axis=1)[:, None], axis=1
    )[:, 0]
    colors, confidence = source.colors, source.confidence
    return replace(
        target,
        normals=vertex_normals(target.positions, target.triangles),
        colors=None if colors is None else interpolate(colors, source.triangles, at),
        confidence=None
        if confidence is None
        else interpolate(confidence[:, None], source.triangles, at)[:, 0],
        origin=None if source.origin is None else source.origin[nearest],
    )
