"""Polygons to triangles. Letters: f faces, n corners of all, v vertices, t triangles, q quads.

A fan around the first corner where that is right; concave quads take their other diagonal, and
larger faces are cut by ears, in the plane that fits them.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64
from manifold3d import triangulate

_FLAT = 1e-6
"""Share of a face's area below which a triangle of it has none."""


def cut_polygons(
    counts: Int32[np.ndarray, " f"],
    corners: Int32[np.ndarray, " n"],
    positions: Float32[np.ndarray, "v 3"],
) -> tuple[Int32[np.ndarray, "t 3"], Int32[np.ndarray, "q 2"]]:
    """Cut polygons into triangles.

    Args:
        counts: Corners of each polygon; those with fewer than three give nothing.
        corners: Of all polygons, one after another.
        positions: Of the vertices that corners name.

    Returns:
        The triangles in the polygons' order, and the pairs of them that were quads.
    """
    pieces = np.maximum(counts - 2, 0)
    begins = np.cumsum(pieces) - pieces
    starts = np.cumsum(counts) - counts
    local, face = _fans(counts, pieces, begins)
    spoilt = np.unique(
        face[_flat_or_turned(positions[corners[starts[face][:, None] + local]], face)]
    )
    local[begins[spoilt[counts[spoilt] == 4]]] = (1, 2, 3)
    local[begins[spoilt[counts[spoilt] == 4]] + 1] = (1, 3, 0)
    for index in spoilt[counts[spoilt] > 4]:
        loop = corners[starts[index] : starts[index] + counts[index]]
        ears = _ears(positions[loop].astype(np.float64))
        if ears is not None:
            local[begins[index] : begins[index] + pieces[index]] = ears
    table = corners[starts[face][:, None] + local]
    begin = begins[counts == 4]
    return table.astype(np.int32), np.stack([begin, begin + 1], axis=1).astype(np.int32)


def _fans(
    counts: Int32[np.ndarray, " f"],
    pieces: Int32[np.ndarray, " f"],
    begins: Int64[np.ndarray, " f"],
) -> tuple[Int64[np.ndarray, "t 3"], Int64[np.ndarray, " t"]]:
    """Return fans as places within each face, and the face of each triangle."""
    face = np.repeat(np.arange(len(counts)), pieces)
    step: Int64[np.ndarray, " t"] = np.arange(len(face)) - begins[face]
    return np.stack([np.zeros_like(step), step + 1, step + 2], axis=1), face


def _flat_or_turned(
    points: Float32[np.ndarray, "t 3 3"], face: Int64[np.ndarray, " t"]
) -> Int64[np.ndarray, " k"]:
    """Return the triangles that add nothing to their face, or cover what lies outside."""
    a, b, c = np.moveaxis(points.astype(np.float64), 1, 0)
    areas = np.cross(b - a, c - a)
    total = np.zeros((int(face.max(initial=-1)) + 1, 3))
    np.add.at(total, face, areas)  # Newell: the sum does not depend on how the face is cut.
    whole = total[face]
    share = np.einsum("ti,ti->t", areas, whole)
    # A face that folds back on itself has no inside: its fan stays.
    return np.flatnonzero(share <= _FLAT * np.einsum("ti,ti->t", whole, whole))


def _ears(loop: Float64[np.ndarray, "n 3"]) -> Int64[np.ndarray, "t 3"] | None:
    """Cut one face in its own plane; None where that fails."""
    normal = np.cross(loop - loop[0], np.roll(loop, -1, axis=0) - loop[0]).sum(axis=0)
    length = float(np.linalg.norm(normal))
    if length < 1e-20 or not np.isfinite(length):
        return None
    normal = normal / length
    first = np.cross(normal, np.eye(3)[int(np.argmin(np.abs(normal)))])
    first /= np.linalg.norm(first)
    flat = np.stack([loop @ first, loop @ np.cross(normal, first)], axis=1)
    cut = np.asarray(triangulate([flat - flat[0]], allow_convex=False), np.int64).reshape(-1, 3)
    return cut if len(cut) == len(loop) - 2 else None
