"""Move a mesh so that its outlines are those of the photos' masks.

Points of the mesh's rim are pulled to the mask's outline; a smooth warp of the picture carries
everything else along, seen or hidden, at its own depth. Coarse warps come first, fine ones last.
Letters: n rim points, m outline points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.spatial import cKDTree

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.repair.faulty_moves import undo_faulty_moves
from bozzetto.sculpting.outline import Outline, OutlineError, mask_outline, outline_error
from bozzetto.sculpting.rim import Rim, find_rim
from bozzetto.sculpting.warp import Warp, WarpOptions, fit_warp
from bozzetto.views.camera import Camera

_TURN = 0.25  # Of the reach: what a difference of 1 between normals counts as.
_LEAST_COSINE = 0.3  # Between the normals of a rim point and of where it is pulled to.


@dataclass(frozen=True, kw_only=True, eq=False)
class OutlineTarget:
    """What a mesh's silhouette should be, seen from one camera."""

    camera: Camera
    alpha: Float32[np.ndarray, "h w"]
    """Of the camera's size; the outline is where it is one half."""


@dataclass(frozen=True, kw_only=True)
class SilhouetteOptions:
    """How the mesh follows."""

    cells: tuple[int, ...] = (32, 64, 128, 128)
    """Grid cells of each round's warp along the outline's longer side."""
    reach: float = 0.05
    """Longest way of a rim point, of the outline's longer side; what is farther is not there."""
    spacing: float = 0.001
    """Of rim points, of the outline's longer side."""
    warp: WarpOptions = field(default_factory=WarpOptions)
    """Stiffness of each warp."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedOutlines:
    """A mesh moved to the outlines, and by how much that helped."""

    mesh: Mesh
    before: tuple[OutlineError, ...]
    """One for each view."""
    after: tuple[OutlineError, ...]
    along: Mesh | None
    """What was moved along."""


def fit_silhouette(
    mesh: Mesh,
    targets: Sequence[OutlineTarget],
    *,
    mirror: MirrorPlane | None = None,
    along: Mesh | None = None,
    options: SilhouetteOptions = SilhouetteOptions(),
) -> FittedOutlines:
    """Move the vertices of a closed mesh until its outlines are those wanted.

    Only across the lines of sight: with one view nothing moves towards the camera or away. With
    several, those that agree better from the start come last and so count more. What would fold or
    push the surface through itself stays behind. If the outlines agree less afterwards, the mesh
    comes back as it was. Connectivity and attributes stay; normals are renewed if there are any.

    Args:
        mesh: Triangles share vertices.
        targets: The views.
        mirror: Plane about which the mesh is symmetric and shall stay so.
        along: Another mesh of the same thing, to be moved likewise.
        options: Grids and reach.
    """
    before = outline_errors(mesh, targets)
    order = sorted(range(len(targets)), key=lambda k: -before[k].median_px)
    traced = [_traced(target, options) for target in targets]
    moved, beside = mesh, along
    for cells in options.cells:
        for k in order:
            warp = _warp(moved, targets[k], traced[k], cells=cells, options=options)
            if warp is not None:
                moved = _moved(moved, warp, targets[k].camera, mirror=mirror)
                beside = beside and _moved(beside, warp, targets[k].camera, mirror=mirror)
    moved = undo_faulty_moves(mesh, moved)
    after = outline_errors(moved, targets)
    if _total(after) >= _total(before):
        return FittedOutlines(mesh=mesh, before=before, after=before, along=along)
    if along is not None and beside is not None:
        beside = _with_normals(undo_faulty_moves(along, beside))
    return FittedOutlines(mesh=_with_normals(moved), before=before, after=after, along=beside)


def _with_normals(mesh: Mesh) -> Mesh:
    """Renew a mesh's normals if it has any."""
    if mesh.normals is None:
        return mesh
    return replace(mesh, normals=vertex_normals(mesh.positions, mesh.triangles))


def outline_errors(mesh: Mesh, targets: Sequence[OutlineTarget]) -> tuple[OutlineError, ...]:
    """Compare a mesh with all views."""
    return tuple(outline_error(mesh, camera=t.camera, alpha=t.alpha) for t in targets)


def _total(errors: Sequence[OutlineError]) -> float:
    """Sum up how far outlines are off."""
    return sum(error.median_px + error.p95_px for error in errors)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Traced:
    """A target's outline and its size."""

    outline: Outline
    size_px: float


def _traced(target: OutlineTarget, options: SilhouetteOptions) -> _Traced:
    """Trace a target's outline."""
    rows, columns = np.nonzero(target.alpha >= 0.5)
    size = float(max(np.ptp(rows), np.ptp(columns), 8)) if len(rows) else 8.0
    outline = mask_outline(target.alpha, spacing_px=size * options.spacing)
    return _Traced(outline=outline, size_px=size)


def _warp(
    mesh: Mesh, target: OutlineTarget, traced: _Traced, *, cells: int, options: SilhouetteOptions
) -> Warp | None:
    """Pull one view's rim to its outline; None where one of the two is missing."""
    spacing, cell = traced.size_px * options.spacing, traced.size_px / cells
    rim = find_rim(mesh, target.camera, spacing_px=spacing)
    if len(rim.pixels) == 0 or len(traced.outline.points) == 0:
        return None
    ways, found = _ways(rim, traced, reach=options.reach * traced.size_px)
    if not found.any():
        return None
    return fit_warp(
        rim.pixels,
        ways,
        weights=rim.weight * (spacing / cell) * found,
        cell_px=cell,
        options=options.warp,
    )


def _moved(mesh: Mesh, warp: Warp, camera: Camera, *, mirror: MirrorPlane | None) -> Mesh:
    """Move a mesh with a picture; a symmetric one by half of that and half of its mirror image."""
    positions = mesh.positions.astype(np.float64)
    moved = warp.move(positions, camera)
    if mirror is not None:
        image = mirror.mirrored(warp.move(mirror.mirrored(positions), camera))
        moved = (moved + image) / 2
    return replace(mesh, positions=moved.astype(np.float32))


def _ways(
    rim: Rim, traced: _Traced, *, reach: float
) -> tuple[Float64[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
    """Return the way of each rim point in pixels, and which have one.

    Half of it leads to the nearest point of the outline, half to the mean of those that have this
    rim point for their nearest: else nothing would grow into the tips of the outline.
    """
    outline = traced.outline
    own = Outline(points=rim.pixels, normals=rim.normals)
    towards, found = _nearest(outline, own, reach=reach)
    ways = np.where(found[:, None], outline.points[towards] - rim.pixels, 0.0)
    chosen, wanted = _nearest(own, outline, reach=reach)
    callers = np.bincount(chosen[wanted], minlength=len(ways))
    called = callers > 0
    for axis in range(2):
        apart = (outline.points[wanted] - rim.pixels[chosen[wanted]])[:, axis]
        mean = np.bincount(chosen[wanted], weights=apart, minlength=len(ways))
        mean = mean / np.maximum(callers, 1)
        both = found & called
        ways[:, axis] = np.where(both, (ways[:, axis] + mean) / 2, ways[:, axis] + mean)
    return ways, found | called


def _nearest(
    outline: Outline, rim: Outline, *, reach: float
) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Find for each of the rim's points the nearest of the outline's that faces its way.

    Facing counts like distance: without it, thin parts collapse.
    """
    far = _TURN * reach
    tree = cKDTree(np.concatenate([outline.points, far * outline.normals], axis=1))
    query = np.concatenate([rim.points, far * rim.normals], axis=1)
    _, index = tree.query(query)
    distance = np.linalg.norm(outline.points[index] - rim.points, axis=1)
    cosine = np.einsum("ij,ij->i", outline.normals[index], rim.normals)
    return index.astype(np.int64), (distance <= reach) & (cosine > _LEAST_COSINE)
