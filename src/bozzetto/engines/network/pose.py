"""Where one photo's camera stands in the frame of another one. Letters: n points."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

Rotation = Float64[np.ndarray, "3 3"]
Direction = Float64[np.ndarray, " 3"]
Points = Float64[np.ndarray, "n 3"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pose:
    """A similarity from a view's camera frame to the reference camera's, both in crop widths."""

    scale: float
    """Crop widths of the reference in one crop width of this view."""
    rotation: Rotation
    """Reference frame from this camera's frame."""
    translation: Direction
    """This camera's position in the reference frame."""

    @staticmethod
    def identity() -> "Pose":
        """Return the pose of the reference camera itself."""
        return Pose(scale=1.0, rotation=np.eye(3), translation=np.zeros(3))

    def apply(self, points_in_view: Points) -> Points:
        """Bring points of the view's camera frame into the reference frame."""
        return points_in_view @ (self.scale * self.rotation.T) + self.translation

    def inverse(self) -> "Pose":
        """Return the way back."""
        scale, rotation = 1 / self.scale, self.rotation.T.copy()
        return Pose(
            scale=scale, rotation=rotation, translation=-scale * (rotation @ self.translation)
        )

    def __matmul__(self, other: "Pose") -> "Pose":
        """Compose: `(a @ b).apply(x) == a.apply(b.apply(x))`."""
        return Pose(
            scale=self.scale * other.scale,
            rotation=self.rotation @ other.rotation,
            translation=self.scale * (self.rotation @ other.translation) + self.translation,
        )
