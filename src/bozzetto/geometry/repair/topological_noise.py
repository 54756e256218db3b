"""Remove topological noise: small handles, tunnels, cracks and cavities of a closed surface.

The solid is sampled on a grid. Narrow cracks are filled. Thin fringe is taken off where it makes a
handle, and kept where it plugs a hole, joins two parts or stands out as a leg does. Small tunnels
are plugged, unless a photo looks through. Letters: x y z grid nodes, p parts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import igl
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32
from scipy.ndimage import binary_fill_holes, find_objects, label, uniform_filter
from skimage.measure import euler_number as nodes_euler_number

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import closest_points, transfer_attributes
from bozzetto.geometry.components import drop_small_components
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.watertight import euler_number
from bozzetto.geometry.normals import mean_edge
from bozzetto.geometry.repair.solid_grid import (
    Nodes,
    SolidGrid,
    closed,
    grown,
    neighbours,
    opened,
    sample_solid,
    sample_touched,
)

SeesThrough = Callable[[Float64[np.ndarray, "n 3"], float], Bool[np.ndarray, " n"]]
"""Tells which points, give or take a distance in metres, must stay empty."""

Box = Bool[np.ndarray, "_ _ _"]

_BAND = np.float32(1.5)  # Steps beside the surface in which distances are kept.
_CLEARANCE = np.float32(0.1)  # Of a step: samples nearer to the surface would make slivers.
_SLACK = 0.5  # Steps: photos look through tunnels that are wider than twice this.
_LOST = 3.0  # Steps between a lost part and what is left.
_FEW = 40  # Vertices: what is smaller is no part.
_FULL = np.ones((3, 3, 3), np.int64)


@dataclass(frozen=True, kw_only=True)
class TopologicalNoiseOptions:
    """What counts as noise, in steps of the grid unless said otherwise."""

    step: float = 1.1
    """Of the grid, in mean edges of the surface: near the grid that the draft came from."""
    finest: float = 1 / 240
    """Smallest step, of the longest side."""
    crack: int = 1
    """Gaps up to twice as wide are filled."""
    tall: int = 2
    """Thin parts that stand out farther are parts, whatever their topology."""
    tunnel: int = 4
    """Tunnels up to twice as wide are plugged."""


def nothing_seen(points: Float64[np.ndarray, "n 3"], slack: float) -> Bool[np.ndarray, " n"]:
    """Tell of all points that they may be filled: no photo looks through."""
    del slack
    return np.zeros(len(points), bool)


def remove_topological_noise(
    mesh: Mesh,
    *,
    sees_through: SeesThrough = nothing_seen,
    options: TopologicalNoiseOptions = TopologicalNoiseOptions(),
) -> Mesh:
    """Rebuild a closed surface without noise in its topology.

    A surface that has none comes back as it is, vertex by vertex; so does one of which a thin part
    would get lost.

    Args:
        mesh: Closed; it does not cut itself.
        sees_through: Where a photo shows that there is nothing.
        options: What counts as noise.

    Returns:
        A closed surface of even triangles with the attributes of the nearest points.
    """
    size = float(np.ptp(mesh.positions, axis=0).max())
    edge = mean_edge(mesh.positions, mesh.triangles)
    grid = sample_solid(mesh, step=max(options.step * edge, options.finest * size))
    thin = np.zeros_like(grid.inside)
    for _ in range(2):
        solid = _without_noise(grid, thin, sees_through=sees_through, options=options)
        if not solid.any():
            return mesh
        found = _surface(mesh, grid, solid)
        lost = _lost(mesh, found, grid=grid, solid=solid)
        if not lost.any():
            same = euler_number(found.triangles) == euler_number(mesh.triangles)
            return mesh if same else transfer_attributes(found, source=mesh)
        near = grown(lost, options.tunnel)
        thin = near & sample_touched(mesh, grid)
        thin = closed(grid.inside | thin, 1) & grown(thin, 1)
    return mesh


def _surface(mesh: Mesh, grid: SolidGrid, solid: Nodes) -> Mesh:
    """Extract the surface without noise."""
    positions, triangles = extract_isosurface(_field(mesh, grid, solid))
    placed = (positions * grid.step + grid.origin).astype(np.float32)
    return drop_small_components(Mesh(positions=placed, triangles=triangles))[0]


def _lost(mesh: Mesh, found: Mesh, *, grid: SolidGrid, solid: Nodes) -> Nodes:
    """Return the nodes at thin parts that slipped through: outside, and far from all else."""
    points = mesh.positions.astype(np.float64)
    x, y, z = np.rint((points - grid.origin) / grid.step).astype(np.int64).T
    outside = np.flatnonzero(~solid[x, y, z])
    far = outside[closest_points(found, points[outside]).distance > _LOST * grid.step]
    result = np.zeros_like(solid)
    if len(far) > _FEW:
        result[x[far], y[far], z[far]] = True
    return result


def _without_noise(
    grid: SolidGrid, thin: Nodes, *, sees_through: SeesThrough, options: TopologicalNoiseOptions
) -> Nodes:
    """Return the nodes inside the solid without noise."""
    inside = grid.inside | thin
    crack = closed(inside, options.crack) & ~inside
    whole = binary_fill_holes(inside | _hidden(grid, crack, sees_through, slack=0.0))
    thick = opened(whole, 1) & whole
    fringe = whole & ~thick
    standing = fringe & ~grown(thick, options.tall)
    sure = thick | (fringe & grown(standing, options.tall + 2))
    restored = _with_harmless(sure, whole & ~sure)
    tunnels = closed(restored, options.tunnel) & ~restored
    tunnels = _hidden(grid, tunnels, sees_through, slack=_SLACK * grid.step)
    return binary_fill_holes(_with_plugs(restored, tunnels))


def _hidden(grid: SolidGrid, nodes: Nodes, sees_through: SeesThrough, *, slack: float) -> Nodes:
    """Return those nodes that no photo looks through."""
    result = np.zeros_like(nodes)
    result[nodes] = ~sees_through(grid.points(nodes), slack)
    return result


def _with_harmless(solid: Nodes, fringe: Nodes) -> Nodes:
    """Put pieces of fringe back that add no tunnel, or without which parts would come off."""
    numbers, count = label(solid)
    groups = _Groups(count)
    result = solid.copy()
    for piece, box in _pieces(fringe):
        beside = neighbours(piece) & result[box]
        parts = groups.of(numbers[box][beside])
        joined = len(parts) - 1
        if joined <= 0 and joined + _euler_change(result[box], piece) < 0:
            continue
        groups.join(parts)
        result[box] |= piece
        numbers[box][piece] = parts[0] if parts else 0
    return result


def _with_plugs(solid: Nodes, tunnels: Nodes) -> Nodes:
    """Fill pieces that close more tunnels than they open."""
    result = solid.copy()
    for piece, box in _pieces(tunnels):
        if _euler_change(result[box], piece) > 0:
            result[box] |= piece
    return result


def _pieces(nodes: Nodes) -> list[tuple[Box, tuple[slice, slice, slice]]]:
    """Return the connected pieces of a set, each in a box with two nodes around it."""
    numbers, _ = label(nodes, structure=_FULL)
    pieces: list[tuple[Box, tuple[slice, slice, slice]]] = []
    for number, (i, j, k) in enumerate(find_objects(numbers), start=1):
        box = _widened(i), _widened(j), _widened(k)
        pieces.append((numbers[box] == number, box))
    return pieces


def _widened(side: slice) -> slice:
    """Return a range with two more at both ends."""
    return slice(max(side.start - 2, 0), side.stop + 2)


def _euler_change(solid: Nodes, piece: Nodes) -> int:
    """Return by how much the Euler number (parts - tunnels + hollows) grows with a piece."""
    with_piece = nodes_euler_number(solid | piece, connectivity=1)
    return int(with_piece - nodes_euler_number(solid, connectivity=1))


class _Groups:
    """Parts of a solid that pieces have joined (union and find); private to one call."""

    def __init__(self, count: int) -> None:
        self._leader = list(range(count + 1))

    def of(self, numbers: Int32[np.ndarray, " p"]) -> list[int]:
        """Return the leaders of numbered parts, each once; 0 is no part."""
        return sorted({self._led(int(number)) for number in np.unique(numbers) if number})

    def join(self, leaders: list[int]) -> None:
        """Make one group of several."""
        for leader in leaders[1:]:
            self._leader[leader] = leaders[0]

    def _led(self, number: int) -> int:
        """Follow a part to its leader."""
        while self._leader[number] != number:
            number = self._leader[number]
        return number


def _field(mesh: Mesh, grid: SolidGrid, solid: Nodes) -> Float32[np.ndarray, "x y z"]:
    """Return distances in steps, positive inside: the surface's own where nothing was changed.

    Elsewhere a blurred solid stands in.
    """
    inside = grid.inside
    band = grown(inside, 2) & grown(~inside, 2)
    squared, _, _ = igl.point_mesh_squared_distance(
        grid.points(band), mesh.positions.astype(np.float64), mesh.triangles.astype(np.int64)
    )
    distance = np.full(inside.shape, _BAND, np.float32)
    distance[band] = np.minimum(np.sqrt(squared) / grid.step, _BAND)
    blurred = uniform_filter(solid.astype(np.float32), size=3) * np.float32(2) - np.float32(1)
    own = np.where(inside, distance, -distance)
    field = np.where(grown(solid != inside, 1), blurred, own)
    return np.where(solid, np.maximum(field, _CLEARANCE), np.minimum(field, -_CLEARANCE)).astype(
        np.float32
    )
