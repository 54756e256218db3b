"""Triangles of a mesh that cut through each other."""

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.crossings import crossing_triangles
from bozzetto.qa.connectivity import weld_corners, welded_positions


def count_self_intersections(mesh: Mesh) -> int:
    """Count the triangles that an edge of another triangle goes through, and those edges' own.

    Triangles that only touch, or that lie in one plane, do not count; neighbours count where they
    cut each other away from what they share, vertices at one place being one.
    """
    corners, count = weld_corners(mesh)
    positions = welded_positions(mesh, corners, count=count)
    return len(crossing_triangles(positions, corners.astype(np.int32)))
