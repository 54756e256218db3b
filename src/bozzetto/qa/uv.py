"""Facts about a mesh's texture coordinates: charts, padding, stretch, overlap.

A chart is a part of the surface that is connected in texture space. Distances are in texels of a
stated texture size. Letters: v vertices, t triangles, n texels, h w rows and columns.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from scipy.ndimage import distance_transform_edt

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.weld import weld
from bozzetto.qa.connectivity import label_edge_connected

_RASTER_PX = 2048
"""Larger textures are measured on a grid of this many texels, so padding is exact to a texel."""
_MAX_PROBES = 1.6e7
"""Layouts that stack many charts are measured on a coarser grid, so that time stays bounded."""
_OFFSET = (0.5 + 1.37e-4, 0.5 + 2.71e-4)
"""Where a texel is probed: a hair off its centre, so that no chart edge runs through the probe."""


@dataclass(frozen=True, kw_only=True)
class UvFacts:
    """What is true of the texture coordinates of a mesh."""

    charts: int
    utilization: float
    """Share of the texture that charts cover, 0 to 1."""
    overlap_share: float
    """Share of the covered texels that more than one triangle claims, 0 to 1."""
    padding_px: float | None
    """Smallest gap between two charts in texels; None with fewer than two charts."""
    stretch_mean: float
    """Longer over shorter side of a mapped circle, area-weighted; 1 is perfect."""
    stretch_p99: float
    """The same at the worst percent of the surface."""
    texel_density_px_per_m: float
    """Over the whole surface."""
    mirrored_share: float
    """Share of the surface whose texture reads mirrored, 0 to 1."""
    outside_share: float
    """Share of the triangles that reach outside 0..1."""


def measure_uv(mesh: Mesh, texture_size: int) -> UvFacts:
    """Measure the texture coordinates of a mesh.

    Args:
        mesh: With uvs.
        texture_size: Texels along a side of the texture.

    Raises:
        ValueError: The mesh has no uvs or no triangles.
    """
    if mesh.uvs is None or mesh.num_triangles == 0:
        raise ValueError("measure_uv needs a mesh with uvs and triangles.")
    uvs = mesh.uvs[mesh.triangles].astype(np.float64)
    areas = np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)
    # Corners at one position and one uv are one: a hard edge does not end a chart.
    vertex = weld(np.concatenate([mesh.positions, mesh.uvs], axis=1)).place.astype(np.int64)
    charts, num_charts = label_edge_connected(vertex[mesh.triangles])
    grid = _grid_size(uvs, texture_size)
    coverage = _cover(uvs * grid, size=grid)
    covered = int(np.bincount(coverage.texel, minlength=1).astype(bool).sum())
    stretch_mean, stretch_p99 = _stretch(mesh, uvs, areas)
    # Unmirrored charts run counter-clockwise on the picture, whose v axis points down.
    uv_areas = -_cross(uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]) / 2
    outside = ((uvs < -1e-6) | (uvs > 1 + 1e-6)).any(axis=(1, 2))
    gap = _smallest_gap(coverage, charts, size=grid)
    return UvFacts(
        charts=num_charts,
        utilization=covered / grid**2,
        overlap_share=1 - covered / len(coverage.texel) if covered else 0.0,
        padding_px=None if gap is None else gap * texture_size / grid,
        stretch_mean=stretch_mean,
        stretch_p99=stretch_p99,
        texel_density_px_per_m=float(
            texture_size * np.sqrt(np.abs(uv_areas).sum() / max(areas.sum(), 1e-30))
        ),
        mirrored_share=float(areas[uv_areas < 0].sum() / max(areas.sum(), 1e-30)),
        outside_share=float(outside.mean()),
    )


def _grid_size(uvs: Float64[np.ndarray, "t 3 2"], texture_size: int) -> int:
    """Return how many texels along a side are looked at."""
    boxes = np.clip(uvs.max(axis=1), 0, 1) - np.clip(uvs.min(axis=1), 0, 1)
    affordable = np.sqrt(_MAX_PROBES / max(float(boxes.prod(axis=1).sum()), 1e-9))
    return max(1, int(min(texture_size, _RASTER_PX, affordable)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Coverage:
    """Which triangle claims which texel; a texel stands here once per triangle."""

    texel: Int64[np.ndarray, " n"]
    """Row times size plus column."""
    triangle: Int64[np.ndarray, " n"]


def _cover(corners: Float64[np.ndarray, "t 3 2"], *, size: int) -> _Coverage:
    """Find the texels whose probe lies inside each triangle; corners in texels.

    Every triangle is cut by the rows of probes it crosses, then each cut is filled.
    """
    low = _first_probe_after(corners[..., 1].min(axis=1), size=size, offset=_OFFSET[1])
    high = _first_probe_after(corners[..., 1].max(axis=1), size=size, offset=_OFFSET[1])
    triangle, row = _expand(low, high)
    left, right = _cuts(corners[triangle], row + _OFFSET[1])
    first = _first_probe_after(left, size=size, offset=_OFFSET[0])
    last = _first_probe_after(right, size=size, offset=_OFFSET[0])
    cut, column = _expand(first, last)
    return _Coverage(texel=row[cut] * size + column, triangle=triangle[cut])


def _cuts(
    corners: Float64[np.ndarray, "n 3 2"], y: Float64[np.ndarray, " n"]
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Return where horizontal lines enter and leave triangles; inf and -inf where they miss."""
    # Both triangles at an edge must compute the very same crossing, whatever way they run.
    corners = np.take_along_axis(corners, corners[..., 1:].argsort(axis=1, kind="stable"), axis=1)
    left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for start, end in ((0, 1), (1, 2), (0, 2)):
        (x0, y0), (x1, y1) = corners[:, start].T, corners[:, end].T
        crosses = (y0 < y) & (y < y1)
        x = x0 + (y - y0) / np.where(crosses, y1 - y0, 1) * (x1 - x0)
        left = np.where(crosses, np.minimum(left, x), left)
        right = np.where(crosses, np.maximum(right, x), right)
    return left, right


def _first_probe_after(
    positions: Float64[np.ndarray, " n"], *, size: int, offset: float
) -> Int64[np.ndarray, " n"]:
    """Return the first row or column whose probe lies beyond each position."""
    return np.clip(np.ceil(positions - offset), 0, size).astype(np.int64)


def _expand(
    first: Int64[np.ndarray, " n"], last: Int64[np.ndarray, " n"]
) -> tuple[Int64[np.ndarray, " m"], Int64[np.ndarray, " m"]]:
    """List the numbers of half-open ranges: which range, and the number."""
    counts = np.maximum(last - first, 0)
    which = np.repeat(np.arange(len(first)), counts)
    inner = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return which, first[which] + inner


def _smallest_gap(
    coverage: _Coverage, charts: Int64[np.ndarray, " t"], *, size: int
) -> float | None:
    """Return the fewest empty texels between two charts, or None where there are not two.

    Every texel knows its nearest covered one; where two neighbours know different charts, these
    two texels are a closest pair of the charts there.
    """
    owner = np.full(size * size, -1, np.int64)
    owner[coverage.texel] = charts[coverage.triangle]
    owner = owner.reshape(size, size)
    if owner.max() == owner.min(initial=owner.max(), where=owner >= 0):
        return None
    nearest = distance_transform_edt(owner < 0, return_distances=False, return_indices=True)
    rows, columns = nearest
    spread = owner[rows, columns]
    smallest = np.inf
    for first, second in (
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
    ):
        meet = spread[first] != spread[second]
        distance = np.hypot(
            rows[first][meet] - rows[second][meet], columns[first][meet] - columns[second][meet]
        )
        smallest = min(smallest, float(distance.min(initial=np.inf)))
    return smallest - 1


def _stretch(
    mesh: Mesh, uvs: Float64[np.ndarray, "t 3 2"], areas: Float64[np.ndarray, " t"]
) -> tuple[float, float]:
    """Return mean and 99th percentile of the anisotropy of the map from texture to surface.

    Singular values of the Jacobian after Sander et al. (2001), their ratio instead of their size.
    """
    corners = mesh.positions[mesh.triangles].astype(np.float64)
    first, second = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    p, q = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    determinant = _cross(first, second)
    sound = (np.abs(determinant) > 1e-18) & (areas > 0)
    if not sound.any():
        return np.inf, np.inf
    scale = 1 / determinant[sound, None]
    along_u = (p[sound] * second[sound, 1:] - q[sound] * first[sound, 1:]) * scale
    along_v = (q[sound] * first[sound, :1] - p[sound] * second[sound, :1]) * scale
    a, b, c = (
        np.einsum("ij,ij->i", x, y)
        for x, y in ((along_u, along_u), (along_u, along_v), (along_v, along_v))
    )
    root = np.sqrt((a - c) ** 2 + 4 * b**2)
    # The product of both singular values is known exactly; their difference would cancel.
    larger = (a + c + root) / 2
    smaller = np.maximum(a * c - b**2, 1e-30) / larger
    ratio, weight = np.sqrt(larger / smaller), areas[sound]
    order = np.argsort(ratio, kind="stable")
    cumulative = np.cumsum(weight[order]) / weight.sum()
    p99 = ratio[order][min(int(np.searchsorted(cumulative, 0.99)), len(ratio) - 1)]
    return float((ratio * weight).sum() / weight.sum()), float(p99)


def _cross(
    a: Float64[np.ndarray, "n 2"], b: Float64[np.ndarray, "n 2"]
) -> Float64[np.ndarray, " n"]:
    """Return the z component of the cross product of plane vectors."""
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
