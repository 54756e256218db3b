"""Move the vertices of a coarse mesh so that its faces, not its corners, lie on the dense surface.

Corners on the surface cut it short where it is round: volume and thin parts shrink. Letters:
v vertices, t triangles, n points of the dense surface.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64, Int32
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import cg

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree, interpolate
from bozzetto.geometry.normals import area_vectors, face_normals
from bozzetto.geometry.sampling import sample_surface
from bozzetto.geometry.smooth import neighbour_mean

_POINTS_PER_VERTEX = 8
_FEWEST_POINTS, _MOST_POINTS = 4_000, 60_000
_HOLD = 0.05  # Pull of a vertex's own place, against 1 for a point: for vertices without points.
_LEAST_COSINE = 0.3  # Between normals; points on the far side of a thin wall do not count.
_FARTHEST = 0.12  # Of the edges around, that a vertex may stand off; corners of round shapes do.
_LEAST_TURN = 0.5  # Cosine between a triangle's normal before and after; less takes the step back.


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """How hard the mesh is pulled."""

    rounds: int = 3
    """Each asks anew which points belong to which triangle; 0 changes nothing."""
    stiffness: float = 0.3
    """Resistance of neighbours to moving apart, relative to the pull of the points."""
    seed: int = 0
    """Of the points on the dense surface."""


def fit(mesh: Mesh, *, reference: Mesh, options: FitOptions = FitOptions()) -> Mesh:
    """Fit a mesh to the surface it stands for; connectivity stays, attributes are kept as they are.

    Least squares over points of the reference and where they lie in the mesh's triangles. Vertices
    of triangles that would turn over stay where they were.

    Args:
        mesh: Triangles share vertices.
        reference: The dense surface, no further away than a few edges.
        options: Rounds and stiffness.
    """
    count = int(np.clip(_POINTS_PER_VERTEX * mesh.num_vertices, _FEWEST_POINTS, _MOST_POINTS))
    sample = sample_surface(reference, count=count, seed=options.seed)
    tree = SurfaceTree(reference)
    for _ in range(options.rounds):
        moved = _pulled(mesh, sample.points, sample.normals, stiffness=options.stiffness)
        moved = _held_near(mesh, moved, reference=reference, tree=tree)
        mesh = replace(mesh, positions=_without_folds(mesh, moved).astype(np.float32))
    return mesh


def _pulled(
    mesh: Mesh,
    points: Float64[np.ndarray, "n 3"],
    normals: Float64[np.ndarray, "n 3"],
    *,
    stiffness: float,
) -> Float64[np.ndarray, "v 3"]:
    """Solve for the positions at which the points lie on the mesh."""
    at = SurfaceTree(mesh).closest(points).at
    facing = face_normals(mesh.positions, mesh.triangles)[at.triangle]
    kept = np.flatnonzero(np.einsum("ij,ij->i", facing, normals) > _LEAST_COSINE)
    corners, weights = mesh.triangles[at.triangle[kept]], at.barycentric[kept].astype(np.float64)
    positions = mesh.positions.astype(np.float64)
    apart = points[kept] - np.einsum("ij,ijk->ik", weights, positions[corners])
    system = _system(mesh, corners, weights, stiffness=stiffness)
    wanted = np.zeros((system.shape[0], 3))
    wanted[: len(kept)] = apart
    transposed = system.T
    matrix, right = transposed @ system, transposed @ wanted
    steps = [cg(matrix, right[:, axis], rtol=1e-4, maxiter=200)[0] for axis in range(3)]
    return positions + np.stack(steps, axis=1)


def _system(
    mesh: Mesh,
    corners: Int32[np.ndarray, "k 3"],
    weights: Float64[np.ndarray, "k 3"],
    *,
    stiffness: float,
) -> csr_matrix:
    """Stack the equations: points lie on the mesh, neighbours move alike, nothing moves far."""
    count, num_points = mesh.num_vertices, len(corners)
    mean = neighbour_mean(count, mesh.triangles)
    every = np.arange(count)
    alike, still = np.sqrt(_POINTS_PER_VERTEX * stiffness), np.sqrt(_HOLD)
    values = (weights.reshape(-1), np.full(count, alike), -alike * mean.data, np.full(count, still))
    rows = (
        np.repeat(np.arange(num_points), 3),
        num_points + every,
        num_points + np.repeat(every, np.diff(mean.indptr)),
        num_points + count + every,
    )
    columns = (corners.reshape(-1), every, mean.indices, every)
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_matrix(entries, shape=(num_points + 2 * count, count))


def _held_near(
    mesh: Mesh, moved: Float64[np.ndarray, "v 3"], *, reference: Mesh, tree: SurfaceTree
) -> Float64[np.ndarray, "v 3"]:
    """Bring vertices that were pulled off the surface back onto it: they would be spikes."""
    edges = mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    lengths = np.linalg.norm(moved[edges[:, 0]] - moved[edges[:, 1]], axis=1)
    counts = np.bincount(edges[:, 0], minlength=mesh.num_vertices)
    mean = np.bincount(edges[:, 0], weights=lengths, minlength=mesh.num_vertices)
    near = tree.closest(moved)
    off = near.distance > _FARTHEST * mean / np.maximum(counts, 1)
    on = interpolate(reference.positions, reference.triangles, near.at)
    return np.where(off[:, None], on, moved).astype(np.float64)


def _without_folds(mesh: Mesh, moved: Float64[np.ndarray, "v 3"]) -> Float64[np.ndarray, "v 3"]:
    """Take the steps back that turn triangles over, and those around them until none is left."""
    start = mesh.positions.astype(np.float64)
    before = area_vectors(mesh.positions, mesh.triangles)
    for _ in range(8):
        turned = _turned_over(mesh, before, moved)
        if not turned.any():
            return moved
        vertices = np.unique(mesh.triangles[turned])
        moved = moved.copy()
        moved[vertices] = start[vertices]
    return start if _turned_over(mesh, before, moved).any() else moved


def _turned_over(
    mesh: Mesh, before: Float64[np.ndarray, "t 3"], moved: Float64[np.ndarray, "v 3"]
) -> Bool[np.ndarray, " t"]:
    """Tell which triangles' normals turn too far."""
    after = area_vectors(moved.astype(np.float32), mesh.triangles)
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return np.einsum("ij,ij->i", before, after) < _LEAST_TURN * lengths
