"""Find triangles that edge collapses have folded over, and lay them flat.

A folded triangle faces against the surface it stands for: it shows as a dark or bright speck, and
baking over it gives wrong normals. Letters: v vertices, t triangles, f folded triangles.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64
from scipy.sparse import csr_matrix

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree, interpolate
from bozzetto.geometry.normals import area_vectors, face_normals, vertex_normals

_ROUNDS = 16
_FLIP_ROUNDS = 4
_GENTLE_ROUNDS = 8  # In which one corner of each triangle moves.
_AGAINST = 0.0  # Cosine to the source's normal below which a triangle counts as folded.


def flatten_folded(mesh: Mesh, *, source: Mesh) -> Mesh:
    """Move the corners of folded triangles until they lie flat; connectivity stays.

    A corner goes to the middle of its neighbours and from there to the nearest point of the source.
    Of each triangle it is the corner on the flattest ground, so that edges and tips stay; where
    that does not help, it is all of them. What does not lie flat after some rounds is left.

    Args:
        mesh: Reduced from the source.
        source: The dense surface.
    """
    tree = SurfaceTree(source)
    source_normals = vertex_normals(source.positions, source.triangles)
    mean_of_neighbours = _averaging(mesh)
    best, fewest = mesh, None
    for turn in range(_ROUNDS):
        folded = _folded(mesh, source=source, tree=tree, normals=source_normals)
        if fewest is None or len(folded) < fewest:
            best, fewest = mesh, len(folded)
        if len(folded) == 0:
            break
        gentle = turn < _GENTLE_ROUNDS
        corners = _flattest(mesh, folded) if gentle else np.unique(mesh.triangles[folded])
        positions = mesh.positions.astype(np.float64)
        middle: Float64[np.ndarray, "k 3"] = (mean_of_neighbours @ positions)[corners]
        nearest = tree.closest(middle).at
        positions[corners] = interpolate(source.positions, source.triangles, nearest)
        mesh = replace(mesh, positions=positions.astype(np.float32))
    return best


def flip_folded(mesh: Mesh, *, source: Mesh) -> Mesh:
    """Flip the longest edges of folded triangles where that lays them flat; no vertex moves.

    Helps slivers on flat ground, whose tips reach a little over the opposite edge.
    """
    tree, normals = SurfaceTree(source), vertex_normals(source.positions, source.triangles)
    for _ in range(_FLIP_ROUNDS):
        folded = _folded(mesh, source=source, tree=tree, normals=normals)
        triangles = mesh.triangles.copy()
        flips = sum(_flip(mesh.positions, triangles, int(row)) for row in folded)
        if flips == 0:
            break
        mesh = replace(mesh, triangles=triangles)
    return mesh


def folded_triangles(mesh: Mesh, *, source: Mesh) -> Int64[np.ndarray, " f"]:
    """Return the triangles that face against the surface that they stand for."""
    normals = vertex_normals(source.positions, source.triangles)
    return _folded(mesh, source=source, tree=SurfaceTree(source), normals=normals)


def _folded(
    mesh: Mesh, *, source: Mesh, tree: SurfaceTree, normals: Float32[np.ndarray, "_ 3"]
) -> Int64[np.ndarray, " f"]:
    """Compare each triangle's normal with the source's normal at its centre."""
    centres = mesh.positions[mesh.triangles].mean(axis=1)
    at = tree.closest(centres).at
    wanted = interpolate(normals, source.triangles, at)
    cosine = np.einsum("ij,ij->i", face_normals(mesh.positions, mesh.triangles), wanted)
    return np.flatnonzero(cosine < _AGAINST)


def _flip(
    positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"], row: int
) -> bool:
    """Flip a triangle's longest edge in place and tell whether that was sound and of use."""
    corners = triangles[row]
    sides = positions[corners].astype(np.float64)
    longest = int(np.linalg.norm(sides - np.roll(sides, -1, axis=0), axis=1).argmax())
    a, b, c = np.roll(corners, -longest)
    beside = np.flatnonzero(((triangles == a) | (triangles == b)).sum(axis=1) == 2)
    others = beside[beside != row]
    if len(others) != 1:
        return False
    d = next(vertex for vertex in triangles[others[0]] if vertex not in (a, b))
    if c == d or (((triangles == c) | (triangles == d)).sum(axis=1) == 2).any():
        return False  # The new edge is there already.
    old, new = triangles[[row, others[0]]], np.array([[a, d, c], [d, b, c]], np.int32)
    together = area_vectors(positions, old).sum(axis=0)
    if (area_vectors(positions, new) @ together <= 0).any():
        return False
    triangles[[row, others[0]]] = new
    return True


def _flattest(mesh: Mesh, folded: Int64[np.ndarray, " f"]) -> Int64[np.ndarray, " k"]:
    """Return of each triangle the corner around which all faces lie most nearly in one plane.

    Planes are compared without their sides, since some of the faces are folded over.
    """
    areas = area_vectors(mesh.positions, mesh.triangles)
    outer = np.einsum("ti,tj->tij", areas, areas)
    outer /= np.maximum(np.linalg.norm(areas, axis=1), 1e-30)[:, None, None]
    around = np.zeros((mesh.num_vertices, 3, 3))
    for k in range(3):
        np.add.at(around, mesh.triangles[:, k], outer)
    corners = mesh.triangles[folded]
    planes = np.linalg.eigvalsh(around[corners])
    flatness = planes[..., 2] / np.maximum(planes.sum(axis=-1), 1e-30)
    chosen = np.take_along_axis(corners, flatness.argmax(axis=1)[:, None], axis=1)
    return np.unique(chosen).astype(np.int64)


def _averaging(mesh: Mesh) -> csr_matrix:
    """Return the matrix that takes each vertex to the mean of its neighbours."""
    edges = np.concatenate([mesh.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    both = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
    degree = np.bincount(both[:, 0], minlength=mesh.num_vertices)
    weight = 1 / degree[both[:, 0]]
    size = (mesh.num_vertices, mesh.num_vertices)
    return csr_matrix((weight, (both[:, 0], both[:, 1])), shape=size)
