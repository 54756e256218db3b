"""Take faults off a mesh that was moved together with the dense surface it stands for.

Letters: n points.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64
from scipy.spatial import cKDTree

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.repair.dense_folds import stretched
from bozzetto.geometry.repair.faults import move_out_of_faults

_RADII = (0.01, 0.02, 0.04, 0.08)  # Of the object's size, around each fault; taken back wholly,
# and partly up to twice as far.
_RINGS = (0, 1, 2, 3)  # Of corners around faults that were there before the move.


@dataclass(frozen=True, kw_only=True, eq=False)
class MeshWithDense:
    """A mesh and the dense surface that it stands for."""

    mesh: Mesh
    dense: Mesh


def repair_moved_pair(start: MeshWithDense, moved: MeshWithDense) -> MeshWithDense:
    """Move corners out of their faults; where that does not do, take the way back around them.

    Both meshes go back alike, so one goes on standing for the other. Faces and budget stay.

    Args:
        start: Before the move, without faults if that could be had.
        moved: After it.
    """
    mesh, left = move_out_of_faults(moved.mesh, source=moved.dense)
    best = replace(moved, mesh=mesh)
    size = float(np.ptp(start.dense.positions, axis=0).max())
    for radius in _RADII:
        if len(left) == 0:
            break
        places = start.mesh.positions[start.mesh.triangles[left]].reshape(-1, 3)
        tree = cKDTree(places.astype(np.float64))
        back = MeshWithDense(
            mesh=_taken_back(start.mesh, moved.mesh, tree, radius=radius * size),
            dense=_taken_back(start.dense, moved.dense, tree, radius=radius * size),
        )
        mesh, still = move_out_of_faults(back.mesh, source=back.dense)
        if len(still) < len(left):
            best, left, moved = replace(back, mesh=mesh), still, back
    return _stretched_over(best, left)


def _stretched_over(pair: MeshWithDense, left: Int64[np.ndarray, " n"]) -> MeshWithDense:
    """Stretch the mesh over faults that it had from the start."""
    for rings in _RINGS:
        if len(left) == 0:
            break
        mesh, still = move_out_of_faults(stretched(pair.mesh, left, rings=rings), source=pair.dense)
        if len(still) < len(left):
            pair, left = replace(pair, mesh=mesh), still
    return pair


def _taken_back(start: Mesh, moved: Mesh, tree: cKDTree, *, radius: float) -> Mesh:
    """Return positions that near some places are those from before."""
    distance, _ = tree.query(start.positions.astype(np.float64), distance_upper_bound=2 * radius)
    share: Float64[np.ndarray, " n"] = np.clip(2 - np.minimum(distance, 2 * radius) / radius, 0, 1)
    way = start.positions.astype(np.float64) - moved.positions
    positions = (moved.positions + share[:, None] * way).astype(np.float32)
    normals = None if moved.normals is None else vertex_normals(positions, moved.triangles)
    return replace(moved, positions=positions, normals=normals)
