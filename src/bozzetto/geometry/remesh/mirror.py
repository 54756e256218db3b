"""Make a closed surface its own mirror image: keep one half, simplify it, and join its reflection.

Letters: e edges.
"""

from dataclasses import dataclass, replace

import igl
import manifold3d
import numpy as np
from jaxtyping import Float64, Int32, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import transfer_attributes
from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.geometry.measure.watertight import closed_manifold_defects, euler_number
from bozzetto.geometry.repair.folded_triangles import flatten_folded, flip_folded
from bozzetto.geometry.submesh import used_vertices

# Lengths change on the way through most functions here, so they are not named.
Positions = Float64[np.ndarray, "_ 3"]
Triangles = Int32[np.ndarray, "_ 3"]

_ON_PLANE = 1e-6  # Of the diagonal: cutting leaves new vertices that near to the plane.
_TRIES = 5
_MOST_SPLITS = 0.04  # Of the triangles.
_BESIDE = 1e-4  # Of the diagonal: no other vertex may come nearer.


@dataclass(frozen=True, kw_only=True, eq=False)
class Half:
    """The part of a closed surface on one side of a plane, closed by a flat lid on the plane."""

    positions: Positions
    """In a frame whose x = 0 is the plane; x > 0 but for the rim, where it is 0."""
    triangles: Triangles
    """The lid's come last."""
    num_open: int
    """Triangles without the lid's."""
    plane: MirrorPlane
    source: Mesh
    """The whole that it was cut from."""


def cut_half(mesh: Mesh, *, plane: MirrorPlane) -> Half | None:
    """Cut a closed surface and keep the half that photos show better; None where that fails.

    The better half is the one whose vertices have more confidence, area counted; else the one on
    the side of the normal.
    """
    if _confidence_ahead(mesh, plane) < 0:
        x, y, z = plane.normal
        plane = replace(plane, normal=(-x, -y, -z), offset=-plane.offset)
    frame = _frame(plane)
    turned = (mesh.positions.astype(np.float64) @ frame.T) - np.array([plane.offset, 0, 0])
    solid = manifold3d.Manifold(
        manifold3d.Mesh(turned.astype(np.float32), mesh.triangles.astype(np.uint32))
    )
    cut = solid.trim_by_plane((1.0, 0.0, 0.0), 0.0).to_mesh()
    positions = cut.vert_properties[:, :3].astype(np.float64)
    triangles = cut.tri_verts.astype(np.int32)
    diagonal = float(np.linalg.norm(np.ptp(turned, axis=0)))
    positions[np.abs(positions[:, 0]) < _ON_PLANE * diagonal, 0] = 0
    lid = (positions[triangles][:, :, 0] == 0).all(axis=1)
    if not lid.any() or lid.all():
        return None
    half = Half(
        positions=positions,
        triangles=np.concatenate([triangles[~lid], triangles[lid]]),
        num_open=int((~lid).sum()),
        plane=plane,
        source=mesh,
    )
    return half if _whole(half) is not None else None


def join_halves(half: Half, *, target_triangles: int | None = None) -> Mesh | None:
    """Simplify a half to half the number and join it with its mirror image.

    Args:
        half: From `cut_half`.
        target_triangles: Even, at least 8; met exactly unless there are fewer. None keeps all.

    Returns:
        The whole, closed and of the half's own genus twice over, with the attributes of the source;
        None where the half cannot be reduced that far without tearing.
    """
    if target_triangles is not None and 2 * half.num_open > target_triangles:
        reduced = _reduced(half, target_triangles // 2)
        if reduced is None:
            return None
        half = _with_folds_flattened(reduced)
    whole = _whole(half)
    return None if whole is None else transfer_attributes(whole, source=half.source)


def _confidence_ahead(mesh: Mesh, plane: MirrorPlane) -> float:
    """Return how much more is known on the normal's side; 0 without knowledge."""
    if mesh.confidence is None:
        return 0.0
    ahead = mesh.positions.astype(np.float64) @ np.array(plane.normal) > plane.offset
    sums = [float(mesh.confidence[side].sum(dtype=np.float64)) for side in (ahead, ~ahead)]
    return sums[0] - sums[1]


def _frame(plane: MirrorPlane) -> Float64[np.ndarray, "3 3"]:
    """Return the rotation whose rows are the normal, up, and what is left."""
    normal, up = np.array(plane.normal), np.array([0.0, 1.0, 0.0])
    return np.stack([normal, up, np.cross(normal, up)])


def _compact(positions: Positions, triangles: Triangles) -> tuple[Positions, Triangles]:
    """Drop unused vertices."""
    used, renumbered = used_vertices(triangles)
    return positions[used], renumbered


def _rim(triangles: Triangles) -> Int64[np.ndarray, "e 2"]:
    """Return the directed edges that have a triangle on one side only."""
    edges = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    size = int(triangles.max()) + 1
    low, high = edges.min(axis=1), edges.max(axis=1)
    _, first, uses = np.unique(low * size + high, return_index=True, return_counts=True)
    return edges[first[uses == 1]]


def _reduced(half: Half, target: int) -> Half | None:
    """Collapse edges to the number, put the rim back on the plane and all else beside it.

    The lid is reduced along: it holds the rim in its plane as nothing else would. How many of its
    triangles stay is known afterwards only, so the number is tried for, and the last few triangles
    come from splitting edges.
    """
    asked = target + 8
    for _ in range(_TRIES):
        positions, triangles, birth, _ = igl.qslim(
            np.asfortranarray(half.positions), np.asfortranarray(half.triangles), asked, False
        )
        is_open = birth < half.num_open
        left = int(is_open.sum())
        if target - _MOST_SPLITS * target <= left <= target:
            break
        asked = max(asked + target - left - 2, 4)
    else:
        return None
    opened = triangles[is_open].astype(np.int32)
    rim = np.unique(_rim(opened))
    if len(rim) == 0:
        return None
    positions = np.array(positions)
    diagonal = float(np.linalg.norm(np.ptp(half.positions, axis=0)))
    positions[:, 0] = np.maximum(positions[:, 0], _BESIDE * diagonal)
    positions[rim, 0] = 0
    while target - len(opened):
        on_rim = target - len(opened) == 1
        positions, opened = _with_split(positions, opened, on_rim=on_rim)
    positions, opened = _compact(positions, opened)
    return replace(half, positions=positions, triangles=opened, num_open=target)


def _in_frame(half: Half) -> Mesh:
    """Return the source in the half's frame."""
    turned = half.source.positions.astype(np.float64) @ _frame(half.plane).T
    placed = turned - np.array([half.plane.offset, 0, 0])
    return Mesh(positions=placed.astype(np.float32), triangles=half.source.triangles)


def _with_split(
    positions: Positions, triangles: Triangles, *, on_rim: bool
) -> tuple[Positions, Triangles]:
    """Cut the longest edge in two: one triangle more on the rim, two more elsewhere."""
    edges = _rim(triangles) if on_rim else triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    if not on_rim:
        rim = np.unique(_rim(triangles))
        edges = edges[~np.isin(edges, rim).all(axis=1)]
    lengths = np.linalg.norm(positions[edges[:, 0]] - positions[edges[:, 1]], axis=1)
    a, b = edges[int(lengths.argmax())]
    rows = np.flatnonzero(((triangles == a) | (triangles == b)).sum(axis=1) == 2)
    middle = len(positions)
    first, second = triangles[rows].copy(), triangles[rows].copy()
    first[first == b] = middle
    second[second == a] = middle
    triangles = np.concatenate([np.delete(triangles, rows, axis=0), first, second])
    return np.concatenate([positions, (positions[[a]] + positions[[b]]) / 2]), triangles


def _with_folds_flattened(half: Half) -> Half:
    """Lay folded triangles flat where the whole is known, and take the half of that."""
    opened = Mesh(positions=half.positions.astype(np.float32), triangles=half.triangles)
    source = _in_frame(half)
    half = replace(half, triangles=np.array(flip_folded(opened, source=source).triangles))
    whole = _whole(half)
    if whole is None:
        return half
    flat = (
        flatten_folded(whole, source=half.source)
        .positions[: len(half.positions)]
        .astype(np.float64)
    )
    rim = np.unique(_rim(half.triangles[: half.num_open]))
    positions = flat @ _frame(half.plane).T - np.array([half.plane.offset, 0, 0])
    positions[:, 0] = np.maximum(positions[:, 0], half.positions[:, 0].max() * _BESIDE)
    positions[rim, 0] = 0
    return replace(half, positions=positions)


def _whole(half: Half) -> Mesh | None:
    """Join a half with its mirror image in the asset's frame; None where that is not closed."""
    opened = half.triangles[: half.num_open]
    rim = np.unique(_rim(opened))
    if (half.positions[rim, 0] != 0).any():
        return None
    count = len(half.positions)
    partner = np.arange(count, 2 * count, dtype=np.int32)
    partner[rim] = rim
    mirrored = half.positions * np.array([-1.0, 1.0, 1.0])
    triangles = np.concatenate([opened, partner[opened[:, ::-1]]])
    positions, triangles = _compact(np.concatenate([half.positions, mirrored]), triangles)
    placed = (positions + np.array([half.plane.offset, 0, 0])) @ _frame(half.plane)
    mesh = Mesh(positions=placed.astype(np.float32), triangles=triangles)
    return None if closed_manifold_defects(mesh.positions, mesh.triangles) else mesh


def same_genus(first: Mesh, second: Mesh) -> bool:
    """Tell whether two closed meshes have as many handles and pieces."""
    return euler_number(first.triangles) == euler_number(second.triangles)
