"""Cameras that show a whole object from its named sides.

Asset frame: +y up, front +z. Camera frame: +x right, +y down, +z forward.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera

SIX_SIDES = ("front", "right", "back", "left", "top", "bottom")
THREE_QUARTER = "three-quarter"

_AZIMUTH_AND_ELEVATION_DEG = {
    "front": (0.0, 0.0),
    "right": (90.0, 0.0),
    "back": (180.0, 0.0),
    "left": (270.0, 0.0),
    "top": (0.0, 90.0),
    "bottom": (0.0, -90.0),
    THREE_QUARTER: (35.0, 20.0),
}
_FIELD_OF_VIEW_DEG = 20.0  # A long lens: shapes look like themselves, yet not flat.


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedCamera:
    """A camera and the side it looks at."""

    name: str
    camera: Camera


def side_cameras(
    mesh: Mesh, *, size_px: int, names: tuple[str, ...] = SIX_SIDES, margin: float = 0.06
) -> tuple[NamedCamera, ...]:
    """Make square cameras for named sides, all at one distance, so that sizes compare.

    Args:
        mesh: The object.
        size_px: Width and height of the pictures.
        names: Any of `SIX_SIDES` and `THREE_QUARTER`. `right` is the object's +x side.
        margin: Empty share of the picture on each side around the largest view.
    """
    views = [(name, *_AZIMUTH_AND_ELEVATION_DEG[name]) for name in names]
    return _framed(mesh, views=views, size_px=size_px, margin=margin)


def turntable_cameras(
    mesh: Mesh,
    *,
    size_px: int,
    count: int,
    elevation_deg: float = 15.0,
    margin: float = 0.06,
) -> tuple[NamedCamera, ...]:
    """Make cameras evenly round the object, starting at the front and going to its +x side."""
    views = [(f"{360 * i / count:g}", 360.0 * i / count, elevation_deg) for i in range(count)]
    return _framed(mesh, views=views, size_px=size_px, margin=margin)


def orbit_camera(
    mesh: Mesh, *, size_px: int, azimuth_deg: float, elevation_deg: float, margin: float = 0.06
) -> Camera:
    """Make one camera that frames the object from a direction; azimuth 90 is its +x side."""
    views = [("view", azimuth_deg, elevation_deg)]
    return _framed(mesh, views=views, size_px=size_px, margin=margin)[0].camera


def _framed(
    mesh: Mesh, *, views: list[tuple[str, float, float]], size_px: int, margin: float
) -> tuple[NamedCamera, ...]:
    """Place cameras at the smallest common distance from which all views fit."""
    low, high = (corner.astype(np.float64) for corner in mesh.bounds)
    centre = (low + high) / 2
    points = mesh.positions.astype(np.float64) - centre
    slope = np.tan(np.radians(_FIELD_OF_VIEW_DEG) / 2) * (1 - 2 * margin)
    rotations = [_looking_at_centre(azimuth, elevation) for _, azimuth, elevation in views]
    # A point at (x, y, z) from the centre fits when |x| and |y| <= slope * (distance + z).
    distance = 1e-6
    for rotation in rotations:
        in_camera = points @ rotation
        reach = np.abs(in_camera[:, :2]).max(axis=1) / slope - in_camera[:, 2]
        distance = max(distance, float(reach.max()))
    focal_px = size_px / 2 / np.tan(np.radians(_FIELD_OF_VIEW_DEG) / 2)
    return tuple(
        NamedCamera(
            name=name,
            camera=Camera(
                width=size_px,
                height=size_px,
                focal_px=float(focal_px),
                centre_px=(size_px / 2, size_px / 2),
                world_from_camera=Rigid(
                    rotation=rotation, translation=centre - rotation[:, 2] * distance
                ),
            ),
        )
        for (name, _, _), rotation in zip(views, rotations, strict=True)
    )


def _looking_at_centre(azimuth_deg: float, elevation_deg: float) -> Float64[np.ndarray, "3 3"]:
    """Return the camera's axes in the world, as columns: right, down, forward."""
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    # Written out instead of crossing with the up axis, which fails straight above and below.
    right = np.array([np.cos(azimuth), 0, -np.sin(azimuth)])
    forward = -np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        ]
    )
    return np.stack([right, np.cross(forward, right), forward], axis=1)
