"""Which joints move which vertex: distances through the solid, blended smoothly over the joints.

Dionne and de Lasa 2013, "Geodesic Voxel Binding for Production Character Meshes": influence falls
with the distance from a bone through the figure, so a hand never moves the hip it hangs beside.
The fall-off here is steeper than theirs and then diffused over the solid, which is nearer to what
artists paint. Letters: b bones, c cells, v vertices, n points, k neighbours.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from bozzetto.asset.skeleton import MAX_INFLUENCES, Skin
from bozzetto.rigging.voxels import Voxels

Weights = Float64[np.ndarray, "c b"]


@dataclass(frozen=True, kw_only=True)
class BindOptions:
    """How far and how softly bones reach."""

    falloff: float = 10.0
    """Power of the distance by which influence falls; higher is stiffer."""
    smoothing: int = 12
    """Rounds of averaging with neighbouring cells; each spreads a bend by about a cell."""
    least_weight: float = 0.02
    """Weights below this are dropped, so that far bones do not tremble along."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Segment:
    """A stretch of bone and the joint that moves it."""

    joint: int
    start: Float64[np.ndarray, " 3"]
    end: Float64[np.ndarray, " 3"]
    reach: float = 1.0
    """How much farther than others it reaches: distances from it count divided by this."""


def bind(
    positions: Float32[np.ndarray, "v 3"],
    segments: tuple[Segment, ...],
    voxels: Voxels,
    *,
    options: BindOptions = BindOptions(),
) -> Skin:
    """Give every vertex of a mesh its joints and weights.

    Args:
        positions: Of the vertices, in the frame of the segments.
        segments: At least one; several may belong to one joint.
        voxels: The figure, accessories included.
        options: How far and how softly bones reach.
    """
    weights = solid_weights(segments, voxels, options=options)
    return skin_from(at_vertices(positions, weights, voxels), options=options)


def solid_weights(
    segments: tuple[Segment, ...], voxels: Voxels, *, options: BindOptions
) -> Weights:
    """Return the weight of every joint in every cell; rows sum to 1."""
    joints = max(segment.joint for segment in segments) + 1
    distance = np.full((len(voxels.cells), joints), np.inf)
    for joint in sorted({segment.joint for segment in segments}):
        mine = [segment for segment in segments if segment.joint == joint]
        distance[:, joint] = _through_the_solid(mine, voxels) / mine[0].reach
    nearest = np.maximum(distance.min(axis=1, keepdims=True), voxels.step)
    # Relative to the nearest bone, so that the blend has one shape in thin and thick limbs.
    weights = (np.maximum(distance, voxels.step) / nearest) ** -options.falloff
    weights[weights < 1e-3] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    average = _averaging(voxels)
    for _ in range(options.smoothing):
        weights = average @ weights
    return weights


def skin_from(weights: Float64[np.ndarray, "v b"], *, options: BindOptions) -> Skin:
    """Keep the strongest influences of every vertex."""
    if weights.shape[1] < MAX_INFLUENCES:
        weights = np.pad(weights, ((0, 0), (0, MAX_INFLUENCES - weights.shape[1])))
    order = np.argsort(-weights, axis=1, kind="stable")[:, :MAX_INFLUENCES]
    best = np.take_along_axis(weights, order, axis=1)
    best[best < options.least_weight * best[:, :1]] = 0.0
    best = (best / best.sum(axis=1, keepdims=True)).astype(np.float32)
    return Skin(joints=np.where(best > 0, order, 0).astype(np.uint16), weights=best)


def _through_the_solid(segments: list[Segment], voxels: Voxels) -> Float64[np.ndarray, " c"]:
    """Return the distance of every cell from the nearest of some segments."""
    points: list[Float64[np.ndarray, "n 3"]] = []
    for segment in segments:
        length = float(np.linalg.norm(segment.end - segment.start))
        shares = np.linspace(0, 1, max(int(2 * length / voxels.step), 2))[:, None]
        points.append(segment.start + shares * (segment.end - segment.start))
    cells = np.unique(voxels.nearest(np.concatenate(points)))
    return np.asarray(dijkstra(voxels.graph, indices=cells, min_only=True), np.float64)


def _averaging(voxels: Voxels) -> csr_matrix:
    """Return the matrix that replaces every cell by the mean of it and its neighbours."""
    graph, count = voxels.graph, len(voxels.cells)
    nearness = 1.0 / np.maximum(graph.data / voxels.step, 1.0)
    near = csr_matrix((nearness, graph.indices, graph.indptr), (count, count))
    near = near + _diagonal(np.full(count, 2.0))
    return _diagonal(1.0 / np.asarray(near.sum(axis=1), np.float64).ravel()) @ near


def _diagonal(values: Float64[np.ndarray, " c"]) -> csr_matrix:
    """Return the matrix that scales rows."""
    places = np.arange(len(values))
    return csr_matrix((values, (places, places)), (len(values), len(values)))


def at_vertices(
    positions: Float32[np.ndarray, "v 3"], weights: Weights, voxels: Voxels
) -> Float64[np.ndarray, "v b"]:
    """Interpolate between the nearest cells of each vertex."""
    distance, cells = voxels.tree.query(positions.astype(np.float64), k=8)
    cells = np.asarray(cells, np.int64)
    share = np.maximum(1.6 * voxels.step - distance, 0) + 1e-4 * voxels.step
    # Cells across a gap, such as the other thigh's, are near the vertex but far through the solid.
    share *= _same_side(cells, voxels)
    share /= share.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(positions)), cells.shape[1])
    pick = csr_matrix((share.ravel(), (rows, cells.ravel())), (len(positions), len(weights)))
    return np.asarray(pick @ weights)


def _same_side(cells: Int64[np.ndarray, "v k"], voxels: Voxels) -> Float64[np.ndarray, "v k"]:
    """Tell which cells touch the nearest one of their row."""
    gap = np.abs(voxels.cells[cells] - voxels.cells[cells[:, :1]]).max(axis=2)
    apart = voxels.severed(cells, np.broadcast_to(cells[:, :1], cells.shape))
    return ((gap <= 2) & ~apart).astype(np.float64)
