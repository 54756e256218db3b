"""Retopology: a closed mesh of quads with an exact number of them.

A library lays the quads out (in a child process: native code that may crash or not return), single
quads are taken out until the number is met, and the result is fitted to the dense surface.
Letters: v vertices, t triangles, q quads.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError, ResourceError
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.closest import SurfaceTree, transfer_attributes
from bozzetto.geometry.measure.watertight import closed_manifold_defects, euler_number
from bozzetto.geometry.remesh.fit import fit
from bozzetto.geometry.remesh.quad_collapse import collapse_to
from bozzetto.geometry.remesh.quad_remeshers import (
    QuadFaces,
    QuadRequest,
    remesh_with_instant_meshes,
    remesh_with_quadriflow,
)
from bozzetto.geometry.remesh.simplify import Simplified, SimplifyOptions, simplify
from bozzetto.isolation import IsolationLimits, run_isolated

Remesher = Callable[[QuadRequest], QuadFaces]

REMESHERS: tuple[tuple[str, Remesher], ...] = (
    ("QuadriFlow", remesh_with_quadriflow),
    ("Instant Meshes", remesh_with_instant_meshes),
)
_SMALLEST = 24  # Four quads on each side of a cube.
_SPARE = 1.08  # Asked for above the target: the libraries miss it by some percent both ways.
_ASKS = 4
_FINER = 1.5  # Asked for more after an answer that lost a part: smaller quads follow thin parts.
_LOST = 4.0  # Mean edges of the quads: farther from them, a part is missing, not a tip blunted.
_FEWEST_TRIANGLES, _MOST_TRIANGLES = 20_000, 60_000  # That the libraries are given.


@dataclass(frozen=True, kw_only=True)
class QuadOptions:
    """How many quads are wanted, and how long that may take."""

    target_quads: int = 5_000
    """Met exactly or refused; at least 24."""
    seconds: float = 120.0
    """Time limit for each call of each library."""


def quadrangulate(
    mesh: Mesh,
    *,
    options: QuadOptions = QuadOptions(),
    remeshers: tuple[tuple[str, Remesher], ...] = REMESHERS,
) -> Simplified:
    """Lay a closed surface out in quads; closed, of the same genus, exactly as many as asked for.

    Where no library manages, the result has twice as many triangles and a finding says so.

    Args:
        mesh: Closed; triangles share vertices.
        options: Budget and time.
        remeshers: Names and functions to try in this order.

    Raises:
        InputError: The budget cannot be met; the message names the nearest number that can.
    """
    if options.target_quads < _SMALLEST:
        raise InputError(
            f"At least {_SMALLEST} quads were wanted as the target, got {options.target_quads}.",
            advice="Ask for a larger budget, or for triangles.",
        )
    given = int(np.clip(8 * options.target_quads, _FEWEST_TRIANGLES, _MOST_TRIANGLES))
    base = simplify(mesh, options=SimplifyOptions(target_triangles=given)).mesh
    failures: list[Finding] = []
    reached = 0
    for name, remesher in remeshers:
        try:
            found, most = _meet(base, remesher, options)
        except ResourceError as error:
            failures.append(_fell_back(name, error))
            continue
        if found is not None:
            fitted = fit(found, reference=mesh)
            return Simplified(
                mesh=transfer_attributes(fitted, source=mesh), findings=tuple(failures)
            )
        reached = most if _nearer(most, reached, options.target_quads) else reached
    if reached:
        raise _refused(options.target_quads, reached)
    return _as_triangles(mesh, options, failures)


def mesh_of_quads(
    positions: Float32[np.ndarray, "v 3"] | Float64[np.ndarray, "v 3"],
    faces: Int32[np.ndarray, "q 4"],
) -> Mesh:
    """Cut every quad along its shorter diagonal; triangles 2k and 2k + 1 are quad k."""
    corners = positions[faces].astype(np.float64)
    first = np.linalg.norm(corners[:, 2] - corners[:, 0], axis=1)
    second = np.linalg.norm(corners[:, 3] - corners[:, 1], axis=1)
    turned = np.where((second < first)[:, None], np.roll(faces, -1, axis=1), faces)
    return Mesh(
        positions=positions.astype(np.float32),
        triangles=turned[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3).astype(np.int32),
        quads=np.arange(2 * len(faces), dtype=np.int32).reshape(-1, 2),
    )


def _meet(base: Mesh, remesher: Remesher, options: QuadOptions) -> tuple[Mesh | None, int]:
    """Ask a library until the number can be met; return the mesh or None, and what was reached.

    Raises:
        ResourceError: It failed, or every answer was torn.
    """
    target = options.target_quads
    ask, reached, torn = round(_SPARE * target), 0, ""
    for _ in range(_ASKS):
        answer = _ask(base, remesher, ask, seconds=options.seconds)
        torn = _defect(answer, base)
        if not torn and len(answer.faces) >= target:
            positions, faces = collapse_to(
                answer.positions.astype(np.float64), answer.faces, target=target
            )
            exact = QuadFaces(positions=positions.astype(np.float32), faces=faces)
            torn = _defect(exact, base)
            if not torn and len(faces) == target:
                return mesh_of_quads(positions, faces), target
            answer = exact
        if not torn and _nearer(len(answer.faces), reached, target):
            reached = len(answer.faces)
        short = 1.05 * target / max(len(answer.faces), 1)
        ask = round(ask * (_FINER if torn else float(np.clip(short, 1.15, 2.0))))
    if not reached:
        raise ResourceError(f"its quads do not bound the same solid: {torn}")
    return None, reached


def _ask(base: Mesh, remesher: Remesher, count: int, *, seconds: float) -> QuadFaces:
    """Run a library once, in a process of its own."""
    request = QuadRequest(
        positions=np.array(base.positions), triangles=np.array(base.triangles), num_quads=count
    )
    answer = run_isolated(remesher, request, limits=IsolationLimits(seconds=seconds))
    if len(answer.faces) == 0 or not np.isfinite(answer.positions).all():
        raise ResourceError("it gave no quads")
    return answer


def _defect(answer: QuadFaces, base: Mesh) -> str:
    """Say in one clause why quads do not bound the same solid; empty where they do."""
    if (np.sort(answer.faces, axis=1)[:, 1:] == np.sort(answer.faces, axis=1)[:, :-1]).any():
        return "a quad names a vertex twice"
    mesh = mesh_of_quads(answer.positions, answer.faces)
    defects = closed_manifold_defects(mesh.positions, mesh.triangles)
    if defects:
        return "; ".join(defects)
    if euler_number(mesh.triangles) != euler_number(base.triangles):
        return "pieces or handles were lost"
    # A lost leg changes neither; but then points of the surface are far from all quads.
    farthest = float(SurfaceTree(mesh).closest(base.positions).distance.max())
    sides = answer.positions[answer.faces] - answer.positions[np.roll(answer.faces, 1, axis=1)]
    edge = float(np.linalg.norm(sides, axis=-1).mean())
    return "a part was lost" if farthest > _LOST * edge else ""


def _nearer(count: int, best: int, target: int) -> bool:
    """Tell whether a count is nearer to the target than the best so far; 0 is none."""
    return count > 0 and (best == 0 or abs(count - target) < abs(best - target))


def _fell_back(name: str, error: ResourceError) -> Finding:
    """Tell that a library was given up."""
    return Finding(
        code="refine.quads.fallback",
        severity=Severity.INFO,
        message=f"{name} failed ({error.message})",
        fix="Nothing to do if the quads look fine; otherwise ask for more of them.",
    )


def _refused(target: int, reached: int) -> InputError:
    """Refuse a budget and name one that can be met."""
    return InputError(
        f"{target} quads cannot be laid out on this shape; the nearest number reached is "
        f"{reached}.",
        advice=f"Ask for {reached} quads, or for triangles.",
    )


def _as_triangles(mesh: Mesh, options: QuadOptions, failures: list[Finding]) -> Simplified:
    """Make triangles instead, and say so."""
    made = simplify(mesh, options=SimplifyOptions(target_triangles=2 * options.target_quads))
    instead = Finding(
        code="refine.quads.triangles_instead",
        severity=Severity.WARNING,
        message=f"No library could lay out {options.target_quads} quads, so the mesh has "
        f"{made.mesh.num_triangles} triangles instead.",
        fix="See `bozzetto doctor`; ask for more quads, or for triangles.",
        measured=0.0,
        limit=float(options.target_quads),
    )
    return replace(made, findings=(*failures, instead, *made.findings))
