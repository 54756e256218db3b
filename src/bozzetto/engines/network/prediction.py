"""What the network says of one photo, in the frame of that photo's crop.

The *view-aligned volume* is a stack of slices across the optical axis. Crop coordinates u (right)
and v (down) run from -1 to 1; w is the depth along the optical axis in crop widths, 0 at the mean
depth of the visible surface. Letters: k slices, r q rows and columns of the volume, h w rows and
columns of the pictures, s side of the crop, n latent numbers.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Float64

NEAREST = -0.70
"""Depth w at which the volume starts."""
FARTHEST = 1.10
"""Depth w at which the volume ends."""
DISTANCE_PER_LOGIT = 0.006
"""Near the surface a logit is a distance to it in this many crop widths."""

_NARROWEST, _WIDEST = 0.03, 0.65  # Tangents of half angles that a lens can reasonably have.


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """The network's answer for one crop."""

    occupancy: Float32[np.ndarray, "k r q"]
    """Logits of the probability that a cell's centre lies inside; slices from near to far."""
    normals: Float32[np.ndarray, "h w 3"]
    """Of the visible surface, unit, camera frame."""
    albedo: Float32[np.ndarray, "h w 3"]
    """Of the visible surface, linear, 0 to 1, light removed."""
    hidden_albedo: Float32[np.ndarray, "h w 3"]
    """Of the farthest surface along each ray, linear, 0 to 1."""
    roughness: Float32[np.ndarray, "h w"]
    """0 to 1."""
    metallic: Float32[np.ndarray, "h w"]
    """0 to 1."""
    depth: Float32[np.ndarray, "h w"]
    """w of the visible surface."""
    up: Float64[np.ndarray, " 3"]
    """The object's up, unit, in the camera frame turned so that +z runs through the crop's centre;
    (0, -1, 0) for a level camera."""
    tan_half: float
    """Tangent of half the angle that the crop spans."""

    def __post_init__(self) -> None:
        """Refuse what cannot be decoded, and lock the arrays."""
        if self.occupancy.ndim != 3 or not np.isfinite(self.occupancy).all():
            raise ValueError("A prediction needs a finite volume.")
        if not abs(float(np.linalg.norm(self.up)) - 1) < 1e-3:
            raise ValueError("A prediction's up must be a unit vector.")
        for values in (self.occupancy, self.normals, self.albedo, self.hidden_albedo, self.depth):
            values.setflags(write=False)

    @property
    def believable_tan_half(self) -> float:
        """The predicted half angle, kept within what lenses have."""
        return float(np.clip(self.tan_half, _NARROWEST, _WIDEST))


@runtime_checkable
class Network(Protocol):
    """Whatever predicts a volume: ONNX Runtime in the product, analytic shapes in tests."""

    @property
    def side_px(self) -> int:
        """Side of the square picture it looks at."""
        ...

    @property
    def latent_size(self) -> int:
        """How many numbers choose among the plausible hidden sides."""
        ...

    def predict(
        self, image: Float32[np.ndarray, "4 s s"], latent: Float32[np.ndarray, " n"]
    ) -> Prediction:
        """Predict the volume behind one crop.

        Args:
            image: Straight sRGB colour and alpha, 0 to 1.
            latent: Zeros for the likeliest shape; samples of N(0, 1) for other ones.
        """
        ...
