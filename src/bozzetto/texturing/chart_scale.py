"""Give charts that photos show more texels than hidden ones.

Whole charts are scaled, never parts of them, so that no quad is cut and nothing is stretched.
Letters: v vertices, t triangles, c charts.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Int32
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera

_TOLERANCE = 0.004  # Of the object's size: a surface that near in front hides nothing.


def seen_shares(mesh: Mesh, cameras: Sequence[Camera]) -> Float32[np.ndarray, " t"]:
    """Return how well the best camera sees each triangle: 1 head-on, 0 edge-on, behind or hidden.

    Args:
        mesh: Counter-clockwise from outside.
        cameras: None give 0 everywhere.
    """
    vectors = area_vectors(mesh.positions, mesh.triangles)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    normals = (vectors / lengths).astype(np.float32)
    centres = mesh.positions[mesh.triangles].mean(axis=1, dtype=np.float32)
    offset = np.float32(_TOLERANCE * float(np.ptp(mesh.positions, axis=0).max()))
    caster = Raycaster(mesh.positions, mesh.triangles)
    best = np.zeros(mesh.num_triangles, np.float32)
    for camera in cameras:
        rays = (camera.position - centres).astype(np.float32)
        rays /= np.maximum(np.linalg.norm(rays, axis=1, keepdims=True), 1e-12)
        facing = np.einsum("ij,ij->i", normals, rays)
        ahead = np.flatnonzero(facing > best)
        free = ~caster.is_blocked(centres[ahead] + rays[ahead] * offset, rays[ahead])
        best[ahead[free]] = facing[ahead[free]]
    return np.clip(best, 0, 1)


def label_charts(
    triangles: Int32[np.ndarray, "t 3"], *, num_vertices: int
) -> tuple[Int32[np.ndarray, " t"], int]:
    """Number the charts of a mesh whose vertices are split at seams, and count them."""
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = csr_matrix(
        (np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(num_vertices, num_vertices)
    )
    _, of_vertex = connected_components(graph, directed=False)
    _, chart = np.unique(of_vertex[triangles[:, 0]], return_inverse=True)
    return chart.astype(np.int32), int(chart.max()) + 1


def scaled_charts(
    uvs: Float32[np.ndarray, "v 2"],
    triangles: Int32[np.ndarray, "t 3"],
    *,
    seen: Float32[np.ndarray, " t"],
    seen_ratio: float,
) -> Float32[np.ndarray, "v 3"]:
    """Scale each chart by how well it is seen and return the page as a flat mesh, facing +z.

    Args:
        uvs: Of charts that keep the surface's proportions; origin at the top left.
        triangles: Vertices are split at seams.
        seen: How well each triangle is seen, 0 to 1; a chart counts by the mean over its area.
        seen_ratio: Scale of charts seen head-on over that of hidden ones.
    """
    chart, count = label_charts(triangles, num_vertices=len(uvs))
    corners = uvs[triangles].astype(np.float64)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) + 1e-12
    share = np.bincount(chart, weights=areas * seen, minlength=count)
    share /= np.bincount(chart, weights=areas, minlength=count)
    scale = np.ones(len(uvs), np.float32)
    scale[triangles] = (seen_ratio ** (share - 1)).astype(np.float32)[chart][:, None]
    flat = np.zeros((len(uvs), 3), np.float32)
    flat[:, 0], flat[:, 1] = uvs[:, 0] * scale, -uvs[:, 1] * scale
    return flat
