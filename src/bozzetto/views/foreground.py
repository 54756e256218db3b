"""An object cut out of its photograph: what every engine starts from.

Letters: h w rows and columns.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32


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

    def __post_init__(self) -> None:
        """Check that sizes agree, and lock the arrays."""
        if self.alpha.shape != self.linear_rgb.shape[:2]:
            raise ValueError("A foreground's alpha must have the size of its colours.")
        self.linear_rgb.setflags(write=False)
        self.alpha.setflags(write=False)
