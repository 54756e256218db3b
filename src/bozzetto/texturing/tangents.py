"""Tangent frames: the axes in which a normal map is written and read.

The tangent follows +u. The bitangent, cross(normal, tangent) * sign, follows the texture's upward
direction, -v with glTF's top left origin. Renderers interpolate the three axes over a triangle and
normalise each; the baker inverts exactly that. Letters: v vertices, t triangles, n points.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfacePoints, interpolate

_TINY = 1e-20


def vertex_tangents(
    positions: Float32[np.ndarray, "v 3"],
    triangles: Int32[np.ndarray, "t 3"],
    *,
    normals: Float32[np.ndarray, "v 3"],
    uvs: Float32[np.ndarray, "v 2"],
) -> Float32[np.ndarray, "v 4"]:
    """Return unit tangents, orthogonal to the normals, and the bitangents' signs.

    Tangents of triangles are weighted by their area in space. Vertices must be split at seams and
    where mirrored charts meet, as unwrapping does.
    """
    along_u, along_up = _texture_directions(positions[triangles], uvs[triangles])
    tangent = _sum_at_corners(along_u, triangles, len(positions))
    bitangent = _sum_at_corners(along_up, triangles, len(positions))
    up = normals.astype(np.float64)
    tangent -= up * np.einsum("ij,ij->i", up, tangent)[:, None]
    length = np.linalg.norm(tangent, axis=1, keepdims=True)
    tangent = np.where(length > _TINY, tangent / np.maximum(length, _TINY), _any_orthogonal(up))
    sign = np.where(np.einsum("ij,ij->i", np.cross(up, tangent), bitangent) < 0, -1.0, 1.0)
    return np.concatenate([tangent, sign[:, None]], axis=1).astype(np.float32)


def surface_frames(mesh: Mesh, *, at: SurfacePoints) -> Float32[np.ndarray, "n 3 3"]:
    """Return the tangent, bitangent and normal that a renderer has at points of the surface.

    Row k of each matrix is one unit axis; the axes are not quite orthogonal between vertices.

    Raises:
        ValueError: The mesh lacks normals or tangents.
    """
    if mesh.normals is None or mesh.tangents is None:
        raise ValueError("Tangent frames need a mesh with normals and tangents.")
    tangents, signs = mesh.tangents[:, :3], mesh.tangents[:, 3:]
    bitangents = np.cross(mesh.normals, tangents) * signs
    axes = np.concatenate([tangents, bitangents, mesh.normals], axis=1).astype(np.float32)
    frames = interpolate(axes, mesh.triangles, at).reshape(-1, 3, 3)
    lengths = np.sqrt(np.einsum("ijk,ijk->ij", frames, frames))
    return frames / np.maximum(lengths, np.float32(1e-12))[..., None]


def tangent_from_world(
    frames: Float32[np.ndarray, "n 3 3"], directions: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Write unit directions in tangent space, so that a renderer gets them back exactly."""
    t, b, n = frames[:, 0], frames[:, 1], frames[:, 2]
    # Cramer's rule for x t + y b + z n = direction; the determinant only scales the result.
    across, normal = np.cross(n, directions), np.cross(t, b)
    solved = np.stack(
        [
            np.einsum("ij,ij->i", b, across),
            -np.einsum("ij,ij->i", t, across),
            np.einsum("ij,ij->i", normal, directions),
        ],
        axis=1,
    )
    solved *= np.sign(np.einsum("ij,ij->i", normal, n))[:, None]
    length = np.sqrt(np.einsum("ij,ij->i", solved, solved))[:, None]
    flat = np.array([0, 0, 1], np.float32)
    return np.where(length > 1e-6, solved / np.maximum(length, 1e-6), flat).astype(np.float32)


def _texture_directions(
    corners: Float32[np.ndarray, "t 3 3"], uvs: Float32[np.ndarray, "t 3 2"]
) -> tuple[Float64[np.ndarray, "t 3"], Float64[np.ndarray, "t 3"]]:
    """Return each triangle's directions of +u and of up, with its area as their length."""
    edges = (corners[:, 1:] - corners[:, :1]).astype(np.float64)
    steps = (uvs[:, 1:] - uvs[:, :1]).astype(np.float64)
    handed = steps[:, 0, 0] * steps[:, 1, 1] - steps[:, 1, 0] * steps[:, 0, 1]
    sign = np.sign(handed)[:, None]
    along_u = (edges[:, 0] * steps[:, 1, 1:] - edges[:, 1] * steps[:, 0, 1:]) * sign
    along_v = (edges[:, 1] * steps[:, 0, :1] - edges[:, 0] * steps[:, 1, :1]) * sign
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1, keepdims=True)
    return _of_length(along_u, area), _of_length(-along_v, area)


def _of_length(
    vectors: Float64[np.ndarray, "t 3"], length: Float64[np.ndarray, "t 1"]
) -> Float64[np.ndarray, "t 3"]:
    """Scale vectors; those without direction stay zero."""
    return vectors * (length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30))


def _sum_at_corners(
    per_triangle: Float64[np.ndarray, "t 3"], triangles: Int32[np.ndarray, "t 3"], count: int
) -> Float64[np.ndarray, "v 3"]:
    """Add each triangle's vector at its three vertices."""
    owners = triangles.ravel()
    spread = np.repeat(per_triangle, 3, axis=0)
    return np.stack(
        [np.bincount(owners, weights=spread[:, axis], minlength=count) for axis in range(3)], axis=1
    )


def _any_orthogonal(normals: Float64[np.ndarray, "v 3"]) -> Float64[np.ndarray, "v 3"]:
    """Return some unit vector orthogonal to each normal."""
    helper = np.where(np.abs(normals[:, :1]) < 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    cross = np.cross(normals, helper)
    return cross / np.linalg.norm(cross, axis=1, keepdims=True)
