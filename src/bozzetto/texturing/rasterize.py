"""Find the point of the surface that every texel of a UV atlas shows.

A texel belongs to the triangle that covers its centre. Around each chart a border of texels, whose
centres lie just outside but which bilinear lookups at the chart's edge touch, continues the plane
of the nearest triangle. Letters: v vertices, t triangles, s spans (a triangle on a row), n texels,
h w rows and columns.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64

from bozzetto.texturing.nearest import nearest_marked

TriangleMap = Int32[np.ndarray, "h w"]

_BORDER_PX = 2.1  # A lookup reaches one texel along each axis; slivers need the second.
_TEXELS_PER_PART = 1 << 17  # Small enough for the cache.
_FARTHEST_WEIGHT = 1.0  # Planes of slivers are not continued further than this.


@dataclass(frozen=True, kw_only=True, eq=False)
class Texels:
    """All texels that hold a value, row by row."""

    size: int
    """Texels along a side of the texture."""
    index: Int32[np.ndarray, " n"]
    """Flat index, row * size + column."""
    triangle: Int32[np.ndarray, " n"]
    barycentric: Float32[np.ndarray, "n 3"]
    """Weights of the triangle's corners at the texel's centre; below 0 or above 1 in the border."""
    covered: Bool[np.ndarray, " n"]
    """Whether the centre lies inside the triangle; False marks the border."""

    def __len__(self) -> int:
        """Texels."""
        return len(self.index)

    def part(self, run: slice) -> "Texels":
        """Return a run of the texels."""
        return Texels(
            size=self.size,
            index=self.index[run],
            triangle=self.triangle[run],
            barycentric=self.barycentric[run],
            covered=self.covered[run],
        )

    def mask(self) -> Bool[np.ndarray, "h w"]:
        """Mark the texels in a picture of the texture."""
        mask = np.zeros(self.size * self.size, bool)
        mask[self.index] = True
        return mask.reshape(self.size, self.size)


def rasterize(
    uvs: Float32[np.ndarray, "v 2"], triangles: Int32[np.ndarray, "t 3"], *, size: int
) -> Texels:
    """List the texels of a square texture that show the surface.

    Texel centres on an edge shared by two triangles belong to exactly one of them.

    Args:
        uvs: Origin at the top left; parts outside 0..1 are cut off.
        triangles: Vertex indices.
        size: Texels along a side.

    Raises:
        ValueError: No triangle covers a texel.
    """
    corners = uvs[triangles].astype(np.float64) * size
    covered = _triangle_map(corners, size)
    if not (covered >= 0).any():
        raise ValueError("rasterize needs triangles that cover a texel, got none that do.")
    grown = _with_border(covered)
    index = np.flatnonzero(grown.ravel() >= 0).astype(np.int32)
    triangle = grown.ravel()[index]
    inside = covered.ravel()[index] >= 0
    return Texels(
        size=size,
        index=index,
        triangle=triangle,
        barycentric=_weights(corners, triangle, index, size=size),
        covered=inside,
    )


def _triangle_map(corners: Float64[np.ndarray, "t 3 2"], size: int) -> TriangleMap:
    """Write each triangle's number into the texels whose centres it covers; -1 elsewhere."""
    result = np.full(size * size, -1, np.int32)
    y = corners[:, :, 1]
    first = np.clip(np.ceil(y.min(axis=1) - 0.5), 0, size).astype(np.int64)
    last = np.clip(np.ceil(y.max(axis=1) - 0.5), 0, size).astype(np.int64)
    triangle, row = _enumerate(first, last)
    left, right = _crossings(corners[triangle], row + 0.5)
    first = np.clip(np.ceil(left - 0.5), 0, size).astype(np.int64)
    last = np.clip(np.ceil(right - 0.5), 0, size).astype(np.int64)
    span, column = _enumerate(first, last)
    result[row[span] * size + column] = triangle[span]
    return result.reshape(size, size)


def _enumerate(
    first: Int64[np.ndarray, " s"], last: Int64[np.ndarray, " s"]
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """List every integer of every range (end exclusive) with the number of its range."""
    counts = np.maximum(last - first, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - starts[owner] + first[owner]


def _crossings(
    corners: Float64[np.ndarray, "s 3 2"], y: Float64[np.ndarray, " s"]
) -> tuple[Float64[np.ndarray, " s"], Float64[np.ndarray, " s"]]:
    """Return where a row enters and leaves each triangle."""
    left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for k in range(3):
        a, b = corners[:, k], corners[:, k - 2]
        # From the upper end to the lower one, whichever triangle asks: both sides of a shared edge
        # must compute the very same number, or texels on it would be lost or taken twice.
        swap = (a[:, 1] > b[:, 1])[:, None]
        upper, lower = np.where(swap, b, a), np.where(swap, a, b)
        crosses = (upper[:, 1] <= y) & (y < lower[:, 1])
        height = np.where(crosses, lower[:, 1] - upper[:, 1], 1.0)
        x = upper[:, 0] + (y - upper[:, 1]) * (lower[:, 0] - upper[:, 0]) / height
        left = np.where(crosses, np.minimum(left, x), left)
        right = np.where(crosses, np.maximum(right, x), right)
    crossed = right >= left
    return np.where(crossed, left, 0.0), np.where(crossed, right, 0.0)


def _with_border(covered: TriangleMap) -> TriangleMap:
    """Let the texels around each chart continue the triangle of their nearest covered texel."""
    distance, nearest = nearest_marked(covered >= 0)
    return np.where(distance <= _BORDER_PX, covered.ravel()[nearest], -1).astype(np.int32)


def _weights(
    corners: Float64[np.ndarray, "t 3 2"],
    triangle: Int32[np.ndarray, " n"],
    index: Int32[np.ndarray, " n"],
    *,
    size: int,
) -> Float32[np.ndarray, "n 3"]:
    """Return the barycentric weights of texel centres."""
    origin = corners[:, 0]
    (ax, ay), (bx, by) = (corners[:, 1] - origin).T, (corners[:, 2] - origin).T
    area = ax * by - ay * bx
    scale = np.where(np.abs(area) > 1e-12, 1.0 / np.where(area == 0, 1.0, area), 0.0)
    x0, y0 = origin.T
    # Both weights are linear in the picture: three numbers each, looked up once for each texel.
    second = np.stack([by, -bx, bx * y0 - by * x0], axis=1) * scale[:, None]
    third = np.stack([-ay, ax, ay * x0 - ax * y0], axis=1) * scale[:, None]
    linear = np.concatenate([second, third], axis=1)
    weights = np.empty((len(index), 3), np.float32)
    for start in range(0, len(index), _TEXELS_PER_PART):
        part = slice(start, start + _TEXELS_PER_PART)
        row, column = np.divmod(index[part], np.int32(size))
        x, y, of = column + 0.5, row + 0.5, linear.take(triangle[part], axis=0)
        weights[part, 1] = x * of[:, 0] + y * of[:, 1] + of[:, 2]
        weights[part, 2] = x * of[:, 3] + y * of[:, 4] + of[:, 5]
    weights[:, 0] = 1 - weights[:, 1] - weights[:, 2]
    far = np.zeros(len(index), bool)
    for k in range(3):
        far |= np.abs(weights[:, k] - np.float32(0.5)) > 0.5 + _FARTHEST_WEIGHT
    inner = np.clip(weights[far], 0, 1)
    weights[far] = inner / inner.sum(axis=1, keepdims=True)
    return weights
