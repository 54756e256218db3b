"""What belongs to the object in a photograph: a soft mask and the strokes that correct it.

Letters: h w rows and columns, n points.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float32

MAX_RADIUS_PX = 1e5
"""Radii of strokes stay below it."""
MAX_COORDINATE_PX = 1e6
"""Strokes may leave their photo, but not by more than this."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mask:
    """How much of each pixel is object."""

    alpha: Float32[np.ndarray, "h w"]
    """0 (background) to 1 (object), at the photo's size."""
    source: str
    """Who made it: `alpha-channel`, `user`, or the name of a matting model."""
    confidence: float = 1.0
    """0 to 1; 1 for masks a person gave."""

    def __post_init__(self) -> None:
        """Check the range, and lock the array."""
        if not (self.alpha.min() >= 0 and self.alpha.max() <= 1):
            raise ValueError("A mask's alpha must stay within 0 and 1 and hold no NaN.")
        self.alpha.setflags(write=False)


class StrokeKind(StrEnum):
    """What a stroke says of the pixels under it."""

    KEEP = "keep"
    """They belong to the object."""
    REMOVE = "remove"
    """They are background."""
    UNSURE = "unsure"
    """Look again: the mask is not to be trusted here."""


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A polyline painted over a photograph by a person."""

    kind: StrokeKind
    radius_px: float
    """Half the brush's width: above 0, below 100,000."""
    points: tuple[tuple[float, float], ...]
    """Corners as (x, y) in pixels of the photo, pixel centres at +0.5; one point makes a dot."""

    def __post_init__(self) -> None:
        """Refuse strokes that cannot be drawn."""
        if not self.points:
            raise ValueError("A stroke needs at least one point.")
        if not all(
            abs(x) <= MAX_COORDINATE_PX and abs(y) <= MAX_COORDINATE_PX for x, y in self.points
        ):
            raise ValueError("A stroke's points must be finite and lie within a million pixels.")
        if not 0 < self.radius_px < MAX_RADIUS_PX:
            raise ValueError(f"A stroke's radius_px must be above 0, got {self.radius_px}.")

    @property
    def corners(self) -> Float32[np.ndarray, "n 2"]:
        """The points as an array."""
        return np.array(self.points, np.float32)
