"""Stand the surface upright in the asset frame, with the cameras that took the photos.

Letters: v vertices, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.network.frustum import Frustum
from bozzetto.engines.network.pose import Direction, Pose, Rotation
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Side

AZIMUTH_DEG = {Side.FRONT: 0.0, Side.LEFT: 90.0, Side.BACK: 180.0, Side.RIGHT: 270.0}
"""Where the camera of each side stands, from +z towards +x."""

_LEAST_ASIDE = 0.02  # Sine of the angle between up and the view below which azimuth means nothing.


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """From the reference camera's frame to the asset frame."""

    positions: Float32[np.ndarray, "v 3"]
    """Metres; longest side 1, standing on y = 0, centred on x and z."""
    rotation: Rotation
    """Asset frame from reference camera frame."""
    scale: float
    """Metres in a crop width."""
    origin: Direction
    """Where the asset's origin lies, rotated but not scaled yet."""

    def camera(self, pose: Pose, *, size_px: tuple[int, int], focal_px: float) -> Camera:
        """Return a photo's camera in the asset frame; its principal point is the middle."""
        centre = (self.rotation @ pose.translation - self.origin) * self.scale
        return Camera(
            width=size_px[0],
            height=size_px[1],
            focal_px=focal_px,
            centre_px=(size_px[0] / 2, size_px[1] / 2),
            world_from_camera=Rigid(rotation=self.rotation @ pose.rotation, translation=centre),
        )


def upright(up_in_camera: Direction, forward: Direction, *, azimuth_deg: float = 0.0) -> Rotation:
    """Return the rotation from a camera's frame to one with +y up and +z towards the camera.

    Args:
        up_in_camera: The object's up; unit.
        forward: Direction from the camera to the object.
        azimuth_deg: Where the camera stands instead of at +z, towards +x.
    """
    y = up_in_camera / np.linalg.norm(up_in_camera)
    ahead = forward / np.linalg.norm(forward)
    towards = -(ahead - (ahead @ y) * y)
    if np.linalg.norm(towards) < _LEAST_ASIDE:
        # Seen from straight above the picture's lower edge is the front; from below the upper one.
        down = np.array([0.0, 1.0, 0.0]) * np.sign(-(ahead @ y))
        towards = down - (down @ y) * y
    z = towards / np.linalg.norm(towards)
    return turned(azimuth_deg) @ np.stack([np.cross(y, z), y, z])


def turned(azimuth_deg: float) -> Rotation:
    """Return the rotation about +y that brings +z towards +x."""
    c, s = np.cos(np.radians(azimuth_deg)), np.sin(np.radians(azimuth_deg))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def forward_of(frustum: Frustum) -> Direction:
    """Return the direction from the camera through the crop's middle."""
    return np.array([frustum.centre[0], frustum.centre[1], 1.0])


def stand(points_in_camera: Float64[np.ndarray, "v 3"], *, rotation: Rotation) -> Standing:
    """Rotate a surface upright, scale it to one metre and put it on the ground."""
    points = points_in_camera @ rotation.T
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 1.0 / float((high - low).max())
    middle = (low + high) / 2
    origin = np.array([middle[0], low[1], middle[2]])
    placed = np.ascontiguousarray((points - origin) * scale, np.float32)
    placed[:, 1] -= placed[:, 1].min()  # Exactly 0, also after rounding.
    return Standing(positions=placed, rotation=rotation, scale=scale, origin=origin)
