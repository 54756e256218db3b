"""From a distance field to a closed surface without crumbs.

Letters: v vertices, t triangles, n vertices or triangles, p parts.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.engines.network.view import View
from bozzetto.engines.network.volume import Field
from bozzetto.errors import EngineError
from bozzetto.geometry.components import drop_small_components, label_components
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.submesh import keep_triangles

_CLEARANCE = np.float32(0.03)  # Of a cell; keeps slivers out of the mesh.
_FLOATER_SHARE = 0.05  # Of all triangles: smaller parts that the photo cannot see are no parts.
_HIDDEN_SHARE = 0.98  # Of a part's vertices behind something else.


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """A closed mesh in front of its camera."""

    points_in_camera: Float64[np.ndarray, "v 3"]
    """In crop widths."""
    triangles: Int32[np.ndarray, "t 3"]
    """Counter-clockwise from outside."""


def surface_of(field: Field, view: View) -> Surface:
    """Extract the surface of a field that lies on the working grid of a view.

    Raises:
        EngineError: Nothing of the field is inside.
    """
    clearance = _CLEARANCE * np.float32(view.cell)
    near = np.abs(field.values) < clearance
    values = np.where(near, np.copysign(clearance, field.values), field.values)
    try:
        positions, triangles = extract_isosurface(values, padded=True)
    except ValueError as error:
        raise EngineError(
            f"{view.foreground.name!r} gave an empty shape.",
            advice="Check the mask, or choose --engine inflate.",
        ) from error
    # Rows run down and slices away: (v, u, w) is left-handed in the camera's frame.
    flipped = np.ascontiguousarray(triangles[:, ::-1])
    grid_mesh, _ = drop_small_components(Mesh(positions=positions, triangles=flipped))
    grid_mesh = _without_floaters(grid_mesh, field)
    return Surface(
        points_in_camera=view.frustum.points_in_camera(_coordinates(grid_mesh, field, view)),
        triangles=np.array(grid_mesh.triangles),
    )


def _coordinates(mesh: Mesh, field: Field, view: View) -> Float64[np.ndarray, "v 3"]:
    """Turn sample indices (row, column, slice) into volume coordinates (u, v, w)."""
    u, v = view.cell_coordinates()
    row, column, depth = mesh.positions.astype(np.float64).T
    return np.stack(
        [
            u[0] + column * (u[1] - u[0]),
            v[0] + row * (v[1] - v[0]),
            field.first + depth * field.step,
        ],
        axis=1,
    )


def _without_floaters(mesh: Mesh, field: Field) -> Mesh:
    """Drop small loose parts that lie behind something else: nothing in the photo asks for them."""
    labels = label_components(mesh)
    sizes = np.bincount(labels)
    if len(sizes) == 1:
        return mesh
    hidden = _hidden(mesh.positions, field)[mesh.triangles[:, 0]]
    share_hidden = np.bincount(labels, weights=hidden) / sizes
    dropped = (share_hidden > _HIDDEN_SHARE) & (sizes < _FLOATER_SHARE * len(labels))
    dropped[int(sizes.argmax())] = False
    return keep_triangles(mesh, ~dropped[labels]) if dropped.any() else mesh


def _hidden(positions: Float32[np.ndarray, "v 3"], field: Field) -> Bool[np.ndarray, " v"]:
    """Tell which vertices, as sample indices, have something well in front of them."""
    front = (field.front() - np.float32(field.first)) / np.float32(field.step)
    limits = np.array(front.shape) - 1
    cells = np.clip(np.round(positions[:, :2]).astype(np.int64), 0, limits)
    return positions[:, 2] > front[cells[:, 0], cells[:, 1]] + np.float32(2)
