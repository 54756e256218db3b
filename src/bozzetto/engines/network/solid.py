"""A view's volume on the network's own grid, where several views can meet quickly.

Distances are in the view's crop widths, positive inside. Letters: k r q slices, rows, columns,
n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.network.expected import Volume, expected_volume
from bozzetto.engines.network.frustum import Frustum
from bozzetto.engines.network.prediction import FARTHEST, NEAREST
from bozzetto.engines.network.sampling import trilinear
from bozzetto.engines.network.view import View
from bozzetto.imaging.resample import sample

Points = Float64[np.ndarray, "n 3"]
Values = Float32[np.ndarray, "k r q"]
Plane = Float32[np.ndarray, "r q"]

FAR_AWAY = 0.06
"""Distances are cut off here: how far beyond does not matter."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Solid:
    """A distance field on slices of a frustum."""

    values: Values
    """Within +-`FAR_AWAY`."""
    outline: Plane
    """Distance to the outline of the mask, of each ray."""
    frustum: Frustum

    def front(self) -> Plane:
        """Return the depth w where each ray first lies inside; `FARTHEST` where it never does."""
        inside = self.values > 0
        depths = slice_depths(len(self.values))
        return np.where(inside.any(axis=0), depths[inside.argmax(axis=0)], FARTHEST).astype(
            np.float32
        )

    def indices(self, uvw: Points) -> Points:
        """Turn volume coordinates (u, v, w) into sample indices (slice, row, column)."""
        return sample_indices(uvw, self.values)

    def distances(self, points_in_camera: Points) -> Float32[np.ndarray, " n"]:
        """Look points of the camera's frame up."""
        where = self.indices(self.frustum.coordinates(points_in_camera))
        return trilinear(self.values, where, outside=-FAR_AWAY)

    def centres(self) -> Float64[np.ndarray, "n 3"]:
        """List (u, v, w) of all samples, in their order."""
        slices, rows, columns = self.values.shape
        result = np.empty((slices, rows, columns, 3))
        result[..., 0] = (np.arange(columns, dtype=np.float64) + 0.5) / columns * 2 - 1
        result[..., 1] = ((np.arange(rows, dtype=np.float64) + 0.5) / rows * 2 - 1)[:, None]
        result[..., 2] = slice_depths(slices)[:, None, None]
        return result.reshape(-1, 3)


def sample_indices(uvw: Points, volume: Values) -> Points:
    """Turn volume coordinates (u, v, w) into sample indices (slice, row, column) of a volume."""
    slices, rows, columns = volume.shape
    return np.stack(
        [
            (uvw[:, 2] - NEAREST) / (FARTHEST - NEAREST) * slices - 0.5,
            (uvw[:, 1] + 1) / 2 * rows - 0.5,
            (uvw[:, 0] + 1) / 2 * columns - 0.5,
        ],
        axis=1,
    )


def volume_of(view: View) -> Volume:
    """Turn a view's logits into distances that its mask agrees with."""
    logits = view.prediction.occupancy
    return expected_volume(logits, outline_on_rays(view, shape=logits.shape[1:]))


def solid_of(view: View) -> Solid:
    """Carve a view's predicted volume by its mask."""
    outline = outline_on_rays(view, shape=view.prediction.occupancy.shape[1:])
    values = np.minimum(volume_of(view).distances, outline)
    return Solid(
        values=np.clip(values, -FAR_AWAY, FAR_AWAY).astype(np.float32),
        outline=outline,
        frustum=view.frustum,
    )


def outline_on_rays(view: View, *, shape: tuple[int, int]) -> Plane:
    """Return the distance to the mask's outline on the rays of a grid over the crop."""
    rows, columns = shape
    u = (np.arange(columns, dtype=np.float64) + 0.5) / columns * 2 - 1
    v = (np.arange(rows, dtype=np.float64) + 0.5) / rows * 2 - 1
    places = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    return outline_at(view, places).reshape(rows, columns)


def outline_at(view: View, places: Float64[np.ndarray, "n 2"]) -> Float32[np.ndarray, " n"]:
    """Return the distance to the mask's outline at crop coordinates (u, v), in crop widths."""
    pixels = places * (view.crop.side_px / 2) + np.array(view.crop.centre_px)
    cells = (pixels - np.array(view.grid.corner_px)) / np.array(view.grid.cell_px)
    rows, columns = view.grid.inside.shape
    inner = np.clip(cells, 0.5, (columns - 0.5, rows - 0.5))
    beyond = np.linalg.norm(cells - inner, axis=1)  # The grid ends a few cells around the object.
    distance = sample(view.grid.distance, cells) - beyond.astype(np.float32)
    return distance * np.float32(view.cell)


def slice_depths(count: int) -> Float64[np.ndarray, " k"]:
    """Return the depths w of slices."""
    return NEAREST + (np.arange(count, dtype=np.float64) + 0.5) / count * (FARTHEST - NEAREST)
