"""From a draft's surface to the low-poly mesh: repair, mode, budget, levels of detail.

Pure functions of values; `photo_to_asset` calls them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.components import drop_small_components
from bozzetto.geometry.measure.symmetry import MirrorPlane, find_mirror_plane
from bozzetto.geometry.remesh.lowpoly import LowPolyOptions, make_lowpoly
from bozzetto.geometry.remesh.make_watertight import make_watertight
from bozzetto.geometry.remesh.mirror import Half, cut_half, join_halves, same_genus
from bozzetto.geometry.remesh.quads import QuadOptions, quadrangulate
from bozzetto.geometry.remesh.simplify import Simplified, SimplifyOptions, simplify
from bozzetto.geometry.repair.enclosed import drop_enclosed_components
from bozzetto.geometry.repair.folded_triangles import folded_triangles
from bozzetto.geometry.repair.topological_noise import SeesThrough, remove_topological_noise
from bozzetto.geometry.smooth import SmoothOptions, smooth
from bozzetto.pipeline.options import ShapeSettings, Symmetry, Topology
from bozzetto.qa.self_intersections import count_self_intersections
from bozzetto.sculpting.sculpt import SculptView

_SYMMETRIC = 0.985  # Least score that counts as symmetric without being asked.
_RESEMBLES = 0.8  # Score below which mirroring on request changes the shape much.
_COVERED = 0.5  # Alpha from which a pixel shows the object.
_CALM = LowPolyOptions().smooth_iterations


@dataclass(frozen=True, kw_only=True, eq=False)
class DenseSurface:
    """The draft's surface made whole: what every level of detail is made from and held against."""

    mesh: Mesh
    """Closed, without crumbs and without parts inside other parts."""
    findings: tuple[Finding, ...]


def dense_surface(draft: Reconstruction, views: Sequence[SculptView] = ()) -> DenseSurface:
    """Close a draft's surface, drop what nobody sees, and take off small handles and tunnels.

    Args:
        draft: As an engine made it.
        views: The photos that it was made from: where they are empty, nothing is filled.

    Raises:
        InputError: It encloses nothing.
    """
    pieces, _ = drop_small_components(draft.mesh)
    closed = make_watertight(pieces)
    mesh, dropped = drop_enclosed_components(closed.mesh)
    mesh = remove_topological_noise(mesh, sees_through=_sees_through(views))
    return DenseSurface(mesh=mesh, findings=(*closed.findings, *_dropped(dropped)))


def _sees_through(views: Sequence[SculptView]) -> SeesThrough:
    """Return what tells which points a photo shows to be empty."""
    cameras = [view.camera for view in views]
    beyond = [
        cv2.distanceTransform((view.foreground.alpha < _COVERED).astype(np.uint8), cv2.DIST_L2, 3)
        for view in views
    ]

    def sees_through(points: Float64[np.ndarray, "n 3"], slack: float) -> Bool[np.ndarray, " n"]:
        empty = np.zeros(len(points), bool)
        for camera, distance in zip(cameras, beyond, strict=True):
            pixels, depth = camera.project(points)
            limits = np.array([camera.width, camera.height]) - 1
            column, row = np.clip(np.floor(pixels).astype(np.int64), 0, limits).T
            empty |= distance[row, column] > slack * camera.focal_px / depth
        return empty

    return sees_through


@dataclass(frozen=True, kw_only=True)
class SymmetryFacts:
    """What was found about the mirror plane, and what was done."""

    mode: Symmetry
    applied: bool
    """The shape is its own mirror image now."""
    faces_mirrored: bool
    """So are the faces."""
    score: float | None
    """Share of the surface, 0 to 1, kept by the best upright plane; None where not looked for."""
    normal: tuple[float, float, float] | None
    """Of that plane."""


_NOT_LOOKED_FOR = SymmetryFacts(
    mode=Symmetry.OFF, applied=False, faces_mirrored=False, score=None, normal=None
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Retopology:
    """The low-poly mesh and what it stands for."""

    mesh: Mesh
    """Closed, vertices shared, exactly as many faces as asked for."""
    dense: Mesh
    """What it was made from; symmetric where that was applied."""
    symmetry: SymmetryFacts
    findings: tuple[Finding, ...]


def retopologize(dense: Mesh, *, options: ShapeSettings) -> Retopology:
    """Make the low-poly mesh.

    Raises:
        InputError: The budget cannot be met; the message names the nearest that can.
    """
    mirror = _mirror(dense, options)
    mirrored = _mirrored(mirror, dense, options)
    if mirrored is None and not _may_mirror_shape_only(options):
        mirror = replace(mirror, half=None, facts=replace(mirror.facts, applied=False))
    if mirror.half is not None:
        whole = join_halves(mirror.half)
        assert whole is not None  # Tried when it was cut.
        dense = whole
    made = mirrored or _MAKERS[options.topology](dense, options)
    return Retopology(
        mesh=made.mesh,
        dense=dense,
        symmetry=replace(mirror.facts, faces_mirrored=mirrored is not None),
        findings=(*mirror.findings, *made.findings),
    )


def mirror_of(made: Retopology) -> MirrorPlane | None:
    """Return the plane about which a mesh was made symmetric; None where it was not."""
    facts = made.symmetry
    if not facts.applied or facts.normal is None:
        return None
    across = made.dense.positions.astype(np.float64) @ np.array(facts.normal)
    middle = (float(across.min()) + float(across.max())) / 2
    return MirrorPlane(normal=facts.normal, offset=middle, score=facts.score or 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mirror:
    """The half to mirror, if any."""

    facts: SymmetryFacts
    half: Half | None = None
    findings: tuple[Finding, ...] = ()


def _mirror(dense: Mesh, options: ShapeSettings) -> _Mirror:
    """Look for the mirror plane and cut where it is good enough or asked for."""
    mode = options.symmetry
    if mode is Symmetry.OFF:
        return _Mirror(facts=_NOT_LOOKED_FOR)
    plane = find_mirror_plane(dense)
    facts = replace(_NOT_LOOKED_FOR, mode=mode, score=round(plane.score, 4), normal=plane.normal)
    if mode is Symmetry.AUTO and plane.score < _SYMMETRIC:
        return _Mirror(facts=facts)
    half = cut_half(dense, plane=plane)
    facts = replace(facts, applied=half is not None)
    return _Mirror(facts=facts, half=half, findings=_noticed(mode, plane.score, half))


def _mirrored(mirror: _Mirror, dense: Mesh, options: ShapeSettings) -> Simplified | None:
    """Simplify one half and join its image; None where faces cannot or need not be mirrored."""
    half = mirror.half
    if half is None or options.topology is Topology.QUAD or options.budget % 2:
        return None
    if options.topology is Topology.LOWPOLY:
        calm = smooth(dense, options=SmoothOptions(iterations=_CALM))
        half = cut_half(calm, plane=half.plane)
    if half is None or 2 * half.num_open <= options.budget:
        return None
    whole = join_halves(half, target_triangles=options.budget)
    if whole is None or not same_genus(whole, dense) or not _is_clean(whole, dense):
        return None
    return Simplified(mesh=whole)


def _may_mirror_shape_only(options: ShapeSettings) -> bool:
    """Tell whether to mirror the dense surface where its faces cannot be.

    Cutting leaves slivers at the joint, which fold when triangles are reduced and knot when facets
    are smoothed, so without a wish for symmetry it is not worth them.
    """
    if options.topology is Topology.QUAD:
        return True
    return options.topology is Topology.TRI and options.symmetry is Symmetry.ON


def _is_clean(mesh: Mesh, dense: Mesh) -> bool:
    """Tell whether faces neither fold over nor cut each other: joining can do that at the plane."""
    return len(folded_triangles(mesh, source=dense)) == 0 and count_self_intersections(mesh) == 0


def _noticed(mode: Symmetry, score: float, half: Half | None) -> tuple[Finding, ...]:
    """Tell when a wish for symmetry failed, or changes the shape much."""
    if half is None:
        text = "The surface cannot be cut along its mirror plane, so it was left as it is."
        fix, code = "Nothing to do; or use --symmetry off.", "refine.symmetry.failed"
    elif mode is Symmetry.ON and score < _RESEMBLES:
        text = f"Only {score:.0%} of the surface has a mirror image; one half replaced the other."
        fix, code = (
            "Use --symmetry auto to mirror symmetric objects only.",
            "refine.symmetry.forced",
        )
    else:
        return ()
    return (
        Finding(
            code=code,
            severity=Severity.WARNING if mode is Symmetry.ON else Severity.INFO,
            message=text,
            fix=fix,
            measured=score,
            limit=_RESEMBLES,
        ),
    )


def _triangles(dense: Mesh, options: ShapeSettings) -> Simplified:
    """Make triangles that follow the form."""
    return simplify(dense, options=SimplifyOptions(target_triangles=options.budget))


def _quads(dense: Mesh, options: ShapeSettings) -> Simplified:
    """Make quads."""
    return quadrangulate(dense, options=QuadOptions(target_quads=options.budget))


def _facets(dense: Mesh, options: ShapeSettings) -> Simplified:
    """Make few facets."""
    return make_lowpoly(dense, options=LowPolyOptions(target_triangles=options.budget))


def _dropped(count: int) -> tuple[Finding, ...]:
    """Tell that hidden parts were taken out."""
    if count == 0:
        return ()
    return (
        Finding(
            code="refine.interior.removed",
            severity=Severity.INFO,
            message=f"{count} parts lay wholly inside others, where nobody sees them; they were "
            "removed.",
            measured=float(count),
            limit=0.0,
        ),
    )


_MAKERS: dict[Topology, Callable[[Mesh, ShapeSettings], Simplified]] = {
    Topology.TRI: _triangles,
    Topology.QUAD: _quads,
    Topology.LOWPOLY: _facets,
}
