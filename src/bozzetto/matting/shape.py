"""What the shape of a mask gives away. Letters: h w rows and columns."""

import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.findings import Region

Plane = Float32[np.ndarray, "h w"]


def bounds(inside: Bool[np.ndarray, "h w"]) -> Region | None:
    """Return the smallest box around the pixels that are set; None where there is none."""
    rows = np.flatnonzero(inside.any(axis=1))
    columns = np.flatnonzero(inside.any(axis=0))
    if len(rows) == 0:
        return None
    return Region(
        x0=int(columns[0]), y0=int(rows[0]), x1=int(columns[-1]) + 1, y1=int(rows[-1]) + 1
    )


def is_box(alpha: Plane) -> bool:
    """Tell whether a mask fills its own bounding box, as no photographed object does."""
    inside = alpha > 0.5
    box = bounds(inside)
    if box is None:
        return False
    return bool(inside[box.y0 : box.y1, box.x0 : box.x1].mean() > 0.995)


def looks_inverted(alpha: Plane) -> bool:
    """Tell whether a mask holds nearly all of the frame but not the middle."""
    inside = alpha > 0.5
    frame = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    height, width = inside.shape
    middle = inside[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return bool(frame.mean() > 0.9 and middle.mean() < 0.6 and not inside.all())
