"""Relief from shading: fine changes of brightness that only the form can explain become depth.

Brightness changes with the normal along the light and hardly across it, and without a change of
hue; prints change in every direction, mostly by a lot, often in hue. Where it cannot be told apart,
nothing is done. Letters: h w rows and columns, n pixels, e pairs of neighbours.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.sparse import csr_matrix

from bozzetto.sculpting.least_squares import diagonal_of, gram, solve
from bozzetto.sculpting.lit import DirectionalLight, SurfaceView

Plane = Float64[np.ndarray, "h w"]

_CALM_PX = 1.5
_RIM_PX = 6.0  # Relief fades in over so many pixels from silhouettes and steps in depth.
_STEP = 0.02  # Of the depth's range: neighbours farther apart are not one surface.
_GRAZING = (0.3, 0.55)  # Cosine to the line of sight: nothing below the first, all above the other.
_NOISE = 0.001  # Relative brightness that sensors and compression change by.


@dataclass(frozen=True, kw_only=True)
class ReliefOptions:
    """When changes of brightness count as form, and which."""

    longest_px: int = 384
    """Longer side of the object on the grid that is worked on."""
    band_px: float = 8.0
    """Blur, in pixels of that grid, above which form is left to the draft."""
    most_contrast: float = 0.16
    """Relative change of brightness from which it is taken for a print."""
    most_chroma: float = 0.012
    """Change of the share of red or green from which it is taken for a print."""
    window_px: float = 20.0
    """Over which directions are compared."""
    least_ratio: float = 1.25
    """How much more brightness must change along the light than across it to count at all; it
    counts in full from the double on. Relief without a preferred direction reaches 3, prints 1."""
    most_sparse: float = 9.0
    """Kurtosis of the changes from which they are taken for the edges of a print; noise has 3."""
    least_explained: float = 0.25
    """Share of the object's brightness that one light must explain."""


def relief(
    sight: SurfaceView, light: DirectionalLight, *, options: ReliefOptions = ReliefOptions()
) -> Plane:
    """Return how far the surface stands out towards the camera, in pixels of the grid.

    0 wherever brightness may have another cause.
    """
    smooth = _whole_neighbourhood(sight)
    shading = light.shading(sight.normals)
    change = _band(np.log(sight.brightness), smooth, options.band_px)
    trust = _trust(sight, light, change, smooth=smooth, options=options)
    if float(trust.max()) <= 0:
        return np.zeros(change.shape)
    return _integrated(sight, light, change, shading=shading, trust=trust, options=options)


def _whole_neighbourhood(sight: SurfaceView) -> Bool[np.ndarray, "h w"]:
    """Tell which pixels and their neighbours lie on one surface."""
    depth = np.where(sight.there, sight.depth, np.nan)
    spread = float(np.nanmax(depth) - np.nanmin(depth)) if sight.there.any() else 1.0
    kernel = np.ones((3, 3), np.uint8)
    low = np.asarray(cv2.erode(np.where(sight.there, depth, 1e9), kernel))
    high = np.asarray(cv2.dilate(np.where(sight.there, depth, -1e9), kernel))
    inner = np.asarray(cv2.erode(sight.there.astype(np.uint8), kernel)) > 0
    return inner & (high - low < max(_STEP * spread, 1e-9))


def _blurred(values: Plane, mask: Bool[np.ndarray, "h w"], sigma: float) -> Plane:
    """Blur within a mask."""
    weight = np.asarray(cv2.GaussianBlur(mask.astype(np.float64), (0, 0), sigma))
    total = np.asarray(cv2.GaussianBlur(np.where(mask, values, 0.0), (0, 0), sigma))
    return total / np.maximum(weight, 1e-6)


def _band(values: Plane, mask: Bool[np.ndarray, "h w"], sigma: float) -> Plane:
    """Return what is finer than a blur, without single pixels' noise."""
    fine = _blurred(values, mask, 1.0) - _blurred(values, mask, sigma)
    return np.where(mask, fine, 0.0)


def _trust(
    sight: SurfaceView,
    light: DirectionalLight,
    change: Plane,
    *,
    smooth: Bool[np.ndarray, "h w"],
    options: ReliefOptions,
) -> Plane:
    """Return how sure it is, 0 to 1, that a change of brightness is form."""
    x, y, _ = light.towards
    slant = float(np.hypot(x, y))
    if slant < 1e-6 or light.explained < options.least_explained:
        return np.zeros(change.shape)
    # Noise has no direction: compare what is left of the changes after a blur.
    down, across = np.gradient(_blurred(change, smooth, _CALM_PX))
    along = (across * x + down * y) / slant
    beside = (down * x - across * y) / slant
    window = options.window_px
    noise = _NOISE**2
    ratio = (_blurred(along**2, smooth, window) + noise) / (
        _blurred(beside**2, smooth, window) + noise
    )
    hue = np.max(
        [np.abs(_band(sight.chroma[..., k], smooth, options.band_px)) for k in (0, 1)], axis=0
    )
    trust = _ramp(ratio, options.least_ratio, 2 * options.least_ratio)
    trust *= 1 - _ramp(
        _spread(np.abs(change), round(1.5 * options.band_px)),
        0.5 * options.most_contrast,
        options.most_contrast,
    )
    trust *= 1 - _ramp(
        _spread(hue, round(1.5 * options.band_px)), 0.5 * options.most_chroma, options.most_chroma
    )
    trust *= _ramp(np.abs(sight.normals[..., 2]), *_GRAZING)
    trust *= _ramp(_depth_inside(smooth), 1.0, _RIM_PX)
    trust *= _ramp(
        np.full(1, light.explained), options.least_explained, 1.6 * options.least_explained
    )
    return np.where(smooth, np.asarray(cv2.GaussianBlur(trust, (0, 0), 2.0)), 0.0)


def _depth_inside(mask: Bool[np.ndarray, "h w"]) -> Plane:
    """Return each pixel's distance to what is outside the mask or picture."""
    padded = np.pad(mask.astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance, np.float64)[1:-1, 1:-1]


def _spread(values: Plane, radius: int) -> Plane:
    """Return the largest value nearby."""
    size = 2 * radius + 1
    disc = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    return np.asarray(cv2.dilate(values, disc))


def _ramp(values: Float64[np.ndarray, "*s"], low: float, high: float) -> Float64[np.ndarray, "*s"]:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def _integrated(
    sight: SurfaceView,
    light: DirectionalLight,
    change: Plane,
    *,
    shading: Plane,
    trust: Plane,
    options: ReliefOptions,
) -> Plane:
    """Solve for the relief whose shading is the change of brightness.

    A step h towards the camera turns the normal by -(1 - n n') (dh/dx, dh/dy, 0) c, with c the
    cosine to the line of sight. Least squares over pixels; gradients that the light does not show
    stay small, and so do waves that are the draft's.
    """
    kept = trust > 1e-3
    kept = np.asarray(cv2.dilate(kept.astype(np.uint8), np.ones((5, 5), np.uint8))) > 0
    kept &= sight.there
    index = np.where(kept, np.cumsum(kept.reshape(-1)).reshape(kept.shape) - 1, -1)
    towards, normal = np.array(light.towards), sight.normals
    turned = towards - (normal @ towards)[..., None] * normal
    pull = -np.abs(normal[..., 2:]) * turned[..., :2] / shading[..., None]
    across, down = _differences(index, axis=1), _differences(index, axis=0)
    root = np.sqrt(trust[kept])
    sees = _rows_scaled(across, root * pull[kept][:, 0]) + _rows_scaled(
        down, root * pull[kept][:, 1]
    )
    calm = 0.02
    hold = calm * (1 / options.band_px) ** 2
    system = gram(sees) + calm * (gram(across) + gram(down))
    right = sees.T @ (root * change[kept])[:, None]
    found = solve(
        lambda field: system @ field + hold * field,
        right,
        diagonal=diagonal_of(system) + hold,
        most_steps=300,
    )
    result = np.zeros(change.shape)
    result[kept] = found[:, 0]
    result *= np.sqrt(np.clip(trust, 0, 1))
    return result


def _differences(index: Int64[np.ndarray, "h w"], *, axis: int) -> csr_matrix:
    """Return the matrix of differences to the next pixel; 0 where that is none of the pixels."""
    following = np.full(index.shape, -1, np.int64)
    if axis == 1:
        following[:, :-1] = index[:, 1:]
    else:
        following[:-1] = index[1:]
    count = int(index.max()) + 1
    pairs = (index >= 0) & (following >= 0)
    first, second = index[pairs], following[pairs]
    ones = np.ones(len(first))
    entries = np.concatenate([-ones, ones]), (np.tile(first, 2), np.concatenate([first, second]))
    return csr_matrix(entries, shape=(count, count))


def _rows_scaled(matrix: csr_matrix, factors: Float64[np.ndarray, " n"]) -> csr_matrix:
    """Multiply each row by a factor."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return csr_matrix((matrix.data * factors[rows], (rows, matrix.indices)), shape=matrix.shape)
