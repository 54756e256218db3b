"""Stand a mesh on the ground again after its lowest point has moved. +y is up."""

from dataclasses import replace

import numpy as np

from bozzetto.asset.mesh import Mesh


def height_above_ground(mesh: Mesh) -> float:
    """Return the y of the lowest vertex, metres."""
    return float(mesh.positions[:, 1].min())


def lowered(mesh: Mesh, height: float) -> Mesh:
    """Return the mesh, moved down by a height in metres."""
    step = np.array([0, height, 0], np.float32)
    return replace(mesh, positions=mesh.positions - step)
