"""Equal rows made one: which vertices stand at one place, and formats with indices of their own.

Letters: v rows, u rows that differ.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int32, Int64, Shaped

from bozzetto.asset.model import Part


@dataclass(frozen=True, kw_only=True, eq=False)
class Welded:
    """Which rows are equal."""

    first: Int64[np.ndarray, " u"]
    """One row of each kind, in the order of first use."""
    place: Int32[np.ndarray, " v"]
    """For each row, the index of its kind."""


def weld(rows: Shaped[np.ndarray, "v c"]) -> Welded:
    """Find rows that are equal bit by bit (with 0 and -0 the same); linear but for one sort."""
    table = np.ascontiguousarray(rows + rows.dtype.type(0))
    keys = table.view(f"V{table.dtype.itemsize * table.shape[1]}")[:, 0]
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Welded(
        first=first[order].astype(np.int64), place=rank[place.reshape(-1)].astype(np.int32)
    )


def weld_points(part: Part) -> Welded:
    """Find the vertices of a part that are one point: in place, in skin and in colour.

    Seams of uvs and normals, which make several vertices of a point, disappear.
    """
    columns = [part.mesh.positions]
    if part.skin is not None:
        columns += [part.skin.joints.astype(np.float32), part.skin.weights]
    if part.mesh.colors is not None:
        columns.append(part.mesh.colors)
    return weld(np.concatenate(columns, axis=1))
