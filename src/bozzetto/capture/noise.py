"""Sensor noise, from what is left in flat parts after taking away planes.

The mask of Immerkaer, "Fast noise variance estimation" (1996), in blocks: the calmest blocks hold
noise alone. Texture is told from noise by its correlation: averaging 2 x 2 pixels halves noise.
Letters: h w rows and columns of pixels; rows, columns of blocks.
"""

import cv2
import numpy as np
from jaxtyping import Float32

from bozzetto.capture.evidence import PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding

Plane = Float32[np.ndarray, "h w"]

_PLANE_FREE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
"""Blind to planes; white noise keeps its standard deviation."""
_MEAN_TO_SIGMA = float(np.sqrt(np.pi / 2))
_BLOCK_PX = 8
_CALMEST = 10.0
_DARKEST, _BRIGHTEST = 0.05, 0.95
"""Clipped parts hide noise, so they are not asked."""
_MIN_BLOCKS = 12
_LEAST_WHITENESS = 1.35
"""Noise falls by 2 when 2 x 2 pixels are averaged; after demosaicing and JPEG still by this."""


def find_noise(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge how grainy the object is."""
    zone = evidence.detail.zone.astype(np.float32)
    sigma = measure_noise(evidence.detail.luma, zone)
    if sigma is None or sigma <= options.noise:
        return []
    coarse = measure_noise(_halved(evidence.detail.luma), _halved(zone))
    if coarse is not None and sigma < _LEAST_WHITENESS * coarse:
        return []
    return [
        evidence.finding(
            "noise",
            f"The photo is grainy: noise of {sigma * 255:.0f} of 255 levels.",
            fix="Use more light or a lower ISO, or several exposures averaged.",
            measured=sigma,
            limit=options.noise,
        )
    ]


def measure_noise(luma: Plane, zone: Plane) -> float | None:
    """Return the noise's standard deviation; None where nothing is flat or inside the zone."""
    residual = np.abs(np.asarray(cv2.filter2D(luma, -1, _PLANE_FREE), np.float32))
    level = _block_means(luma)
    usable = (_block_means(zone) > 0.99) & (level > _DARKEST) & (level < _BRIGHTEST)
    if usable.sum() < _MIN_BLOCKS:
        return None
    return float(np.percentile(_block_means(residual)[usable], _CALMEST)) * _MEAN_TO_SIGMA


def _block_means(plane: Plane) -> Float32[np.ndarray, "rows columns"]:
    """Average blocks; what is left over at the right and bottom is dropped."""
    rows, columns = plane.shape[0] // _BLOCK_PX, plane.shape[1] // _BLOCK_PX
    cut = plane[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    return cut.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).mean(axis=(1, 3))


def _halved(plane: Plane) -> Float32[np.ndarray, "rows columns"]:
    """Average 2 x 2 pixels."""
    size = (max(1, plane.shape[1] // 2), max(1, plane.shape[0] // 2))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
