"""From the network's volume to a fine distance field whose silhouette is the photo's mask.

Values are distances to the surface in crop widths, positive inside; they are exact only near the
surface. Letters: y x rows and columns of the working grid, d depth slices, n rays.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64
from scipy.ndimage import distance_transform_edt

from bozzetto.engines.network.columns import Places, spans_of
from bozzetto.engines.network.expected import Volume
from bozzetto.engines.network.prediction import FARTHEST, NEAREST, Prediction
from bozzetto.engines.network.refinement import FineRays, fine_rays, ironed
from bozzetto.engines.network.sampling import cubic_weights
from bozzetto.engines.network.view import View

Values = Float32[np.ndarray, "y x d"]
Plane = Float32[np.ndarray, "y x"]

_CHANNELS = 64
_FAN_BLUR = 1.5  # Cells.
_DEPTH_BLUR = 0.015  # Of the picture's side: a sheet must not fray where the depth is noisy.
_AROUND = 0.03  # Crop widths around the outline within which rays are worked out.
_BEYOND = 2.5  # Cells: surfaces are drawn between a ray inside and a neighbour of it.
_RIM = 0.02  # Crop widths over which a rim is rounded: a cell of the network's volume.


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


def predicted_field(view: View, volume: Volume, *, options: FieldOptions = FieldOptions()) -> Field:
    """Bring one photo's volume to its working grid: smooth surfaces, round rims."""
    outline, wanted, rays = _fine(view, volume)
    front, back = ironed(rays.spans, wanted)
    least = 0.5 * options.step / volume.slice_width
    front, back = _rounded(front, back, wanted, outline=outline, cell=view.cell, least=least)
    return _field(view, volume, rays, spans=(front, back), wanted=wanted, options=options)


def joined_field(view: View, volume: Volume, *, options: FieldOptions = FieldOptions()) -> Field:
    """Bring a volume that several photos agreed on to the working grid of one, as it is."""
    _, wanted, rays = _fine(view, volume)
    spans = (rays.spans.front, rays.spans.back)
    return _field(view, volume, rays, spans=spans, wanted=wanted, options=options)


def _fine(view: View, volume: Volume) -> tuple[Plane, Bool[np.ndarray, "y x"], FineRays]:
    """Interpolate the rays of the working grid in and around the outline."""
    outline = outline_distance(view)
    wanted = outline > -_AROUND
    u, v = view.cell_coordinates()
    _, rows, columns = volume.distances.shape
    rays = fine_rays(
        volume,
        rows=(v + 1) / 2 * rows - 0.5,
        columns=(u + 1) / 2 * columns - 0.5,
        wanted=wanted,
    )
    return outline, wanted, rays


def _field(
    view: View,
    volume: Volume,
    rays: FineRays,
    *,
    spans: tuple[Places, Places],
    wanted: Bool[np.ndarray, "y x"],
    options: FieldOptions,
) -> Field:
    """Sample rays at the slices of a field."""
    near, far = _filled_range(volume, view.prediction)
    count = max(int(np.ceil((far - near) / options.step)), 4) + 1
    first = (near + far - (count - 1) * options.step) / 2
    places = (_slices(first, options.step, count) - NEAREST) / volume.slice_width - 0.5
    values = np.full((*wanted.shape, count), -_AROUND, np.float32)
    values[wanted] = rays.at(places, spans=spans)
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
    values = field.values.copy()
    missing = (distance > 0) & (field.values.max(axis=2) <= 0)
    lost = _extended(values, missing, distance > 0, reach_cells=options.reach / view.cell)
    # Half a slice more than the way to the outline, or between two samples the sheet would end
    # before it.
    short = np.minimum(distance, np.float32(2 * view.cell)) + np.float32(field.step / 2)
    wanted = np.maximum(np.minimum(distance, np.float32(options.thickest_sheet)), short)
    if lost.any():
        depth = _lost_depth(view, field, lost) + wanted[lost]
        values[lost] = _with_sheet(values[lost], field, depth=depth, half=wanted[lost])
    thin, middle = _thin_rays(values, field, (distance > 0) & ~lost, half=wanted)
    values[thin] = _with_sheet(values[thin], field, depth=middle, half=wanted[thin])
    _repeat_over(values, distance, reach=_BEYOND * view.cell)
    np.minimum(values, distance[..., None], out=values)
    return Field(values=values, first=field.first, step=field.step)


def _rounded(
    front: Places,
    back: Places,
    wanted: Bool[np.ndarray, "y x"],
    *,
    outline: Plane,
    cell: float,
    least: float,
) -> tuple[Places, Places]:
    """Let rays get thinner towards the outline, as those of round things do.

    The network's cells are too wide to tell; without it rims would be walls with jagged edges. The
    share that stays is an ellipse over `_RIM`, or over the width of a part that is thinner.

    Args:
        front: In slices, of the rays in `wanted`, row by row.
        back: The same.
        wanted: Where they stand.
        outline: Distance to the outline in crop widths.
        cell: Width of a ray in crop widths.
        least: Half thickness in slices that stays, so that rays still hit a sample.
    """
    reach = int(np.ceil(_RIM / cell))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    widest = np.clip(np.asarray(cv2.dilate(outline, disc), np.float32), 1e-3, np.float32(_RIM))
    inwards = np.clip(outline / widest, 0, 1)[wanted].astype(np.float64)
    middle, half = (front + back) / 2, (back - front) / 2
    thinner = np.maximum(half * np.sqrt(inwards * (2 - inwards)), np.minimum(half, least))
    return middle - thinner, middle + thinner


def _with_sheet(
    rays: Float32[np.ndarray, "n d"],
    field: Field,
    *,
    depth: Float32[np.ndarray, " n"],
    half: Float32[np.ndarray, " n"],
) -> Float32[np.ndarray, "n d"]:
    """Add something `half` thick to either side of a depth to each ray."""
    sheet = half[:, None] - np.abs(field.depths - depth[:, None])
    return np.maximum(rays, sheet)


def _thin_rays(
    values: Values, field: Field, asked: Bool[np.ndarray, "y x"], *, half: Plane
) -> tuple[Bool[np.ndarray, "y x"], Float32[np.ndarray, " n"]]:
    """Find rays that hold less than they should, and the depths of their middles, smoothed."""
    spans = spans_of(values.reshape(-1, values.shape[2]))
    meets = spans.meets.reshape(asked.shape)
    thickness = np.where(meets, (spans.back - spans.front).reshape(asked.shape), np.inf)
    thin = asked & meets & (thickness * field.step < 2 * half)
    there = (asked & meets).astype(np.float32)
    middle = ((spans.front + spans.back) / 2).reshape(asked.shape).astype(np.float32) * there
    mean = np.asarray(cv2.GaussianBlur(middle, (0, 0), _FAN_BLUR), np.float32)
    mean /= np.maximum(np.asarray(cv2.GaussianBlur(there, (0, 0), _FAN_BLUR), np.float32), 1e-6)
    return thin, np.float32(field.first) + mean[thin] * np.float32(field.step)


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


def _repeat_over(values: Values, outline: Plane, *, reach: float) -> None:
    """Give rays just beyond the outline what their neighbours inside hold, in place.

    The surface crosses zero between two rays. Were the outer one as empty as the network says, it
    would do so at the inner one, and walls along the outline would go up in steps of a cell.
    """
    beyond = (outline <= 0) & (outline > -reach)
    row, column = distance_transform_edt(outline <= 0, return_distances=False, return_indices=True)
    values[beyond] = values[row[beyond], column[beyond]]


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


def _filled_range(volume: Volume, prediction: Prediction) -> tuple[float, float]:
    """Find the depths between which anything can be inside, with a margin."""
    step = volume.slice_width
    low, high = np.quantile(prediction.depth, (0.02, 0.98))
    likely = np.flatnonzero((volume.distances > -step / 2)[:, volume.meets].any(axis=1))
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
