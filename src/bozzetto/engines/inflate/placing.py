"""Place the grid's surface in the asset frame and fit the photo's camera to it.

Points move along the rays of the photo only, so the silhouette stays exact whatever the depth. The
depth runs along the ray through the object's middle: an object off the photo's centre is seen
obliquely, and its front (+z) faces the camera all the same. Letters: v vertices, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.inflate.grid import WorkingGrid
from bozzetto.engines.lens import choose_focal_px, focal_px_from_fov
from bozzetto.findings import Finding
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

_ASSET_FROM_FACING = np.diag([1.0, -1.0, -1.0])  # y down and z away, to y up and z towards.
_DEEPEST = 0.35  # Of the distance to the camera; keeps the near side in front of the lens.


@dataclass(frozen=True, kw_only=True)
class LensOptions:
    """What to assume where the photo does not tell its focal length."""

    object_fov_deg: float = 30.0
    """Angle that the object's longer side spans; product shots are taken from some distance."""
    photo_fov_deg: float = 50.0
    """Upper limit of the angle of the whole photo's longer side, for small objects in it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """The surface in the asset frame, with the camera that took the photo."""

    positions: Float32[np.ndarray, "v 3"]
    """Metres; longest side 1, standing on y = 0, centred on x and z."""
    camera: Camera
    """At the photo's full size."""


def fit_lens(
    foreground: Foreground, grid: WorkingGrid, *, options: LensOptions = LensOptions()
) -> tuple[float, tuple[Finding, ...]]:
    """Return the focal length in pixels: as stated by the photo if believable, else assumed."""
    longest = float(max(foreground.alpha.shape))
    height, width = grid.inside.shape
    crop = max(width * grid.cell_px[0], height * grid.cell_px[1])
    assumed = max(
        focal_px_from_fov(crop, options.object_fov_deg),
        focal_px_from_fov(longest, options.photo_fov_deg),
    )
    return choose_focal_px(foreground, assumed_px=assumed)


def place(
    points: Float64[np.ndarray, "v 3"],
    *,
    grid: WorkingGrid,
    size_px: tuple[int, int],
    focal_px: float,
) -> Placed:
    """Turn grid points (u, v, w) into asset positions, and fit the camera.

    Args:
        points: Cells, as `GridSurface.points`.
        grid: Where cells lie in the photo.
        size_px: The photo's size (width, height).
        focal_px: The photo's focal length.
    """
    width, height = size_px
    centre = np.array([width / 2, height / 2])
    pixels = points[:, :2] * np.array(grid.cell_px) + np.array(grid.corner_px)
    middle = (pixels.min(axis=0) + pixels.max(axis=0)) / 2
    facing_from_camera = _rotation_to((middle - centre) / focal_px)
    rays = np.concatenate([(pixels - centre) / focal_px, np.ones((len(pixels), 1))], axis=1)
    rays = rays @ facing_from_camera.T
    rays /= rays[:, 2:]
    # One cell spans one unit at this distance: depth then has the scale of width.
    cells_per_radian = focal_px / float(np.mean(grid.cell_px))
    distance = cells_per_radian * float(np.hypot(1, np.linalg.norm((middle - centre) / focal_px)))
    depth = points[:, 2] * min(1.0, _DEEPEST * distance / max(points[:, 2].max(), 1e-9))
    facing = rays * (distance - depth)[:, None]
    return _standing(facing @ _ASSET_FROM_FACING, facing_from_camera, (width, height, focal_px))


def _rotation_to(slope: Float64[np.ndarray, " 2"]) -> Float64[np.ndarray, "3 3"]:
    """Turn the camera, yaw then pitch and never roll, until it faces along (slope, 1)."""
    x, y = slope
    yaw = np.arctan2(x, 1.0)
    pitch = np.arctan2(y, np.hypot(x, 1.0))
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    turn = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    tilt = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    return tilt @ turn


def _standing(
    positions: Float64[np.ndarray, "v 3"],
    facing_from_camera: Float64[np.ndarray, "3 3"],
    lens: tuple[int, int, float],
) -> Placed:
    """Scale to one metre and move onto the ground; the camera moves along."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    scale = 1.0 / float((high - low).max())
    middle = (low + high) / 2
    origin = np.array([middle[0], low[1], middle[2]])
    placed = np.ascontiguousarray((positions - origin) * scale, np.float32)
    placed[:, 1] -= placed[:, 1].min()  # Exactly 0, also after rounding.
    width, height, focal_px = lens
    camera = Camera(
        width=width,
        height=height,
        focal_px=focal_px,
        centre_px=(width / 2, height / 2),
        world_from_camera=Rigid(
            rotation=_ASSET_FROM_FACING @ facing_from_camera, translation=-origin * scale
        ),
    )
    return Placed(positions=placed, camera=camera)
