"""Rigid transforms between named frames.

Names read right to left: `world_from_camera.apply(points_in_camera)` gives points in the world.
Letters: n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Shaped

Points = Shaped[np.ndarray, "n 3"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rigid:
    """A rotation followed by a translation: `y = rotation @ x + translation`."""

    rotation: Float64[np.ndarray, "3 3"]
    """Orthonormal, determinant +1."""
    translation: Float64[np.ndarray, " 3"]
    """In metres."""

    def __post_init__(self) -> None:
        """Check that the rotation is one, and lock the arrays."""
        gram = self.rotation @ self.rotation.T
        if not np.allclose(gram, np.eye(3), atol=1e-6) or np.linalg.det(self.rotation) < 0:
            raise ValueError("Rigid needs an orthonormal rotation of determinant +1.")
        self.rotation.setflags(write=False)
        self.translation.setflags(write=False)

    @staticmethod
    def identity() -> "Rigid":
        """Return the transform that changes nothing."""
        return Rigid(rotation=np.eye(3), translation=np.zeros(3))

    def apply(self, points: Points) -> Float64[np.ndarray, "n 3"]:
        """Transform points."""
        return points.astype(np.float64) @ self.rotation.T + self.translation

    def rotate(self, directions: Points) -> Float64[np.ndarray, "n 3"]:
        """Rotate directions; the translation does not touch them."""
        return directions.astype(np.float64) @ self.rotation.T

    def inverse(self) -> "Rigid":
        """Return the transform that undoes this one."""
        rotation = self.rotation.T.copy()
        return Rigid(rotation=rotation, translation=-rotation @ self.translation)

    def __matmul__(self, other: "Rigid") -> "Rigid":
        """Compose: `(a_from_b @ b_from_c).apply(x) == a_from_b.apply(b_from_c.apply(x))`."""
        return Rigid(
            rotation=self.rotation @ other.rotation,
            translation=self.rotation @ other.translation + self.translation,
        )


def is_rigid(matrices: Float64[np.ndarray, "*n 4 4"], *, tolerance: float = 1e-4) -> bool:
    """Tell whether homogeneous matrices only turn and move: no scale, shear or reflection."""
    rotation = matrices[..., :3, :3]
    gram = rotation @ np.swapaxes(rotation, -1, -2)
    return bool(
        np.allclose(gram, np.eye(3), atol=tolerance)
        and (np.linalg.det(rotation) > 0).all()
        and np.allclose(matrices[..., 3, :], (0, 0, 0, 1), atol=tolerance)
    )
