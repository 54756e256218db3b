"""Cameras as plain numbers: how records, reports and the service write them."""

from dataclasses import dataclass

import numpy as np

from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera


@dataclass(frozen=True, kw_only=True)
class CameraRecord:
    """A fitted camera: +x right, +y down, +z forward, pixel centres at +0.5."""

    width: int
    height: int
    focal_px: float
    centre_px: tuple[float, float]
    world_from_camera_rotation: tuple[tuple[float, float, float], ...]
    """Rows. The world is the asset's frame: +y up, front +z, metres."""
    world_from_camera_translation: tuple[float, float, float]
    """Metres."""


def record_of_camera(camera: Camera) -> CameraRecord:
    """Turn a camera into plain numbers."""
    rotation = camera.world_from_camera.rotation
    x, y, z = (float(v) for v in camera.world_from_camera.translation)
    return CameraRecord(
        width=camera.width,
        height=camera.height,
        focal_px=float(camera.focal_px),
        centre_px=(float(camera.centre_px[0]), float(camera.centre_px[1])),
        world_from_camera_rotation=tuple((float(a), float(b), float(c)) for a, b, c in rotation),
        world_from_camera_translation=(x, y, z),
    )


def camera_of_record(record: CameraRecord) -> Camera:
    """Turn plain numbers back into a camera."""
    return Camera(
        width=record.width,
        height=record.height,
        focal_px=record.focal_px,
        centre_px=record.centre_px,
        world_from_camera=Rigid(
            rotation=np.array(record.world_from_camera_rotation, np.float64),
            translation=np.array(record.world_from_camera_translation, np.float64),
        ),
    )
