"""What readers do to meshes of others: move them, mend directions. Letters: v vertices."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32, Float64, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import vertex_normals

_UNIT_TOLERANCE = 4e-4


def moved_mesh(mesh: Mesh, *, asset_from_mesh: Float64[np.ndarray, "4 4"]) -> Mesh:
    """Move a mesh by any affine transform; mirrored ones are turned inside out again."""
    if np.array_equal(asset_from_mesh, np.eye(4)):
        return mesh
    linear, shift = asset_from_mesh[:3, :3], asset_from_mesh[:3, 3]
    mirrored = np.linalg.det(linear) < 0
    positions = (mesh.positions.astype(np.float64) @ linear.T + shift).astype(np.float32)
    # Cofactors turn normals also where an axis is flattened to nothing.
    cofactors = np.stack([np.cross(linear[i - 2], linear[i - 1]) for i in range(3)])
    normals = None if mesh.normals is None else _turned(mesh.normals, cofactors)
    if normals is not None and mirrored:
        normals = -normals
    tangents = mesh.tangents
    if tangents is not None:
        sign = -tangents[:, 3:] if mirrored else tangents[:, 3:]
        tangents = np.concatenate([_turned(tangents[:, :3], linear), sign], axis=1)
    triangles = mesh.triangles[:, [0, 2, 1]] if mirrored else mesh.triangles
    moved = replace(
        mesh,
        positions=positions,
        triangles=np.ascontiguousarray(triangles),
        normals=normals,
        tangents=tangents,
        quads=mesh.quads[:, ::-1] if mirrored and mesh.quads is not None else mesh.quads,
    )
    return unit_directions(moved)


def unit_directions(mesh: Mesh) -> Mesh:
    """Give normals and tangents unit length where they lack it; other rows stay as they are."""
    normals, tangents = mesh.normals, mesh.tangents
    if normals is not None:
        bad = _off(normals)
        if bad.any():
            spare = vertex_normals(mesh.positions, mesh.triangles)
            normals = _made_unit(normals, spare, bad)
    if tangents is not None:
        bad = _off(tangents[:, :3])
        sign = np.where(tangents[:, 3:] < 0, np.float32(-1), np.float32(1))
        if bad.any() or not np.array_equal(sign, tangents[:, 3:]):
            across = np.zeros_like(tangents[:, :3])
            across[:, 0] = 1
            axes = _made_unit(tangents[:, :3], across, bad)
            tangents = np.concatenate([axes, sign], axis=1)
    return replace(mesh, normals=normals, tangents=tangents)


def _turned(
    directions: Float32[np.ndarray, "v 3"], linear: Float64[np.ndarray, "3 3"]
) -> Float32[np.ndarray, "v 3"]:
    """Turn directions and make them unit again; those that vanish become 0."""
    turned = directions.astype(np.float64) @ linear.T
    length = np.linalg.norm(turned, axis=1, keepdims=True)
    return (turned / np.where(length > 0, length, 1)).astype(np.float32)


def _off(directions: Float32[np.ndarray, "v 3"]) -> Shaped[np.ndarray, " v"]:
    """Tell which directions are not of unit length."""
    lengths = np.linalg.norm(directions.astype(np.float64), axis=1)
    return ~(np.abs(lengths - 1) < _UNIT_TOLERANCE)


def _made_unit(
    directions: Float32[np.ndarray, "v 3"],
    spare: Float32[np.ndarray, "v 3"],
    bad: Shaped[np.ndarray, " v"],
) -> Float32[np.ndarray, "v 3"]:
    """Normalise the bad rows, and take the spare ones where there is no direction."""
    clean = np.where(np.isfinite(directions), directions, 0).astype(np.float64)
    length = np.linalg.norm(clean, axis=1, keepdims=True)
    unit = np.where(length > 1e-8, clean / np.maximum(length, 1e-8), spare)
    return np.where(bad[:, None], unit, directions).astype(np.float32)
