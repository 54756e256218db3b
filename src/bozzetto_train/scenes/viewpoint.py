"""Where a picture is taken from, and the view-aligned frustum that goes with it.

Camera frame: +x right, +y down, +z forward. The crop is a square of the picture plane that holds
the object; u, v in [-1, 1] are its coordinates. A point at crop coordinate u and depth z lies at
x = (cx + h u) z. The unit of length of the volume is s = 2 h D, D the mean depth of what is seen;
w = (z - D) / s. Letters: n points, v vertices.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.network.frustum import smallest_rotation
from bozzetto.engines.network.prediction import FARTHEST, NEAREST

NEAR, FAR = NEAREST, FARTHEST
"""Range of w that the volume covers."""
BINS = 96
"""Cells of the volume along the depth."""
FILL = 0.85
"""Share of the crop's side that the longer side of the object's box takes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Viewpoint:
    """A camera and the crop it looks through."""

    camera_from_world: Float64[np.ndarray, "3 3"]
    """Rotation; rows are the camera's right, down and forward in the world."""
    position: Float64[np.ndarray, " 3"]
    """Of the camera, in the world."""
    centre: tuple[float, float]
    """Of the crop, in tangent units (cx, cy)."""
    half: float
    """h: half the crop's side in tangent units."""

    def rays(self, size: int) -> Float32[np.ndarray, "n 3"]:
        """Return directions in the world through the pixels of the crop, row by row; depth 1."""
        steps = (np.arange(size) + 0.5) / size * 2 - 1
        x, y = np.meshgrid(
            self.centre[0] + self.half * steps, self.centre[1] + self.half * steps, indexing="xy"
        )
        rays = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3)
        return (rays @ self.camera_from_world).astype(np.float32)

    @property
    def up(self) -> Float64[np.ndarray, " 3"]:
        """The world's up in the camera frame turned to look through the crop's centre."""
        return turned_to(self.centre) @ self.camera_from_world[:, 1]


def turned_to(centre: tuple[float, float]) -> Float64[np.ndarray, "3 3"]:
    """Return the minimal rotation that brings the ray (cx, cy, 1) onto the z axis."""
    return smallest_rotation(np.array([*centre, 1.0]), np.array([0.0, 0.0, 1.0]))


def look_at_object(
    *,
    azimuth: float,
    elevation: float,
    roll: float,
    fov: float,
    fill: float,
    offset: tuple[float, float],
    positions: Float32[np.ndarray, "v 3"],
) -> Viewpoint:
    """Place a camera about an object at the origin and fit the crop to its outline.

    Args:
        azimuth: 0 looks at the front (+z), pi/2 at the object's left (+x); radians.
        elevation: Above the horizon, radians.
        roll: Of the camera about its axis, radians.
        fov: Field of view of the whole photo, radians.
        fill: Share of the photo that the object's bounding sphere takes, 0 to 1.
        offset: Where the object's centre stands in the photo, -1 to 1, before it would be cut off.
        positions: Vertices that the crop must hold.
    """
    outward = np.array(
        [
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
            np.cos(elevation) * np.cos(azimuth),
        ]
    )
    distance = 0.5 / (np.sin(fov / 2) * fill)
    right = np.cross(-outward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    down = np.cross(-outward, right)
    cos, sin = np.cos(roll), np.sin(roll)
    level = np.stack([cos * right + sin * down, -sin * right + cos * down, -outward])
    room = np.tan(fov / 2) * (1 - fill)
    shift = turned_to((offset[0] * room, offset[1] * room)).T
    camera_from_world = shift @ level
    position = outward * distance
    points = (positions - position) @ camera_from_world.T
    plane = points[:, :2] / points[:, 2:]
    low, high = plane.min(axis=0), plane.max(axis=0)
    centre = (low + high) / 2
    return Viewpoint(
        camera_from_world=camera_from_world,
        position=position,
        centre=(float(centre[0]), float(centre[1])),
        half=float((high - low).max() / 2 / FILL),
    )


def random_viewpoint(rng: np.random.Generator, positions: Float32[np.ndarray, "v 3"]) -> Viewpoint:
    """Draw the camera of a plausible product or prop photograph.

    Half of the views are near the front, the rest all around; elevation mostly 0 to 40 degrees.
    """
    near_front = rng.random() < 0.5
    azimuth = rng.normal(0, 0.7) if near_front else rng.uniform(0, 2 * np.pi)
    elevation = np.clip(np.deg2rad(rng.normal(17, 13)), np.deg2rad(-12), np.deg2rad(65))
    if rng.random() < 0.15:
        elevation = np.deg2rad(rng.uniform(-2, 3))
    exact = look_at_object(
        azimuth=azimuth,
        elevation=float(elevation),
        roll=float(np.deg2rad(rng.normal(0, 2.5))),
        fov=float(np.deg2rad(rng.uniform(20, 55))),
        fill=float(rng.uniform(0.5, 1.0)),
        offset=(float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1))),
        positions=positions,
    )
    # The box of an estimated mask is never exact.
    return Viewpoint(
        camera_from_world=exact.camera_from_world,
        position=exact.position,
        centre=(
            exact.centre[0] + exact.half * float(np.clip(rng.normal(0, 0.015), -0.05, 0.05)),
            exact.centre[1] + exact.half * float(np.clip(rng.normal(0, 0.015), -0.05, 0.05)),
        ),
        half=exact.half * float(np.clip(1 + rng.normal(0, 0.02), 0.94, 1.08)),
    )
