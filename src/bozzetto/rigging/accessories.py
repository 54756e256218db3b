"""Hair, eyes, bags and buttons: pieces that hang on a figure and do not bend.

A piece that no bone runs through is carried along by one set of weights, that of the body where it
touches; what a bone runs through (sleeves, boots, trousers) bends. Letters: v vertices, p pieces.
"""

import igl
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.skeleton import Skin
from bozzetto.rigging.binding import BindOptions, Segment, skin_from

_LARGEST, _SLENDER = 0.35, 0.15
"""Of the figure's height: larger pieces (capes, skirts) bend, unless they are thin as a sword."""
_INSIDE = 0.3
_SAMPLES = 9
_TOUCHING = 0.2
"""Share of a piece's vertices, those nearest the body, that say how it moves."""


def stiffen_accessories(
    mesh: Mesh, skin: Skin, segments: tuple[Segment, ...], *, options: BindOptions
) -> Skin:
    """Give every piece that does not bend one set of weights."""
    label = _pieces(mesh)
    if label.max(initial=0) == 0:
        return skin
    weights = np.zeros((mesh.num_vertices, int(skin.joints.max()) + 1))
    for column in range(skin.joints.shape[1]):
        rows = np.arange(mesh.num_vertices)
        np.add.at(weights, (rows, skin.joints[:, column]), skin.weights[:, column])
    bones = _bone_points(segments)
    height = float(mesh.bounds[1][1] - mesh.bounds[0][1])
    order = np.argsort(label, kind="stable")
    ends = np.cumsum(np.bincount(label))
    piece_of_triangle = label[mesh.triangles[:, 0]]
    for piece, end in enumerate(ends):
        rows = order[end - np.count_nonzero(label == piece) : end]
        points = mesh.positions[rows]
        *_, second, longest = np.sort(np.ptp(points, axis=0)).tolist()
        if longest > _LARGEST * height and second > _SLENDER * height:
            continue
        if _holds_bone(mesh, piece_of_triangle == piece, points, bones=bones):
            continue
        weights[rows] = _shared(points.astype(np.float64), weights[rows], bones)
    return skin_from(weights, options=options)


def _pieces(mesh: Mesh) -> Int64[np.ndarray, " v"]:
    """Number the connected pieces; vertices at one place count as one."""
    size = float((mesh.bounds[1] - mesh.bounds[0]).max())
    rounded = np.rint(mesh.positions / (1e-5 * size)).astype(np.int64)
    _, weld = np.unique(rounded, axis=0, return_inverse=True)
    corners = weld.reshape(-1)[mesh.triangles]
    count = int(weld.max()) + 1
    rows = np.concatenate([corners[:, 0], corners[:, 1]])
    columns = np.concatenate([corners[:, 1], corners[:, 2]])
    graph = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)[weld.reshape(-1)]


def _bone_points(segments: tuple[Segment, ...]) -> Float64[np.ndarray, "n 3"]:
    """Spread points over all bones, short of their ends, where neighbours overlap."""
    shares = np.linspace(0.1, 0.9, _SAMPLES)[:, None]
    return np.concatenate([s.start + shares * (s.end - s.start) for s in segments])


def _holds_bone(
    mesh: Mesh,
    chosen: Bool[np.ndarray, " t"],
    points: Float32[np.ndarray, "m 3"],
    *,
    bones: Float64[np.ndarray, "n 3"],
) -> bool:
    """Tell whether the piece winds round a point of some bone."""
    low, high = points.min(axis=0), points.max(axis=0)
    near = bones[((bones >= low) & (bones <= high)).all(axis=1)]
    if len(near) == 0:
        return False
    winding = igl.fast_winding_number(
        mesh.positions.astype(np.float64), mesh.triangles[chosen].astype(np.int64), near
    )
    return bool((np.abs(winding) > _INSIDE).any())


def _shared(
    points: Float64[np.ndarray, "n 3"],
    weights: Float64[np.ndarray, "n b"],
    bones: Float64[np.ndarray, "m 3"],
) -> Float64[np.ndarray, " b"]:
    """Return the mean weights of the vertices nearest to a bone."""
    gap = np.sqrt(((points[:, None] - bones[None]) ** 2).sum(axis=2).min(axis=1))
    touching = gap <= np.quantile(gap, _TOUCHING)
    return weights[touching].mean(axis=0)
