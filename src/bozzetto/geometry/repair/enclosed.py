"""Closed parts that lie wholly inside another closed part: nobody ever sees them.

Letters: t triangles, p parts, n points.
"""

import igl
import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.components import label_components
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.submesh import keep_triangles

_PROBES = 64  # Vertices of a part that are looked up.


def drop_enclosed_components(mesh: Mesh) -> tuple[Mesh, int]:
    """Remove parts of a closed mesh that lie inside others; parts that only reach in stay.

    Returns:
        The mesh, the very same one when nothing was dropped, and how many parts were dropped.
    """
    labels = label_components(mesh) if mesh.num_triangles else np.zeros(0, np.int32)
    count = int(labels.max(initial=0)) + 1
    if count == 1:
        return mesh, 0
    volumes = np.abs(_volumes(mesh, labels))
    dropped = np.zeros(count, bool)
    for container in np.argsort(-volumes, kind="stable"):
        if dropped[container]:
            continue
        smaller = np.flatnonzero(~dropped & (volumes < volumes[container]))
        dropped[smaller[_lie_inside(mesh, labels, parts=smaller, container=int(container))]] = True
    if not dropped.any():
        return mesh, 0
    return keep_triangles(mesh, ~dropped[labels]), int(dropped.sum())


def _volumes(mesh: Mesh, labels: Int32[np.ndarray, " t"]) -> Float64[np.ndarray, " p"]:
    """Return each part's signed volume."""
    corners = (mesh.positions - mesh.positions.mean(axis=0))[mesh.triangles[:, 0]]
    parts = np.einsum("ij,ij->i", corners, area_vectors(mesh.positions, mesh.triangles)) / 3
    return np.bincount(labels, weights=parts)


def _lie_inside(
    mesh: Mesh, labels: Int32[np.ndarray, " t"], *, parts: Int64[np.ndarray, " n"], container: int
) -> Bool[np.ndarray, " n"]:
    """Tell which parts have all their vertices, or all of a sample of them, inside another."""
    walls = mesh.triangles[labels == container].astype(np.int64)
    corners = mesh.positions[walls]
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    inside = np.zeros(len(parts), bool)
    for row, part in enumerate(parts):
        vertices = np.unique(mesh.triangles[labels == part])
        points = mesh.positions[vertices[:: max(len(vertices) // _PROBES, 1)]]
        if ((points > low) & (points < high)).all():
            winding = igl.fast_winding_number(
                mesh.positions.astype(np.float64), walls, points.astype(np.float64)
            )
            inside[row] = bool((np.abs(winding) > 0.5).all())
    return inside
