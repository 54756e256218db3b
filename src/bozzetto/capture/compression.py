"""Damage by JPEG: steps across the grid of 8 x 8 blocks.

A step is compared with the change on either side of it, so that edges and texture cancel out; the
grid's phase is searched for, because the picture may have been cropped since.
Letters: h w rows and columns, n columns.
"""

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.capture.evidence import PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding
from bozzetto.imaging.color import luminance, srgb_from_linear
from bozzetto.views.photo import Photo

Plane = Float32[np.ndarray, "h w"]

_BLOCK_PX = 8
_WINDOW_PX = 1536
"""Side of the native window that is looked at; larger photos show the same in a part."""
_MIN_SIDE_PX = 64
_LEAST_STEP = 0.5 / 255
"""Mean step in luma below which blocks cannot be seen, whatever the ratio."""


def find_jpeg_damage(
    photo: Photo, evidence: PreparedPhoto, *, options: AdviceOptions
) -> list[Finding]:
    """Judge how far compression has broken the picture into blocks."""
    ratio = measure_blockiness(_window(photo, evidence))
    if ratio <= options.blockiness:
        return []
    return [
        evidence.finding(
            "compression.jpeg",
            f"JPEG compression has broken the picture into blocks ({ratio:.1f} times the steps "
            "elsewhere).",
            fix="Use the original file, or save with a quality of 90 or more.",
            measured=ratio,
            limit=options.blockiness,
        )
    ]


def measure_blockiness(luma: Plane) -> float:
    """Return how much larger steps on the JPEG grid are than others; 1 where there is no grid."""
    if min(luma.shape) < _MIN_SIDE_PX:
        return 1.0
    return min(_grid_ratio(luma), _grid_ratio(luma.T))


def _grid_ratio(luma: Plane) -> float:
    """Compare the mean step of the strongest of 8 phases with the median of the others."""
    change = np.abs(np.diff(luma, axis=1))
    step = change[:, 1:-1] - 0.5 * (change[:, :-2] + change[:, 2:])
    level = change[:, 1:-1]
    columns = np.clip(step, 0, None).mean(axis=0, dtype=np.float64)
    phases = _by_phase(columns)
    best = int(phases.argmax())
    others = np.delete(phases, best)
    if phases[best] * 2 < _LEAST_STEP or level.size == 0:
        return 1.0
    return float(phases[best] / max(float(np.median(others)), 1e-5))


def _by_phase(columns: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " 8"]:
    """Average columns that are a block's width apart."""
    whole = len(columns) // _BLOCK_PX * _BLOCK_PX
    return columns[:whole].reshape(-1, _BLOCK_PX).mean(axis=0)


def _window(photo: Photo, evidence: PreparedPhoto) -> Plane:
    """Return native luma of the object's box with a margin, or of the middle of a large one."""
    box = evidence.box
    middle = ((box.x0 + box.x1) // 2, (box.y0 + box.y1) // 2)
    half = [
        min(_WINDOW_PX, int(1.2 * side) + 16) // 2 for side in (box.x1 - box.x0, box.y1 - box.y0)
    ]
    rows = slice(max(0, middle[1] - half[1]), middle[1] + half[1])
    columns = slice(max(0, middle[0] - half[0]), middle[0] + half[0])
    return srgb_from_linear(luminance(photo.linear_rgb[rows, columns]))
