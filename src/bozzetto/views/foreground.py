"""An object cut out of its photograph: what every engine starts from.

Letters: h w rows and columns.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float32


class Side(StrEnum):
    """Which side of the object a photo shows, in the object's own words.

    `left` is the object's own left, as one speaks of a person's left hand: the camera stands on
    the asset's +x side, and what the object has in front points to the picture's left edge.
    """

    FRONT = "front"
    """The camera stands on the asset's +z side."""
    LEFT = "left"
    """+x."""
    BACK = "back"
    """-z."""
    RIGHT = "right"
    """-x."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Foreground:
    """The object's own colours and its alpha, at the photo's size."""

    name: str
    """The photo's name."""
    sha256: str
    """The photo's hash."""
    linear_rgb: Float32[np.ndarray, "h w 3"]
    """Colours with the background taken out of edge pixels, linear light, not premultiplied;
    also defined outside the object, so that a lookup across the edge meets no background."""
    alpha: Float32[np.ndarray, "h w"]
    """0 to 1."""
    focal_px: float | None = None
    """Focal length in pixels; None where it is not known."""
    side: Side | None = None
    """Which side of the object is seen, as a person said; None leaves it to the engine."""

    def __post_init__(self) -> None:
        """Check that sizes agree, and lock the arrays."""
        if self.alpha.shape != self.linear_rgb.shape[:2]:
            raise ValueError("A foreground's alpha must have the size of its colours.")
        self.linear_rgb.setflags(write=False)
        self.alpha.setflags(write=False)
