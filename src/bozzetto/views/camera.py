"""A pinhole camera. Frame: +x right, +y down, +z forward; pixel centres at +0.5.

Letters: n points.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from bozzetto.transforms import Points, Rigid


@dataclass(frozen=True, kw_only=True, eq=False)
class Camera:
    """Intrinsics and pose of one photograph; square pixels, no distortion."""

    width: int
    height: int
    focal_px: float
    centre_px: tuple[float, float]
    """Principal point (x, y)."""
    world_from_camera: Rigid

    def __post_init__(self) -> None:
        """Refuse cameras that see nothing."""
        if self.width < 1 or self.height < 1 or not self.focal_px > 0:
            raise ValueError("A camera needs a positive size and a positive focal length.")

    @property
    def position(self) -> Float64[np.ndarray, " 3"]:
        """The camera's centre in the world."""
        return self.world_from_camera.translation

    def project(
        self, points_in_world: Points
    ) -> tuple[Float64[np.ndarray, "n 2"], Float64[np.ndarray, " n"]]:
        """Project points to pixels.

        Returns:
            Pixel positions (x, y), and depths along the camera's +z in metres; positions of points
            at or behind the camera (depth <= 0) are meaningless.
        """
        points = self.world_from_camera.inverse().apply(points_in_world)
        depth = points[:, 2]
        scale = self.focal_px / np.where(np.abs(depth) < 1e-12, 1e-12, depth)
        return points[:, :2] * scale[:, None] + np.array(self.centre_px), depth

    def rays_in_world(self, pixels: Float64[np.ndarray, "n 2"]) -> Float64[np.ndarray, "n 3"]:
        """Return unit directions from the camera's centre through pixel positions (x, y)."""
        rays = np.concatenate(
            [(pixels - np.array(self.centre_px)) / self.focal_px, np.ones((len(pixels), 1))], axis=1
        )
        rays = self.world_from_camera.rotate(rays)
        return rays / np.linalg.norm(rays, axis=1, keepdims=True)

    def moved(self, step: Float64[np.ndarray, " 3"]) -> "Camera":
        """Return the camera at another place, looking the same way.

        Args:
            step: From the old place to the new one, in the world.
        """
        pose = self.world_from_camera
        return replace(
            self,
            world_from_camera=Rigid(
                rotation=pose.rotation.copy(), translation=pose.translation + step
            ),
        )

    def resized(self, *, width: int, height: int) -> "Camera":
        """Return the same view at another size in pixels, of the same aspect."""
        scale = width / self.width
        if abs(height - self.height * scale) > 1.0:
            raise ValueError("Camera.resized keeps the aspect ratio; crop instead.")
        x, y = self.centre_px
        return Camera(
            width=width,
            height=height,
            focal_px=self.focal_px * scale,
            centre_px=(x * scale, y * scale),
            world_from_camera=self.world_from_camera,
        )

    def cropped(self, *, x0: int, y0: int, width: int, height: int) -> "Camera":
        """Return the camera of a window of this picture whose top left pixel is (x0, y0)."""
        x, y = self.centre_px
        return Camera(
            width=width,
            height=height,
            focal_px=self.focal_px,
            centre_px=(x - x0, y - y0),
            world_from_camera=self.world_from_camera,
        )
