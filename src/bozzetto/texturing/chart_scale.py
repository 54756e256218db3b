"""How well photos show each triangle: what decides how many texels its chart gets.

Letters: t triangles.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

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
