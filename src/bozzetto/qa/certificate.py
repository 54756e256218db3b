"""The certificate of a finished topology: what it is made of, and how true it is to its source.

Letters: v vertices, e edges.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.hausdorff import Deviation, measure_deviation
from bozzetto.geometry.repair.folded_triangles import folded_triangles
from bozzetto.qa.connectivity import weld_corners
from bozzetto.qa.self_intersections import count_self_intersections

_VERTICAL_PX = 1080
_HALF_ANGLE = np.pi / 6  # Of a camera that sees 60 degrees from top to bottom.


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What was measured on a finished mesh, beside the facts of `qa.topology`."""

    quads: int
    quads_percent: float
    """Of all faces, a quad being one face."""
    irregular_vertices_percent: float
    """Vertices without four edges in a mesh of quads, without six in one of triangles."""
    inverted_triangles: int
    """Facing against the surface that they stand for."""
    self_intersections: int
    """Triangles that cut through another one."""
    outward_max_m: float
    """Farthest that a point of the mesh is from the dense surface (one-sided Hausdorff)."""
    outward_mean_m: float
    inward_max_m: float
    """Farthest that a point of the dense surface is from the mesh: the worst that was lost."""
    inward_mean_m: float
    hausdorff_m: float
    """The larger of both maxima."""
    hausdorff_percent: float
    """Of the diagonal of the dense surface's bounds."""
    switch_distance_m: float
    """From here on nothing of the mesh is a pixel off, on 1080 lines and at 60 degrees."""


def certify(mesh: Mesh, *, reference: Mesh) -> Certificate:
    """Measure a finished mesh against the dense surface that it stands for."""
    corners, num_welded = weld_corners(mesh)
    deviation = measure_deviation(mesh, reference)
    num_faces = mesh.num_triangles - mesh.num_quads
    return Certificate(
        quads=mesh.num_quads,
        quads_percent=_percent(mesh.num_quads, num_faces),
        irregular_vertices_percent=_percent(
            _count_irregular(mesh, corners, num_welded), num_welded
        ),
        inverted_triangles=len(folded_triangles(mesh, source=reference)),
        self_intersections=count_self_intersections(mesh),
        outward_max_m=_rounded(deviation.outward_max),
        outward_mean_m=_rounded(deviation.outward_mean),
        inward_max_m=_rounded(deviation.inward_max),
        inward_mean_m=_rounded(deviation.inward_mean),
        hausdorff_m=_rounded(deviation.hausdorff),
        hausdorff_percent=round(deviation.percent_of_diagonal, 4),
        switch_distance_m=round(_switch_distance(deviation), 3),
    )


def _count_irregular(mesh: Mesh, corners: Int64[np.ndarray, "t 3"], num_welded: int) -> int:
    """Count vertices with another number of edges than a regular grid has."""
    edges = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    regular = 6
    if mesh.quads is not None and 2 * mesh.num_quads > mesh.num_triangles // 2:
        diagonals = np.sort(corners[mesh.quads[:, 0]][:, [0, 2]], axis=1)
        inner = np.isin(_keys(edges, num_welded), _keys(diagonals, num_welded))
        edges, regular = edges[~inner], 4
    keys = np.unique(_keys(edges, num_welded))
    ends = np.concatenate([keys // num_welded, keys % num_welded])
    return int((np.bincount(ends, minlength=num_welded) != regular).sum())


def _keys(edges: Int64[np.ndarray, "e 2"], num_vertices: int) -> Int64[np.ndarray, " e"]:
    """Give every edge one number."""
    return edges[:, 0] * num_vertices + edges[:, 1]


def _percent(part: int, whole: int) -> float:
    """Return a share in percent."""
    return round(100 * part / max(whole, 1), 3)


def _rounded(metres: float) -> float:
    """Round to a hundredth of a millimetre."""
    return round(metres, 5)


def _switch_distance(deviation: Deviation) -> float:
    """Return the distance at which the largest error is one pixel high."""
    pixels_per_radian = _VERTICAL_PX / 2 / np.tan(_HALF_ANGLE)
    return float(deviation.hausdorff * pixels_per_radian)
