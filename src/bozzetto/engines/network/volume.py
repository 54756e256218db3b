"""From logits to a fine distance field whose silhouette is the photo's mask.

Values are distances to the surface in crop widths, positive inside; they are exact only near the
surface, where a logit is a distance. Letters: y x rows and columns of the working grid, d depth
slices, k r q slices, rows and columns of the network's volume, n positions, m samples.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64
from scipy.ndimage import distance_transform_edt

from bozzetto.engines.network.prediction import (
    DISTANCE_PER_LOGIT,
    FARTHEST,
    NEAREST,
    Prediction,
)
from bozzetto.engines.network.view import View

Values = Float32[np.ndarray, "y x d"]
Plane = Float32[np.ndarray, "y x"]
Logits = Float32[np.ndarray, "k r q"]

_CHANNELS = 64
_FAN_BLUR = 1.5  # Cells.
_DEPTH_BLUR = 0.015  # Of the picture's side: a sheet must not fray where the depth is noisy.
_SATURATED = 12.0  # Logits beyond it say no more; cubic weights would ring between them.


@dataclass(frozen=True, kw_only=True)
class FieldOptions:
    """How the volume is brought to the outline."""

    step: float = 0.0125
    """Distance of depth slices, in crop widths."""
    reach: float = 0.03
    """How far the predicted shape is extended sideways to meet the outline, in crop widths."""
    thickest_sheet: float = 0.02
    """Half the depth of what stands in where the network saw nothing; thinner parts get less."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """A distance field on the cells of a working grid."""

    values: Values
    first: float
    """Depth w of the first slice."""
    step: float
    """Distance of slices."""

    @property
    def depths(self) -> Float32[np.ndarray, " d"]:
        """Depth w of every slice."""
        return _slices(self.first, self.step, self.values.shape[2]).astype(np.float32)

    def front(self) -> Plane:
        """Return the depth w where each ray first lies inside; infinite where it never does."""
        inside = self.values > 0
        first = inside.argmax(axis=2)
        return np.where(inside.any(axis=2), self.depths[first], np.float32(np.inf))


def predicted_field(view: View, logits: Logits, *, options: FieldOptions = FieldOptions()) -> Field:
    """Sample a volume on a view's working grid: cubic in all directions, so that it is smooth."""
    clipped = np.clip(logits, -_SATURATED, _SATURATED)
    near, far = _filled_range(clipped, view.prediction)
    count = max(int(np.ceil((far - near) / options.step)), 4) + 1
    first = (near + far - (count - 1) * options.step) / 2
    u, v = view.cell_coordinates()
    slices, rows, columns = logits.shape
    depths = _slices(first, options.step, count)
    along = cubic_weights((depths - NEAREST) / (FARTHEST - NEAREST) * slices - 0.5, size=slices)
    down = cubic_weights((v + 1) / 2 * rows - 0.5, size=rows)
    across = cubic_weights((u + 1) / 2 * columns - 0.5, size=columns)
    deep = (along @ clipped.reshape(slices, -1)).reshape(count, rows, columns)
    deep = np.ascontiguousarray(deep.transpose(1, 2, 0)).reshape(rows, -1)
    tall = (down @ deep).reshape(len(v), columns, count)
    values = np.matmul(across, tall)
    values *= np.float32(DISTANCE_PER_LOGIT)
    return Field(values=values, first=first, step=options.step)


def outline_distance(view: View) -> Plane:
    """Return the distance of every cell to the outline of the mask, in crop widths."""
    return view.grid.distance * np.float32(view.cell)


def fitted_field(field: Field, view: View, *, options: FieldOptions = FieldOptions()) -> Field:
    """Give a field exactly the silhouette of the view's mask.

    Nothing stays outside. Rays inside that meet nothing take over the depths of the nearest ray
    that does, if one is within reach; else a sheet at the predicted depth stands in, as thick as
    the part is wide.
    """
    distance = outline_distance(view)
    # Half a slice at least, or the sheet would fall between two samples.
    wanted = np.maximum(np.minimum(distance, options.thickest_sheet), 0.55 * field.step)
    missing = (distance > 0) & (field.values.max(axis=2) < 0.55 * field.step)
    values = field.values.copy()
    lost = _extended(values, missing, distance > 0, reach_cells=options.reach / view.cell)
    if lost.any():
        depth = _lost_depth(view, field, lost) + wanted[lost]
        sheet = wanted[lost, None] - np.abs(field.depths - depth[:, None])
        values[lost] = np.maximum(values[lost], sheet)
    np.minimum(values, distance[..., None], out=values)
    return Field(values=values, first=field.first, step=field.step)


def cubic_weights(positions: Float64[np.ndarray, " n"], *, size: int) -> Float32[np.ndarray, "n m"]:
    """Return the matrix that interpolates `size` samples at positions (Catmull and Rom, 1974).

    Sample k stands at position k; outside the border repeats.
    """
    low = np.floor(positions).astype(np.int64)
    t = positions - low
    taps = np.stack(
        [
            ((2 - t) * t - 1) * t / 2,
            ((3 * t - 5) * t * t + 2) / 2,
            ((4 - 3 * t) * t + 1) * t / 2,
            (t - 1) * t * t / 2,
        ]
    )
    matrix = np.zeros((len(positions), size))
    rows = np.arange(len(positions))
    for tap, weight in enumerate(taps):
        # Clamped taps may fall on one sample: add, do not assign.
        np.add.at(matrix, (rows, np.clip(low + tap - 1, 0, size - 1)), weight)
    return matrix.astype(np.float32)


def _extended(
    values: Values,
    missing: Bool[np.ndarray, "y x"],
    inside: Bool[np.ndarray, "y x"],
    *,
    reach_cells: float,
) -> Bool[np.ndarray, "y x"]:
    """Fill missing rays from their nearest neighbours, in place; tell which have none in reach."""
    meets = inside & ~missing
    if not (missing.any() and meets.any()):
        return missing
    row, column = distance_transform_edt(~meets, return_distances=False, return_indices=True)
    y, x = np.nonzero(~meets)
    near = np.hypot(row[y, x] - y, column[y, x] - x) <= reach_cells
    y, x = y[near], x[near]
    extended = values.copy()
    extended[y, x] = np.maximum(values[y, x], values[row[y, x], column[y, x]])
    # Each ray of the rim fills a fan of others: soften the steps between the fans.
    soft = _blurred(extended)
    filled = np.zeros_like(missing)
    filled[y, x] = True
    filled &= missing
    values[filled] = np.where(
        soft[filled].max(axis=1, keepdims=True) > 0, soft[filled], extended[filled]
    )
    return missing & ~filled


def _blurred(values: Values) -> Values:
    """Blur every slice; OpenCV takes only so many channels at a time."""
    starts = range(0, values.shape[2], _CHANNELS)
    parts = [
        cv2.GaussianBlur(
            np.ascontiguousarray(values[:, :, start : start + _CHANNELS]),
            (0, 0),
            _FAN_BLUR,
            borderType=cv2.BORDER_REPLICATE,
        ).reshape(*values.shape[:2], -1)
        for start in starts
    ]
    return np.concatenate(parts, axis=2)


def _slices(first: float, step: float, count: int) -> Float64[np.ndarray, " d"]:
    """Return evenly spaced depths."""
    return first + np.arange(count, dtype=np.float64) * step


def _filled_range(logits: Logits, prediction: Prediction) -> tuple[float, float]:
    """Find the depths between which anything can be inside, with a margin."""
    likely = np.flatnonzero(logits.reshape(len(logits), -1).max(axis=1) > -3)
    step = (FARTHEST - NEAREST) / len(logits)
    low, high = np.quantile(prediction.depth, (0.02, 0.98))
    if len(likely):
        low = min(low, NEAREST + (likely[0] - 1.5) * step)
        high = max(high, NEAREST + (likely[-1] + 2.5) * step)
    return max(float(low), NEAREST), min(max(float(high), low + 0.05), FARTHEST)


def _lost_depth(
    view: View, field: Field, lost: Bool[np.ndarray, "y x"]
) -> Float32[np.ndarray, " n"]:
    """Return the predicted depth of the visible surface on rays that meet nothing."""
    u, v = view.cell_coordinates()
    rows, columns = view.prediction.depth.shape
    down = cubic_weights((v + 1) / 2 * rows - 0.5, size=rows)
    across = cubic_weights((u + 1) / 2 * columns - 0.5, size=columns)
    smooth = cv2.GaussianBlur(view.prediction.depth, (0, 0), max(0.5, _DEPTH_BLUR * rows))
    depth = (down @ smooth @ across.T)[lost]
    margin = 2 * field.step
    return np.clip(depth, field.depths[0] + margin, field.depths[-1] - margin)
