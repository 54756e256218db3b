"""How sure the network is of its surface. Letters: v vertices."""

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.network.prediction import DISTANCE_PER_LOGIT
from bozzetto.engines.network.sampling import trilinear
from bozzetto.engines.network.solid import sample_indices
from bozzetto.engines.network.view import View

_AWAY = 0.02  # Crop widths to either side of the surface at which the volume is asked.


def surface_certainty(
    view: View,
    *,
    points_in_camera: Float64[np.ndarray, "v 3"],
    normals_in_camera: Float64[np.ndarray, "v 3"],
) -> Float32[np.ndarray, " v"]:
    """Return 0 to 1: how steeply the volume goes from inside to outside at the surface.

    A network that is torn between several surfaces spreads the change over all of them.

    Args:
        view: The reference, whose own prediction is asked.
        points_in_camera: On the surface, in crop widths.
        normals_in_camera: Unit, outward.
    """
    step = _AWAY * normals_in_camera
    inner = _look_up(view, points_in_camera - step)
    outer = _look_up(view, points_in_camera + step)
    return np.clip((inner - outer) / np.float32(2 * _AWAY), 0, 1).astype(np.float32)


def _look_up(view: View, points: Float64[np.ndarray, "v 3"]) -> Float32[np.ndarray, " v"]:
    """Return what logits would mean as distances, at points of the camera's frame."""
    volume = view.prediction.occupancy
    indices = sample_indices(view.frustum.coordinates(points), volume)
    return trilinear(volume, indices, outside=-8.0) * np.float32(DISTANCE_PER_LOGIT)
