"""Connected parts of a mesh, and the removal of those too small to matter.

Letters: v vertices, t triangles, p parts.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int32
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.submesh import keep_triangles


@dataclass(frozen=True, kw_only=True)
class ComponentOptions:
    """Which parts of a mesh count as dirt."""

    min_share: float = 0.002
    """A part stays when its share of the surface area or of the enclosed volume reaches this."""


def label_components(mesh: Mesh) -> Int32[np.ndarray, " t"]:
    """Number the connected parts, from 0; one number per triangle."""
    first, second, third = mesh.triangles.T
    rows, columns = np.concatenate([first, second]), np.concatenate([second, third])
    graph = csr_matrix(
        (np.ones(len(rows), bool), (rows, columns)), shape=(mesh.num_vertices, mesh.num_vertices)
    )
    _, labels = connected_components(graph, directed=False)
    _, per_triangle = np.unique(labels[first], return_inverse=True)
    return per_triangle.astype(np.int32)


def drop_small_components(
    mesh: Mesh, *, options: ComponentOptions = ComponentOptions()
) -> tuple[Mesh, int]:
    """Remove crumbs and enclosed cavities; the largest part always stays.

    A closed part of negative volume is the wall of a hollow inside another part. Nobody sees it, so
    it goes, whatever its size.

    Returns:
        The mesh, the very same one when nothing was dropped, and how many parts were dropped.
    """
    if mesh.num_triangles == 0:
        return mesh, 0
    labels = label_components(mesh)
    kept = _worth_keeping(mesh, labels, options.min_share)
    dropped = int((~kept).sum())
    return (mesh, 0) if dropped == 0 else (keep_triangles(mesh, kept[labels]), dropped)


def _worth_keeping(
    mesh: Mesh, labels: Int32[np.ndarray, " t"], min_share: float
) -> Bool[np.ndarray, " p"]:
    """Judge every part by its share of area and of volume."""
    areas, volumes = _sizes(mesh, labels)
    area_shares = areas / max(areas.sum(), 1e-30)
    volume_shares = np.abs(volumes) / max(np.abs(volumes).sum(), 1e-30)
    kept = np.maximum(area_shares, volume_shares) >= min_share
    largest = int(np.argmax(areas))
    if volumes[largest] > 0:  # Otherwise the mesh is open or inside out: volumes mean nothing.
        kept &= volumes > -1e-3 * volumes[largest]
    kept[largest] = True
    return kept


def _sizes(
    mesh: Mesh, labels: Int32[np.ndarray, " t"]
) -> tuple[Float64[np.ndarray, " p"], Float64[np.ndarray, " p"]]:
    """Return area and signed volume of every part."""
    vectors = area_vectors(mesh.positions, mesh.triangles)
    corners = (mesh.positions - mesh.positions.mean(axis=0))[mesh.triangles[:, 0]]
    areas = np.bincount(labels, weights=np.linalg.norm(vectors, axis=1))
    volumes = np.bincount(labels, weights=np.einsum("ij,ij->i", corners, vectors) / 3)
    return areas, volumes
