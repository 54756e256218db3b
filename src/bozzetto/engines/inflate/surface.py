"""From the squared half-depth H to a closed mesh on the working grid.

The surface is the zero set of `H(u, v) - w^2`, w the depth in cells, positive towards the camera.
Every column of cells holds one interval, so there are no inner shells by construction.
Letters: h w rows and columns, v vertices, t triangles.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.geometry.isosurface import extract_isosurface

_CLEARANCE = np.float32(0.04)  # Of an edge; keeps slivers out of the mesh.


@dataclass(frozen=True, kw_only=True, eq=False)
class GridSurface:
    """A closed mesh in the coordinates of the working grid."""

    points: Float64[np.ndarray, "v 3"]
    """(u, v, w) in cells: column, row (centres at +0.5), depth towards the camera."""
    triangles: Int32[np.ndarray, "t 3"]
    """Counter-clockwise from outside, for an observer of the photo (v runs down)."""


def surface_of(squared: Float32[np.ndarray, "h w"]) -> GridSurface:
    """Extract the surface of a squared half-depth that is negative all along its border.

    Only the front half is marched; the back is its mirror image and shares the rim.
    """
    depth = np.arange(int(np.ceil(np.sqrt(squared.max()))) + 2, dtype=np.float32)
    field = squared[:, :, None] - depth**2
    # The field changes by about 2 w + 1 per cell, so this is a fixed share of an edge.
    clearance = _CLEARANCE * (2 * depth + 1)
    field = np.where(np.abs(field) < clearance, np.copysign(clearance, field), field)
    positions, triangles = extract_isosurface(field)
    return _mirrored(_exact_depth(positions, squared), triangles)


def _exact_depth(
    positions: Float32[np.ndarray, "v 3"], squared: Float32[np.ndarray, "h w"]
) -> Float64[np.ndarray, "v 3"]:
    """Move vertices on depth edges to w = sqrt(H); the march took w^2 for linear between samples.

    Returns:
        Points as (row, column, depth) of sample indices.
    """
    points = positions.astype(np.float64)
    low = np.floor(points[:, 2])
    along_depth = points[:, 2] > low
    cells = points[along_depth, :2].astype(np.int64)
    exact = np.sqrt(np.maximum(squared[cells[:, 0], cells[:, 1]], 0.0))
    low = low[along_depth]
    points[along_depth, 2] = np.clip(exact, low + _CLEARANCE, low + 1 - _CLEARANCE)
    return points


def _mirrored(
    front: Float64[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]
) -> GridSurface:
    """Close the front half with its mirror image; vertices on the middle plane are shared."""
    on_rim = front[:, 2] == 0
    twin = np.where(on_rim, np.arange(len(front)), len(front) + np.cumsum(~on_rim) - 1)
    back = front[~on_rim] * np.array([1.0, 1.0, -1.0])
    points = np.concatenate([front, back])
    mirrored = twin[triangles[:, ::-1]].astype(np.int32)
    return GridSurface(
        points=points[:, [1, 0, 2]] + np.array([0.5, 0.5, 0.0]),
        triangles=np.ascontiguousarray(np.concatenate([triangles, mirrored])),
    )
