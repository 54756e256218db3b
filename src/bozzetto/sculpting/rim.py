"""The rim of a mesh: where, seen from a camera, the surface ends and the background begins.

Letters: v vertices, t triangles, e edges, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera

_MOST_PER_EDGE = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Rim:
    """Points on edges whose one side faces the camera and beside which nothing is seen."""

    ends: Int64[np.ndarray, "n 2"]
    """Vertices of the edge."""
    share: Float64[np.ndarray, " n"]
    """Place on the edge: 0 at the first vertex, 1 at the second."""
    pixels: Float64[np.ndarray, "n 2"]
    normals: Float64[np.ndarray, "n 2"]
    """Unit, in the picture, out of the object."""
    metres_per_px: Float64[np.ndarray, " n"]
    """At the point's depth."""
    weight: Float64[np.ndarray, " n"]
    """Length in the picture that the point stands for, in spacings."""


def find_rim(mesh: Mesh, camera: Camera, *, spacing_px: float) -> Rim:
    """Find a closed mesh's outer outline on the mesh itself, to a fraction of a pixel.

    Args:
        mesh: Triangles share vertices.
        camera: In front of the whole mesh.
        spacing_px: Distance of the points on an edge; each edge has one at least.
    """
    projected, depth = camera.project(mesh.positions.astype(np.float64))
    edges, inner = _contour_edges(mesh, camera)
    first, second = projected[edges[:, 0]], projected[edges[:, 1]]
    along = second - first
    length = np.linalg.norm(along, axis=1)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.maximum(length, 1e-9)[:, None]
    inwards = np.einsum("ij,ij->i", normal, projected[inner] - first) > 0
    normal[inwards] *= -1
    counts = np.clip(np.ceil(length / spacing_px), 1, _MOST_PER_EDGE).astype(np.int64)
    counts[length < 1e-9] = 0
    edge = np.repeat(np.arange(len(edges)), counts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (within + 0.5) / counts[edge]
    depths = 1 / (
        (1 - share) / depth[edges[edge, 0]] + share / depth[edges[edge, 1]]
    )  # Straight in the picture means straight in 1 / depth.
    pixels = first[edge] + share[:, None] * along[edge]
    outside = _sees_background(mesh, camera, pixels + normal[edge] * (0.75 * spacing_px))
    kept, edge = np.flatnonzero(outside), edge[outside]
    share, depths = share[kept], depths[kept]
    # Back from the picture's share to the edge's own.
    share = share * depths / depth[edges[edge, 1]]
    return Rim(
        ends=edges[edge],
        share=share,
        pixels=pixels[kept],
        normals=normal[edge],
        metres_per_px=depths / camera.focal_px,
        weight=length[edge] / counts[edge] / spacing_px,
    )


def _contour_edges(
    mesh: Mesh, camera: Camera
) -> tuple[Int64[np.ndarray, "e 2"], Int64[np.ndarray, " e"]]:
    """Return edges between a triangle that faces the camera and one that does not.

    And for each the third vertex of the triangle that faces the camera: inside the outline.
    """
    towards = camera.position - mesh.positions[mesh.triangles[:, 0]]
    faces = np.einsum("ij,ij->i", area_vectors(mesh.positions, mesh.triangles), towards) > 0
    front = mesh.triangles[faces].astype(np.int64)
    edges = front[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    third = front[:, [2, 0, 1]].reshape(-1)
    # Within the front, an inner edge is there twice, once each way.
    low, high = edges.min(axis=1), edges.max(axis=1)
    _, where, uses = np.unique(
        low * mesh.num_vertices + high, return_index=True, return_counts=True
    )
    once = where[uses == 1]
    return edges[once], third[once]


def _sees_background(
    mesh: Mesh, camera: Camera, pixels: Float64[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Tell at which positions of the picture nothing of the mesh is seen."""
    caster = Raycaster(mesh.positions, mesh.triangles)
    origins = np.repeat(camera.position[None], len(pixels), axis=0)
    return ~caster.is_blocked(origins, camera.rays_in_world(pixels))
