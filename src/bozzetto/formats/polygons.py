"""Polygons to triangles. Letters: f faces, n corners of all faces, t triangles, q quads."""

import numpy as np
from jaxtyping import Int32, Int64


def fans(
    counts: Int32[np.ndarray, " f"], corners: Int32[np.ndarray, " n"]
) -> tuple[Int32[np.ndarray, "t 3"], Int32[np.ndarray, "q 2"]]:
    """Cut polygons into fans around their first corner.

    Args:
        counts: Corners of each polygon; those with fewer than three give nothing.
        corners: Of all polygons, one after another.

    Returns:
        The triangles in the polygons' order, and the pairs of them that were quads.
    """
    pieces = np.maximum(counts - 2, 0)
    starts = np.cumsum(counts) - counts
    face = np.repeat(np.arange(len(counts)), pieces)
    begins = np.cumsum(pieces) - pieces
    step: Int64[np.ndarray, " t"] = np.arange(len(face)) - begins[face]
    first = starts[face]
    table = np.stack([corners[first], corners[first + step + 1], corners[first + step + 2]], 1)
    begin = begins[counts == 4]
    return table.astype(np.int32), np.stack([begin, begin + 1], axis=1).astype(np.int32)
