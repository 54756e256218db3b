"""How sure the network is of its surface. Letters: v vertices."""

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.network.sampling import trilinear
from bozzetto.engines.network.view import View
from bozzetto.engines.network.volume import Field

_AWAY = 0.02  # Crop widths to either side of the surface at which the volume is asked.


def surface_certainty(
    field: Field,
    view: View,
    *,
    points_in_camera: Float64[np.ndarray, "v 3"],
    normals_in_camera: Float64[np.ndarray, "v 3"],
) -> Float32[np.ndarray, " v"]:
    """Return 0 to 1: how steeply the volume goes from inside to outside at the surface.

    A network that is torn between several surfaces spreads the change over all of them.

    Args:
        field: As predicted, on the working grid of `view`.
        view: The reference.
        points_in_camera: On the surface, in crop widths.
        normals_in_camera: Unit, outward.
    """
    step = _AWAY * normals_in_camera
    inner = _look_up(field, view, points_in_camera - step)
    outer = _look_up(field, view, points_in_camera + step)
    return np.clip((inner - outer) / np.float32(2 * _AWAY), 0, 1).astype(np.float32)


def _look_up(
    field: Field, view: View, points: Float64[np.ndarray, "v 3"]
) -> Float32[np.ndarray, " v"]:
    """Return distances at points of the camera's frame."""
    uvw = view.frustum.coordinates(points)
    u, v = view.cell_coordinates()
    rows = (uvw[:, 1] - v[0]) / (v[1] - v[0])
    columns = (uvw[:, 0] - u[0]) / (u[1] - u[0])
    slices = (uvw[:, 2] - field.first) / field.step
    return trilinear(field.values, np.stack([rows, columns, slices], axis=1), outside=-_AWAY)
