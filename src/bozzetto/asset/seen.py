"""What an engine says, pixel by pixel, of the surface that a photo shows.

The maps cover a square of the photo and may be coarser than it. Letters: h w rows and columns.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64


@dataclass(frozen=True, kw_only=True, eq=False)
class SeenMaps:
    """Predicted normals and material of the visible surface of one photo."""

    corner_px: tuple[float, float]
    """Photo position (x, y) of the maps' top left corner; may lie outside the photo."""
    pixel_px: float
    """Side of a map's pixel in photo pixels."""
    normals: Float32[np.ndarray, "h w 3"]
    """Unit, in the photo's camera frame."""
    albedo: Float32[np.ndarray, "h w 3"]
    """Linear, 0 to 1, light removed; in the network's own exposure."""
    roughness: Float32[np.ndarray, "h w"]
    """0 to 1."""
    metallic: Float32[np.ndarray, "h w"]
    """0 to 1."""

    def __post_init__(self) -> None:
        """Check that sizes agree, and lock the arrays."""
        shape = self.normals.shape[:2]
        for values in (self.normals, self.albedo, self.roughness, self.metallic):
            if values.shape[:2] != shape:
                raise ValueError("The maps of a photo must have one size.")
            values.setflags(write=False)
        if not self.pixel_px > 0:
            raise ValueError(f"A map's pixel must have a size above 0, got {self.pixel_px}.")

    def cells(self, pixels: Float64[np.ndarray, "n 2"]) -> Float64[np.ndarray, "n 2"]:
        """Turn photo positions (x, y) into positions (column, row) on the maps; centres at +0.5."""
        return (pixels - np.array(self.corner_px)) / self.pixel_px
