"""From the coordinates of the view-aligned volume to space and back.

A photo pixel at crop coordinates (u, v) lies at camera x = (cx + h u) z, y = (cy + h v) z; depth w
lies at z = D + w s. Only ratios matter to one photo, so the unit of length is s = 2 h D, the crop's
width at the depth of the visible surface. Letters: n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Shaped

from bozzetto.engines.network.crop import Crop
from bozzetto.engines.network.prediction import NEAREST

Points = Float64[np.ndarray, "n 3"]

_NEAREST_SHARE = 0.85  # Of the way to the camera that the volume may reach.


@dataclass(frozen=True, kw_only=True)
class Frustum:
    """The part of space that a crop looks into."""

    centre: tuple[float, float]
    """The crop's middle (cx, cy) as tangents: (pixel - principal point) / focal length."""
    tan_half: float
    """h: the crop's half width as a tangent."""

    @property
    def distance(self) -> float:
        """Depth D of w = 0, in crop widths."""
        return 1 / (2 * self.tan_half)

    @property
    def depth_scale(self) -> float:
        """1; less for lenses so wide that the volume would reach behind the camera."""
        return min(1.0, _NEAREST_SHARE * self.distance / -NEAREST)

    def points_in_camera(self, uvw: Shaped[np.ndarray, "n 3"]) -> Points:
        """Turn volume coordinates (u, v, w) into camera coordinates, in crop widths."""
        z = self.distance + uvw[:, 2].astype(np.float64) * self.depth_scale
        x = (self.centre[0] + self.tan_half * uvw[:, 0]) * z
        y = (self.centre[1] + self.tan_half * uvw[:, 1]) * z
        return np.stack([x, y, z], axis=1)

    def coordinates(self, points_in_camera: Shaped[np.ndarray, "n 3"]) -> Points:
        """Turn camera coordinates into (u, v, w); meaningless behind the camera."""
        z = points_in_camera[:, 2].astype(np.float64)
        ahead = np.where(z > 1e-3, z, 1e-3)
        u = (points_in_camera[:, 0] / ahead - self.centre[0]) / self.tan_half
        v = (points_in_camera[:, 1] / ahead - self.centre[1]) / self.tan_half
        return np.stack([u, v, (z - self.distance) / self.depth_scale], axis=1)

    @property
    def camera_from_turned(self) -> Float64[np.ndarray, "3 3"]:
        """Rotation from the frame whose +z runs through the crop's middle: the smallest one."""
        return smallest_rotation(
            np.array([0.0, 0.0, 1.0]), np.array([self.centre[0], self.centre[1], 1.0])
        )


def frustum_of(crop: Crop, *, size_px: tuple[int, int], focal_px: float) -> Frustum:
    """Place a crop in front of a camera whose principal point is the middle of its picture.

    Args:
        crop: The crop.
        size_px: The photo's width and height.
        focal_px: The photo's focal length.
    """
    x, y = crop.centre_px
    return Frustum(
        centre=((x - size_px[0] / 2) / focal_px, (y - size_px[1] / 2) / focal_px),
        tan_half=crop.side_px / 2 / focal_px,
    )


def smallest_rotation(
    start: Float64[np.ndarray, " 3"], end: Float64[np.ndarray, " 3"]
) -> Float64[np.ndarray, "3 3"]:
    """Return the smallest rotation that turns one direction into another (Rodrigues)."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis, cosine = np.cross(a, b), float(a @ b)
    if cosine < -1 + 1e-9:
        raise ValueError("Opposite directions have no smallest rotation.")
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + cosine)
