"""Cut polygons into triangles: fans for three and four corners, ear cutting for more.

Letters: c corners of all polygons, p polygons, t triangles.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32
from manifold3d import triangulate


def fan_or_ears(
    positions: Float32[np.ndarray, "v 3"],
    corners: Int32[np.ndarray, " c"],
    sizes: Int32[np.ndarray, " p"],
) -> Int32[np.ndarray, "t 3"]:
    """Triangulate polygons, given their corners one after another and how many each has.

    Polygons of five corners and more may be concave (letters, table tops); a fan would fill
    what they leave open. Where they cannot be cut, a fan stands in.
    """
    starts = np.cumsum(sizes) - sizes
    pieces = [_fans(corners, starts[sizes == size], int(size)) for size in (3, 4)]
    for start, size in zip(starts[sizes > 4], sizes[sizes > 4], strict=True):
        loop = corners[start : start + size]
        pieces.append(loop[_cut(positions[loop].astype(np.float64))])
    return np.concatenate(pieces).astype(np.int32)


def _fans(
    corners: Int32[np.ndarray, " c"], starts: Int32[np.ndarray, " p"], size: int
) -> Int32[np.ndarray, "t 3"]:
    """Cut polygons of one size from their first corner."""
    loops = corners[starts[:, None] + np.arange(size)]
    return np.concatenate([loops[:, [0, k, k + 1]] for k in range(1, size - 1)])


def _cut(loop: Float64[np.ndarray, "n 3"]) -> Int32[np.ndarray, "t 3"]:
    """Cut one polygon in the plane that fits it; indices into the loop."""
    count = len(loop)
    fan = np.stack(
        [np.zeros(count - 2), np.arange(1, count - 1), np.arange(2, count)], axis=1
    ).astype(np.int32)
    following = np.roll(loop, -1, axis=0)
    normal = np.cross(loop - loop[0], following - loop[0]).sum(axis=0)  # Newell's method.
    length = float(np.linalg.norm(normal))
    if length < 1e-20 or _is_convex(loop, normal):
        return fan
    flat = _in_plane(loop, normal / length)
    cut = np.asarray(triangulate([flat]), np.int32).reshape(-1, 3)
    return cut if len(cut) == count - 2 else fan


def _is_convex(loop: Float64[np.ndarray, "n 3"], normal: Float64[np.ndarray, " 3"]) -> bool:
    edges = np.roll(loop, -1, axis=0) - loop
    turns = np.cross(edges, np.roll(edges, -1, axis=0)) @ normal
    return bool((turns >= 0).all())


def _in_plane(
    loop: Float64[np.ndarray, "n 3"], normal: Float64[np.ndarray, " 3"]
) -> Float64[np.ndarray, "n 2"]:
    """Project along the normal, keeping the sense of rotation."""
    axis = np.eye(3)[int(np.argmin(np.abs(normal)))]
    first = np.cross(normal, axis)
    first /= np.linalg.norm(first)
    return np.stack([loop @ first, loop @ np.cross(normal, first)], axis=1)
