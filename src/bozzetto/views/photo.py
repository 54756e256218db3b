"""A decoded photograph.

Letters: h w rows and columns.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True, kw_only=True, eq=False)
class Photo:
    """A photograph in memory: upright, linear light, sRGB primaries."""

    name: str
    """The file's name, for messages and reports."""
    sha256: str
    """Hash of the file's bytes, lower-case hex; two photos with one hash are the same photo."""
    linear_rgb: Float32[np.ndarray, "h w 3"]
    """Linear light, 0 to 1, EXIF orientation applied, colour profile converted."""
    alpha: Float32[np.ndarray, "h w"] | None = None
    """The file's own alpha channel, 0 to 1; None where the file has none."""
    focal_px: float | None = None
    """Focal length in pixels of this picture, from EXIF; None where it is not known."""
    camera: str = ""
    """Make, model and lens, from EXIF; empty where they are not known."""
    bits_per_channel: int = 8
    """As stored in the file: 1, 8 or 16."""
    file_format: str = ""
    """The decoder's name for the format, as in `PNG`."""

    def __post_init__(self) -> None:
        """Check that alpha fits the picture, and lock the arrays."""
        if self.alpha is not None and self.alpha.shape != self.linear_rgb.shape[:2]:
            raise ValueError("A photo's alpha must have the size of its colours.")
        self.linear_rgb.setflags(write=False)
        if self.alpha is not None:
            self.alpha.setflags(write=False)

    @property
    def width(self) -> int:
        """Columns."""
        return self.linear_rgb.shape[1]

    @property
    def height(self) -> int:
        """Rows."""
        return self.linear_rgb.shape[0]
