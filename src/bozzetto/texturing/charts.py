"""The charts of a page: number them, and give some of them more room than others.

Whole charts are scaled, never parts of them, so that no quad is cut and nothing is stretched.
Imports no more than NumPy, as child processes load it anew each time. Letters: v vertices,
t triangles.
"""

import numpy as np
from jaxtyping import Float32, Int32


def label_charts(
    triangles: Int32[np.ndarray, "t 3"], *, num_vertices: int
) -> tuple[Int32[np.ndarray, " t"], int]:
    """Number the charts of a mesh whose vertices are split at seams, and count them."""
    label = np.arange(num_vertices, dtype=np.int32)
    corners = triangles.ravel()
    while True:
        lowest = np.repeat(label[triangles].min(axis=1), 3)
        before = label.copy()
        # Both a corner and what it belonged to so far take over the lowest number beside them.
        np.minimum.at(label, before[corners], lowest)
        np.minimum.at(label, corners, lowest)
        label = label[label]
        if np.array_equal(label, before):
            break
    numbers, chart = np.unique(label[triangles[:, 0]], return_inverse=True)
    return chart.astype(np.int32), len(numbers)


def scaled_charts(
    uvs: Float32[np.ndarray, "v 2"],
    triangles: Int32[np.ndarray, "t 3"],
    *,
    seen: Float32[np.ndarray, " t"],
    seen_ratio: float,
) -> Float32[np.ndarray, "v 3"]:
    """Scale each chart by how well it is seen and return the page as a flat mesh, facing +z.

    Args:
        uvs: Of charts that keep the surface's proportions; origin at the top left.
        triangles: Vertices are split at seams.
        seen: How well each triangle is seen, 0 to 1; a chart counts by the mean over its area.
        seen_ratio: Scale of charts seen head-on over that of hidden ones.
    """
    chart, count = label_charts(triangles, num_vertices=len(uvs))
    corners = uvs[triangles].astype(np.float64)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) + 1e-12
    share = np.bincount(chart, weights=areas * seen, minlength=count)
    share /= np.bincount(chart, weights=areas, minlength=count)
    scale = np.ones(len(uvs), np.float32)
    scale[triangles] = (seen_ratio ** (share - 1)).astype(np.float32)[chart][:, None]
    flat = np.zeros((len(uvs), 3), np.float32)
    flat[:, 0], flat[:, 1] = uvs[:, 0] * scale, -uvs[:, 1] * scale
    return flat
