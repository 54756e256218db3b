"""Reduce a mesh to an exact number of triangles and keep it closed.

A fast, rough pass first, then quadric error metrics (Garland and Heckbert, 1997) to the number.
Letters: v vertices, t triangles.
"""

from collections.abc import Callable
from dataclasses import dataclass

import fast_simplification
import igl
import numpy as np
from jaxtyping import Float32, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.closest import transfer_attributes
from bozzetto.geometry.measure.watertight import closed_manifold_defects, euler_number
from bozzetto.geometry.repair.faults import repair_faults, spare_triangles
from bozzetto.geometry.submesh import used_vertices

_ROUGH_FACTOR = 3  # The rough pass stops at this multiple of the target,
# but not below this number: it rounds edges off, and from here on the exact pass is quick enough.
_ROUGH_FLOOR = 60_000
_SMALLEST = 4  # A tetrahedron.


@dataclass(frozen=True, kw_only=True)
class SimplifyOptions:
    """How many triangles are wanted."""

    target_triangles: int = 20_000
    """At least 4. Closed meshes have an even number, so an odd target means one less."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Simplified:
    """The smaller mesh, and what stood in the way."""

    mesh: Mesh
    """With fresh normals; colours, confidence and origin are those of the nearest points."""
    findings: tuple[Finding, ...] = ()


def simplify(mesh: Mesh, *, options: SimplifyOptions = SimplifyOptions()) -> Simplified:
    """Reduce a mesh to the asked number of triangles.

    A closed mesh stays closed and keeps its genus. Triangles that the reduction folded over, or
    pushed through others, are repaired.

    Raises:
        InputError: Fewer than 4 triangles were asked for.
    """
    if options.target_triangles < _SMALLEST:
        raise InputError(
            f"At least {_SMALLEST} triangles were wanted as the target, got "
            f"{options.target_triangles}.",
            advice="Ask for a larger budget.",
        )
    closed = not closed_manifold_defects(mesh.positions, mesh.triangles)
    target = options.target_triangles - (options.target_triangles % 2 if closed else 0)
    if mesh.num_triangles <= target:
        return Simplified(mesh=mesh, findings=_too_few(mesh.num_triangles, options))
    reduced = _reduce(mesh, target - (spare_triangles(target) if closed else 0), closed)
    if reduced.num_triangles <= target:
        reduced = repair_faults(reduced, source=mesh, target=target)
    findings = _off_target(reduced.num_triangles, options)
    return Simplified(mesh=transfer_attributes(reduced, source=mesh), findings=findings)


def _reduce(mesh: Mesh, target: int, closed: bool) -> Mesh:
    """Take the first route that keeps a closed mesh closed, the quickest tried first."""
    routes: tuple[Callable[[Mesh, int], Mesh], ...] = (_rough_then_exact, _exact, _exact_guarded)
    result = mesh
    for route in routes:
        result = route(mesh, target)
        if not closed or _as_good(result, mesh, target):
            return result
    return result if _stays_closed(result, mesh) else mesh


def _as_good(result: Mesh, mesh: Mesh, target: int) -> bool:
    """Tell whether a result meets the number and is as closed as its source."""
    return result.num_triangles == target and _stays_closed(result, mesh)


def _stays_closed(result: Mesh, mesh: Mesh) -> bool:
    """Tell whether a result is closed and has the genus of its source."""
    same_genus = euler_number(result.triangles) == euler_number(mesh.triangles)
    return same_genus and not closed_manifold_defects(result.positions, result.triangles)


def _rough_then_exact(mesh: Mesh, target: int) -> Mesh:
    """Let the fast method do most of the work."""
    rough_target = max(_ROUGH_FACTOR * target, _ROUGH_FLOOR)
    if mesh.num_triangles <= 1.2 * rough_target:
        return _exact(mesh, target)
    # Above agg=2 the method is quicker still but tears closed meshes open.
    # It also wants arrays of its own.
    positions, triangles = fast_simplification.simplify(
        mesh.positions.copy(), mesh.triangles.copy(), target_count=rough_target, agg=2.0
    )
    rough = _bare(positions.astype(np.float32), triangles.astype(np.int32))
    return _exact(rough, target) if rough.num_triangles > target else rough


def _exact(mesh: Mesh, target: int) -> Mesh:
    """Collapse edges until the number is reached."""
    return _collapse(mesh, target, guarded=False)


def _exact_guarded(mesh: Mesh, target: int) -> Mesh:
    """The same, refusing collapses that would make the surface cross itself; many times slower."""
    return _collapse(mesh, target, guarded=True)


def _collapse(mesh: Mesh, target: int, *, guarded: bool) -> Mesh:
    """Run libigl's quadric edge collapse."""
    positions, triangles, _, _ = igl.qslim(
        np.asfortranarray(mesh.positions, np.float64),
        np.asfortranarray(mesh.triangles, np.int32),
        target,
        guarded,
    )
    return _bare(positions.astype(np.float32), triangles.astype(np.int32))


def _bare(positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]) -> Mesh:
    """Make a mesh without unused vertices."""
    used, renumbered = used_vertices(triangles)
    return Mesh(positions=positions[used], triangles=renumbered)


def _too_few(count: int, options: SimplifyOptions) -> tuple[Finding, ...]:
    """Tell that the input is below its budget already."""
    if count == options.target_triangles:
        return ()
    return (
        Finding(
            code="refine.simplify.below_budget",
            severity=Severity.INFO,
            message=f"The draft has {count} triangles, fewer than the "
            f"{options.target_triangles} asked for; all of them were kept.",
            fix="Make the draft at a higher resolution to use the whole budget.",
            measured=float(count),
            limit=float(options.target_triangles),
        ),
    )


def _off_target(count: int, options: SimplifyOptions) -> tuple[Finding, ...]:
    """Tell when the number was not met to the last triangle."""
    missed = count - options.target_triangles
    if missed == 0:
        return ()
    odd = missed == -1
    return (
        Finding(
            code="refine.simplify.odd_target" if odd else "refine.simplify.over_budget",
            severity=Severity.INFO if odd else Severity.WARNING,
            message=f"{options.target_triangles} triangles were asked for, the mesh has {count}"
            + ("; closed meshes have an even number." if odd else "; fewer would tear it open."),
            fix="Ask for an even number." if odd else "Ask for a larger budget.",
            measured=float(count),
            limit=float(options.target_triangles),
        ),
    )
