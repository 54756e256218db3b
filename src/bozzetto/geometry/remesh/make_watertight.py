"""Turn any triangle soup into a closed surface.

Generalized winding numbers say what is inside even where the surface has holes, flips and
intersections (Barill et al., "Fast winding numbers for soups and clouds", 2018).
Letters: x y z grid nodes, n points.
"""

from dataclasses import dataclass

import igl
import numpy as np
from jaxtyping import Bool, Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.closest import transfer_attributes
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.watertight import closed_manifold_defects
from bozzetto.geometry.smooth import SmoothOptions, smooth

Nodes = Bool[np.ndarray, "x y z"]

_MARGIN = 3  # Nodes around the object, so that the surface never touches the grid's border.


@dataclass(frozen=True, kw_only=True)
class RemeshOptions:
    """How finely a broken mesh is sampled."""

    resolution: int = 160
    """Grid nodes along the longest side of the object; details below two nodes are lost."""
    smooth_iterations: int = 2
    """Taubin passes over the new surface; they take off the grid's steps."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Remeshed:
    """A closed mesh, and what had to be done for it."""

    mesh: Mesh
    findings: tuple[Finding, ...] = ()


def make_watertight(mesh: Mesh, *, options: RemeshOptions = RemeshOptions()) -> Remeshed:
    """Return a closed mesh of the same shape; a closed input comes back as it is.

    Raises:
        InputError: The mesh encloses nothing that the grid could see.
    """
    defects = closed_manifold_defects(mesh.positions, mesh.triangles)
    if not defects:
        return Remeshed(mesh=mesh)
    if mesh.num_triangles == 0:
        raise _nothing_inside(mesh)
    low, high = mesh.bounds
    step = float((high - low).max()) / options.resolution
    counts = [int(np.ceil(side / step)) + 1 + 2 * _MARGIN for side in high - low]
    origin = low.astype(np.float64) - _MARGIN * step
    nodes = np.moveaxis(np.indices(counts), 0, -1) * step + origin
    inside = _inside(mesh, nodes)
    if not inside.any():
        raise _nothing_inside(mesh)
    vertices, triangles = extract_isosurface(_depth_below_surface(mesh, nodes, inside))
    closed = Mesh(positions=(vertices * step + origin).astype(np.float32), triangles=triangles)
    closed = smooth(closed, options=SmoothOptions(iterations=options.smooth_iterations))
    return Remeshed(
        mesh=transfer_attributes(closed, source=mesh), findings=(_remeshed(defects, step),)
    )


def _inside(mesh: Mesh, nodes: Float64[np.ndarray, "x y z 3"]) -> Nodes:
    """Tell which nodes lie inside, one slab at a time to bound memory."""
    positions, triangles = mesh.positions.astype(np.float64), mesh.triangles.astype(np.int64)
    inside = np.zeros(nodes.shape[:3], bool)
    for start in range(0, len(nodes), 32):
        slab = nodes[start : start + 32]
        winding = igl.fast_winding_number(positions, triangles, slab.reshape(-1, 3))
        # The magnitude makes a mesh that is inside out as good as any.
        inside[start : start + 32] = (np.abs(winding) > 0.5).reshape(slab.shape[:3])
    return inside


def _depth_below_surface(
    mesh: Mesh, nodes: Float64[np.ndarray, "x y z 3"], inside: Nodes
) -> Float32[np.ndarray, "x y z"]:
    """Return distances, positive inside, exact beside the surface and constant elsewhere.

    Contouring a plain inside/outside field would leave steps of half a node.
    """
    step = float(nodes[1, 0, 0, 0] - nodes[0, 0, 0, 0])
    beside = _touches(inside, True) & _touches(inside, False)
    squared, _, _ = igl.point_mesh_squared_distance(
        nodes[beside], mesh.positions.astype(np.float64), mesh.triangles.astype(np.int64)
    )
    distance = np.full(inside.shape, 2 * step, np.float32)
    # Nodes almost on the surface would make triangles almost without area.
    distance[beside] = np.clip(np.sqrt(squared), 0.05 * step, 2 * step)
    return np.where(inside, distance, -distance)


def _touches(inside: Nodes, value: bool) -> Nodes:
    """Tell which nodes have the value themselves or at a neighbour along an axis."""
    same = inside == value
    result = same.copy()
    for axis in range(3):
        ahead, behind = (np.moveaxis(x, axis, 0) for x in (result, same))
        ahead[1:] |= behind[:-1]
        ahead[:-1] |= behind[1:]
    return result


def _remeshed(defects: tuple[str, ...], step: float) -> Finding:
    """Tell that the surface was rebuilt."""
    return Finding(
        code="refine.remesh.rebuilt",
        severity=Severity.INFO,
        message=f"The draft's surface was not closed ({'; '.join(defects)}), so it was rebuilt on "
        f"a grid of {step * 1000:.2g} mm.",
        measured=step,
    )


def _nothing_inside(mesh: Mesh) -> InputError:
    """Tell that there is no solid to be found."""
    return InputError(
        f"A mesh that encloses a volume was wanted, got {mesh.num_triangles} triangles around "
        "nothing.",
        advice="Use a draft with thickness; flat sheets cannot be made watertight.",
    )
