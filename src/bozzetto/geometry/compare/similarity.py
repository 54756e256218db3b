"""Transforms that keep angles: scale, rotation, translation.

Letters: n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.transforms import Points


@dataclass(frozen=True, kw_only=True, eq=False)
class Similarity:
    """`y = scale * rotation @ x + translation`; named as in `truth_from_prediction`."""

    scale: float = 1.0
    """Above 0."""
    rotation: Float64[np.ndarray, "3 3"]
    """Orthonormal, determinant +1."""
    translation: Float64[np.ndarray, " 3"]

    def __post_init__(self) -> None:
        """Refuse what has no inverse."""
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"A similarity needs a finite scale above 0, got {self.scale}.")

    @staticmethod
    def identity() -> "Similarity":
        """Return the transform that changes nothing."""
        return Similarity(rotation=np.eye(3), translation=np.zeros(3))

    @staticmethod
    def turning(rotation: Float64[np.ndarray, "3 3"]) -> "Similarity":
        """Return a rotation about the origin."""
        return Similarity(rotation=rotation, translation=np.zeros(3))

    def apply(self, points: Points) -> Float64[np.ndarray, "n 3"]:
        """Transform points."""
        return self.scale * (points.astype(np.float64) @ self.rotation.T) + self.translation

    def rotate(self, directions: Points) -> Float64[np.ndarray, "n 3"]:
        """Rotate directions; scale and translation do not touch them."""
        return directions.astype(np.float64) @ self.rotation.T

    def inverse(self) -> "Similarity":
        """Return the transform that undoes this one."""
        rotation = np.ascontiguousarray(self.rotation.T)
        return Similarity(
            scale=1 / self.scale,
            rotation=rotation,
            translation=-(rotation @ self.translation) / self.scale,
        )

    def __matmul__(self, other: "Similarity") -> "Similarity":
        """Compose: `(a_from_b @ b_from_c).apply(x) == a_from_b.apply(b_from_c.apply(x))`."""
        return Similarity(
            scale=self.scale * other.scale,
            rotation=self.rotation @ other.rotation,
            translation=self.scale * (self.rotation @ other.translation) + self.translation,
        )


def fit_similarity(
    source: Float64[np.ndarray, "n 3"],
    target: Float64[np.ndarray, "n 3"],
    *,
    with_scale: bool,
    with_rotation: bool = True,
) -> Similarity:
    """Return the similarity that brings paired points together in the least-squares sense.

    Umeyama 1991, "Least-squares estimation of transformation parameters between two point
    patterns". Without `with_scale` the scale stays 1 (Kabsch); without `with_rotation` nothing is
    turned.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    centred, wanted = source - source_mean, target - target_mean
    rotation = np.eye(3)
    if with_rotation:
        u, _, vt = np.linalg.svd(wanted.T @ centred)
        signs = np.array([1.0, 1.0, 1.0 if np.linalg.det(u @ vt) >= 0 else -1.0])
        rotation = (u * signs) @ vt
    spread = float((centred**2).sum())
    along = float((wanted * (centred @ rotation.T)).sum())
    scale = along / spread if with_scale and spread > 0 else 1.0
    scale = scale if scale > 0 else 1.0  # All targets in one point: nothing tells the scale.
    return Similarity(
        scale=scale, rotation=rotation, translation=target_mean - scale * rotation @ source_mean
    )
