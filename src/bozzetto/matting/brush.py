"""Which pixels a round brush covers as its centre runs along a polyline.

A pixel is covered when its centre, at +0.5, is at most the radius away. The answer is exact,
because corrections promise that painted pixels obey: a segment covers one interval of each row.
Letters: h w rows and columns, n points, s segments, r rows that a segment may reach.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from bozzetto.findings import Region

_SEGMENTS_AT_ONCE = 256

Ends = Float64[np.ndarray, "s 2"]
Rows = Int64[np.ndarray, "s r"]
Bounds = tuple[Float64[np.ndarray, "s r"], Float64[np.ndarray, "s r"]]


def covered_box(
    points: Float32[np.ndarray, "n 2"], radius: float, *, width: int, height: int
) -> Region | None:
    """Return the box of pixels that a stroke may cover, cut at the picture; None where none."""
    low = np.floor(points.min(axis=0).astype(np.float64) - radius)
    high = np.ceil(points.max(axis=0).astype(np.float64) + radius)
    x0, y0 = np.clip(low, 0, (width, height)).astype(np.int64).tolist()
    x1, y1 = np.clip(high, 0, (width, height)).astype(np.int64).tolist()
    return Region(x0=x0, y0=y0, x1=x1, y1=y1) if x0 < x1 and y0 < y1 else None


def covered_pixels(
    points: Float32[np.ndarray, "n 2"], radius: float, *, box: Region
) -> Bool[np.ndarray, "h w"]:
    """Paint a polyline with a round brush into a window of a picture.

    Args:
        points: Corners (x, y) in pixels of the picture; one point paints a dot.
        radius: Of the brush, in pixels.
        box: The window, in pixels of the picture.

    Returns:
        Which pixels of the window have their centre within the radius of the polyline.
    """
    width, height = box.x1 - box.x0, box.y1 - box.y0
    # +1 where an interval starts, -1 behind its end: the running sum counts covering segments.
    steps = np.zeros((height, width + 1), np.int32)
    corners = points.astype(np.float64) - (box.x0, box.y0)
    for start, end in _segments(corners):
        rows = _rows_reached(start, end, radius, height=height)
        left, right = _intervals(start, end, rows + 0.5, radius=radius)
        first = np.clip(np.ceil(left - 0.5), 0, width)
        behind = np.clip(np.floor(right - 0.5) + 1, 0, width)
        some = (first < behind) & (rows >= 0) & (rows < height)
        np.add.at(steps, (rows[some], first[some].astype(np.int64)), 1)
        np.add.at(steps, (rows[some], behind[some].astype(np.int64)), -1)
    return np.cumsum(steps, axis=1)[:, :width] > 0


def _segments(corners: Float64[np.ndarray, "n 2"]) -> Iterator[tuple[Ends, Ends]]:
    """Yield the ends of the segments in blocks; a single corner is a segment of no length."""
    start, end = (corners[:-1], corners[1:]) if len(corners) > 1 else (corners, corners)
    for first in range(0, len(start), _SEGMENTS_AT_ONCE):
        block = slice(first, first + _SEGMENTS_AT_ONCE)
        yield start[block], end[block]


def _rows_reached(start: Ends, end: Ends, radius: float, *, height: int) -> Rows:
    """Return the rows that each segment may reach; some may lie outside the window."""
    top = np.clip(np.floor(np.minimum(start[:, 1], end[:, 1]) - radius), -1, height)
    bottom = np.clip(np.ceil(np.maximum(start[:, 1], end[:, 1]) + radius), -1, height)
    count = int((bottom - top).max()) + 1
    return top.astype(np.int64)[:, None] + np.arange(count)


def _intervals(start: Ends, end: Ends, y: Float64[np.ndarray, "s r"], *, radius: float) -> Bounds:
    """Return where each row enters and leaves each capsule; left > right where it misses it."""
    parts = (
        _disc(start, y, radius=radius),
        _disc(end, y, radius=radius),
        _middle(start, end, y, radius=radius),
    )
    # The capsule is convex, so what a row meets of its three parts is one interval.
    left = np.minimum.reduce([part[0] for part in parts])
    right = np.maximum.reduce([part[1] for part in parts])
    return left, right


def _disc(centre: Ends, y: Float64[np.ndarray, "s r"], *, radius: float) -> Bounds:
    """Cut rows with discs."""
    square = radius * radius - (y - centre[:, 1:]) ** 2
    half = np.where(square >= 0, np.sqrt(np.maximum(square, 0)), -np.inf)
    return centre[:, :1] - half, centre[:, :1] + half


def _middle(start: Ends, end: Ends, y: Float64[np.ndarray, "s r"], *, radius: float) -> Bounds:
    """Cut rows with the rectangles between the end discs."""
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])[:, None]
    unit = np.divide(along, length, out=np.zeros_like(along), where=length > 0)
    ux, uy = unit[:, :1], unit[:, 1:]
    dy = y - start[:, 1:]
    # Both conditions are linear in dx = x - start.x: 0 <= dx ux + dy uy <= length across the ends,
    # and -radius <= dy ux - dx uy <= radius across the sides.
    ends = _between(ux, dy * uy, low=0.0, high=length)
    sides = _between(-uy, dy * ux, low=-radius, high=radius)
    left = np.maximum(ends[0], sides[0])
    right = np.minimum(ends[1], sides[1])
    meets = (left <= right) & (length > 0)
    return (
        np.where(meets, start[:, :1] + left, np.inf),
        np.where(meets, start[:, :1] + right, -np.inf),
    )


def _between(
    slope: Float64[np.ndarray, "s 1"],
    offset: Float64[np.ndarray, "s r"],
    *,
    low: float,
    high: float | Float64[np.ndarray, "s 1"],
) -> Bounds:
    """Solve low <= slope * x + offset <= high for x."""
    flat = np.abs(slope) < 1e-12
    divisor = np.where(flat, 1.0, slope)
    a, b = (low - offset) / divisor, (high - offset) / divisor
    always = (offset >= low) & (offset <= high)
    left = np.where(flat, np.where(always, -np.inf, np.inf), np.minimum(a, b))
    right = np.where(flat, np.where(always, np.inf, -np.inf), np.maximum(a, b))
    return left, right
