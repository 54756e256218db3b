"""Face and vertex normals.

Letters: v vertices, t triangles.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32

Positions = Float32[np.ndarray, "v 3"] | Float64[np.ndarray, "v 3"]
Triangles = Int32[np.ndarray, "t 3"]

_TINY = 1e-30  # Squared lengths below it count as no length.


def area_vectors(positions: Positions, triangles: Triangles) -> Float64[np.ndarray, "t 3"]:
    """Return vectors along the face normals whose lengths are the areas."""
    a, b, c = (positions[triangles[:, k]].astype(np.float64) for k in range(3))
    return np.cross(b - a, c - a) / 2


def mean_edge(positions: Positions, triangles: Triangles) -> float:
    """Return the edge length of an even mesh with the same area and number of triangles."""
    area = float(np.linalg.norm(area_vectors(positions, triangles), axis=1).sum())
    return float(np.sqrt(4 / np.sqrt(3) * area / max(len(triangles), 1)))


def face_normals(positions: Positions, triangles: Triangles) -> Float32[np.ndarray, "t 3"]:
    """Return unit normals; +y for triangles without area."""
    return _unit(area_vectors(positions, triangles))


def vertex_normals(positions: Positions, triangles: Triangles) -> Float32[np.ndarray, "v 3"]:
    """Return unit normals at the vertices: face normals weighted by the corner's angle.

    The weights make the result independent of how a flat patch is cut into triangles (Thürmer and
    Wüthrich, 1998). Vertices without a proper triangle get +y.
    """
    corners = positions[triangles].astype(np.float64)
    faces = face_normals(positions, triangles).astype(np.float64)
    sums = np.zeros((len(positions), 3))
    for k in range(3):
        angle = _corner_angle(corners[:, k], corners[:, k - 2], corners[:, k - 1])
        for axis in range(3):
            sums[:, axis] += np.bincount(
                triangles[:, k], weights=angle * faces[:, axis], minlength=len(positions)
            )
    return _unit(sums)


def _corner_angle(
    at: Float64[np.ndarray, "t 3"],
    left: Float64[np.ndarray, "t 3"],
    right: Float64[np.ndarray, "t 3"],
) -> Float64[np.ndarray, " t"]:
    """Return the angle between two edges; 0 where one has no length."""
    first, second = left - at, right - at
    # atan2 stays exact where acos loses half its digits: at angles near 0 and 180 degrees.
    sine = np.linalg.norm(np.cross(first, second), axis=1)
    return np.arctan2(sine, np.einsum("ij,ij->i", first, second))


def _unit(vectors: Float64[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Normalise; +y where there is no direction."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(length, _TINY)
    return np.where(length > _TINY, unit, np.array([0.0, 1.0, 0.0])).astype(np.float32)
