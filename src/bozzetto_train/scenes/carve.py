"""Signed distance of any triangle soup, by carving.

Artists' meshes are open, overlap and cut through each other, so that winding tells nothing. A point
is outside when one of many directions sees it from infinity; its distance is that to the nearest
triangle. Whatever is nearer than `SKIN` to the surface counts as inside, so that sheets, wires and
legs thinner than a cell of the grid survive. Letters: n points, g cells a side.
"""

from dataclasses import dataclass

import igl
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64
from scipy import ndimage

from bozzetto.geometry.raycast import Raycaster
from bozzetto_train.objects.model import ObjectModel

CELLS = 112
"""Cells a side of the grid."""
EXTENT = 1.06
"""Side of the grid; a little more than the object's diameter of 1."""
SKIN = 0.0055
"""Everything nearer to the surface is inside; over half a cell, or sheets would fall between."""
BAND = 0.03
"""Distances are exact up to this one and cut off there."""
_DIRECTIONS = 26
_PIXELS = 208


@dataclass(frozen=True, kw_only=True, eq=False)
class SignedDistance:
    """Samples on a regular grid about the origin, axes x, y, z."""

    values: Float32[np.ndarray, "g g g"]
    """Negative inside, cut off at +-`BAND`."""

    def at(self, points: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " n"]:
        """Look up points trilinearly; outside the grid lies `BAND`."""
        cell = EXTENT / CELLS
        index = (points + np.float32(EXTENT / 2)) / np.float32(cell) - np.float32(0.5)
        return ndimage.map_coordinates(
            self.values, index.T, order=1, mode="constant", cval=BAND, prefilter=False
        )


def carve(model: ObjectModel, caster: Raycaster) -> SignedDistance:
    """Compute the signed distance of one object; `caster` holds its triangles."""
    centres = _grid_axis(CELLS)
    near = _near_surface(model)
    index = np.stack(np.nonzero(near), axis=1).astype(np.int32)
    points = centres[index]
    distance = _distance(model, points)
    labels, first = _far_regions(near)
    unseen = _unseen(caster, np.concatenate([points, centres[first]]))
    inside, far_inside = np.split(unseen, [len(points)])
    # Every region away from the surface has the sign of its first cell.
    sign = np.concatenate([[0], np.where(far_inside, -BAND, BAND)]).astype(np.float32)
    values = sign[labels]
    signed = np.where(inside, -distance - SKIN, distance - SKIN)
    values[tuple(index.T)] = np.clip(signed, -BAND, BAND)
    return SignedDistance(values=values)


def _grid_axis(cells: int) -> Float32[np.ndarray, " g"]:
    """Return the coordinates of cell centres along one axis."""
    return (((np.arange(cells) + 0.5) / cells - 0.5) * EXTENT).astype(np.float32)


def _near_surface(model: ObjectModel) -> Bool[np.ndarray, "g g g"]:
    """Mark cells within about three cells of a triangle."""
    cell = EXTENT / CELLS
    points = _scatter(model, spacing=cell * 0.7)
    index = np.clip(((points + EXTENT / 2) / cell).astype(int), 0, CELLS - 1)
    near = np.zeros((CELLS, CELLS, CELLS), bool)
    near[tuple(index.T)] = True
    return np.asarray(ndimage.maximum_filter(near, size=7))


def _scatter(model: ObjectModel, *, spacing: float) -> Float64[np.ndarray, "n 3"]:
    """Cover every triangle with points no farther apart than about `spacing`."""
    corners = model.positions[model.triangles].astype(np.float64)
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    steps = np.maximum(np.ceil(edges / spacing), 1).astype(int)
    parts: list[Float64[np.ndarray, "n 3"]] = []
    for count in sorted({int(step) for step in steps}):
        chosen = corners[steps == count]
        first, second = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
        keep = first + second <= count
        u, v = first[keep] / count, second[keep] / count
        weights = np.stack([1 - u - v, u, v], axis=1)
        parts.append(np.einsum("pk,tkc->tpc", weights, chosen).reshape(-1, 3))
    return np.concatenate(parts)


def _distance(model: ObjectModel, points: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " n"]:
    """Return the exact distance to the nearest triangle."""
    vertices = model.positions.astype(np.float64)
    squared = igl.point_mesh_squared_distance(
        points.astype(np.float64), vertices, model.triangles.astype(np.int64)
    )[0]
    return np.sqrt(np.maximum(squared, 0)).astype(np.float32)


def _unseen(caster: Raycaster, points: Float32[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    """Tell which points no direction sees from outside."""
    hidden = np.ones(len(points), bool)
    for direction in fibonacci_sphere(_DIRECTIONS):
        left = np.flatnonzero(hidden)
        depth, right, up = _depth_map(caster, direction)
        scale = _PIXELS / EXTENT / 1.02
        column = np.clip(((points[left] @ right) * scale + _PIXELS / 2).astype(int), 0, _PIXELS - 1)
        row = np.clip(((points[left] @ up) * scale + _PIXELS / 2).astype(int), 0, _PIXELS - 1)
        seen = 1 - points[left] @ direction < depth[row, column] - 0.25 * EXTENT / CELLS
        hidden[left[seen]] = False
    return hidden


def _depth_map(
    caster: Raycaster, direction: Float32[np.ndarray, " 3"]
) -> tuple[Float32[np.ndarray, "g g"], Float32[np.ndarray, " 3"], Float32[np.ndarray, " 3"]]:
    """Cast parallel rays along -direction from a plane 1 away; return depths and plane axes."""
    helper = np.eye(3, dtype=np.float32)[int(np.abs(direction).argmin())]
    right = np.cross(direction, helper).astype(np.float32)
    right /= np.linalg.norm(right)
    up = np.cross(direction, right).astype(np.float32)
    offsets = (((np.arange(_PIXELS) + 0.5) / _PIXELS - 0.5) * EXTENT * 1.02).astype(np.float32)
    row, column = np.meshgrid(offsets, offsets, indexing="ij")
    origins = column[..., None] * right + row[..., None] * up + direction
    hits = caster.first_hits(origins.reshape(-1, 3), np.broadcast_to(-direction, (_PIXELS**2, 3)))
    return hits.distance.reshape(_PIXELS, _PIXELS), right, up


def _far_regions(
    near: Bool[np.ndarray, "g g g"],
) -> tuple[Int32[np.ndarray, "g g g"], Int64[np.ndarray, "n 3"]]:
    """Number the connected regions that are not near, from 1; return them and a cell of each."""
    labels, count = ndimage.label(~near)
    flat = labels.ravel()
    order = np.argsort(flat, kind="stable")
    starts = np.searchsorted(flat[order], np.arange(1, count + 1))
    return labels, np.stack(np.unravel_index(order[starts], labels.shape), axis=1)


def fibonacci_sphere(count: int) -> Float32[np.ndarray, "n 3"]:
    """Return unit directions spread evenly over the sphere."""
    k: Int32[np.ndarray, " n"] = np.arange(count, dtype=np.int32)
    z = 1 - (2 * k + 1) / count
    angle = np.pi * (1 + 5**0.5) * (k + 0.5)
    radius = np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(angle), z, radius * np.sin(angle)], axis=1).astype(np.float32)
