"""What a photograph shows of points on a surface.

Letters: n points, h w rows and columns of the range image, k look-ups around a pixel.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera

Points = Float32[np.ndarray, "n 3"]
Shares = Float32[np.ndarray, " n"]

_RANGE_IMAGE_PX = 640  # Longest side; finer ones cost time and change nothing visible.
_FADE_PX = (1.5, 3.0)  # Rings around a pixel, in pixels of the range image.
_FADE_DIRECTIONS = 8
_SUNK = 0.3  # Of the tolerance: up to which a point counts as the first surface itself.
_NEAR = 2.5  # In tolerances: farther in front of the surface, a point floats.
_STEEPEST = 6.0  # Tangent of the slope up to which the tolerance follows the surface.


@dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """How one photo shows some points of the surface."""

    pixels: Float32[np.ndarray, "n 2"]
    """Where they stand in the picture (x, y)."""
    facing: Shares
    """Cosine between the normal and the direction to the camera; below 0: turned away."""
    seen: Shares
    """1: nothing stands in front; falls to 0 towards the outline of whatever does."""
    floating: Bool[np.ndarray, " n"]
    """The point stands clear of the surface that the photo shows there: its colour is not the
    point's. Only points that are not on the surface can."""


class Observer:
    """A camera in front of a surface; build once per photo, query often."""

    def __init__(self, camera: Camera, surface: Raycaster, *, tolerance: float) -> None:
        """Render the range image.

        Args:
            camera: At any size.
            surface: What may stand in the way.
            tolerance: How far behind the first surface a point still counts as on it, in metres.
        """
        self._camera = camera
        self._surface = surface
        self._tolerance = tolerance
        self._cell_px = max(1.0, max(camera.width, camera.height) / _RANGE_IMAGE_PX)
        self._ranges = self._range_image()
        self._nearest = _nearest_around(self._ranges)
        self._uneven = self._steps_nearby()

    def before(self, surface: Raycaster) -> "Observer":
        """Return the same camera in front of another surface."""
        return Observer(self._camera, surface, tolerance=self._tolerance)

    def facing(self, points: Points, normals: Points) -> Shares:
        """Return the cosines between normals and directions to the camera."""
        return self._facing(normals, self._to_camera(points)[0])

    def look_at(self, points: Points, normals: Points) -> Sight:
        """Judge points by exact rays, softened at the outlines of what hides them."""
        pixels, depth = self._camera.project(points)
        ahead = depth > 0
        to_camera, distance = self._to_camera(points)
        facing = self._facing(normals, to_camera)
        slack = self._slack(facing, distance, cells=1.0)
        first = self._first_range(to_camera)
        seen = ahead & (distance <= first + slack)
        # What sinks behind the first surface little by little fades little by little.
        sunk = np.where(seen, distance - np.minimum(first, distance), 0) / slack
        clear = np.clip((1 - sunk) / (1 - _SUNK), 0, 1)
        pixels = pixels.astype(np.float32)
        nearest = distance - self._slack(facing, distance, cells=max(_FADE_PX))
        unhidden = self._share_unhidden(pixels, nearest, seen)
        return Sight(
            pixels=pixels,
            facing=facing,
            seen=np.where(seen, unhidden * clear, 0).astype(np.float32),
            floating=seen & ~(first <= distance + _NEAR * slack),
        )

    def _to_camera(self, points: Points) -> tuple[Points, Shares]:
        """Return unit directions to the camera, and how far it is."""
        away = (self._camera.position - points).astype(np.float32)
        distance = np.maximum(np.linalg.norm(away, axis=1), np.float32(1e-9))
        return away / distance[:, None], distance.astype(np.float32)

    @staticmethod
    def _facing(normals: Points, to_camera: Points) -> Shares:
        """Return cosines of unit vectors."""
        return np.einsum("ij,ij->i", normals, to_camera).astype(np.float32)

    def _slack(self, facing: Shares, distance: Shares, *, cells: float) -> Shares:
        """Return the tolerance for each point, so many cells of the range image around it.

        A steep surface runs deep within one cell.
        """
        cosine = np.maximum(np.abs(facing), 1e-3)
        slope = np.minimum(np.sqrt(np.maximum(1 - cosine**2, 0)) / cosine, _STEEPEST)
        reach = distance * np.float32(cells * self._cell_px / self._camera.focal_px)
        return (self._tolerance + reach * slope).astype(np.float32)

    def _first_range(self, to_camera: Points) -> Shares:
        """Return how far from the camera the first surface stands in each direction."""
        origin = np.broadcast_to(self._camera.position.astype(np.float32), to_camera.shape)
        return self._surface.first_hits(origin, -to_camera).distance

    def _range_image(self) -> Float32[np.ndarray, "h w"]:
        """Render distances from the camera; infinite where nothing is met."""
        height = int(np.ceil(self._camera.height / self._cell_px))
        width = int(np.ceil(self._camera.width / self._cell_px))
        rows, columns = np.mgrid[:height, :width].reshape(2, -1)
        centres: Float64[np.ndarray, "n 2"] = np.stack([columns, rows], axis=1) + 0.5
        rays = self._camera.rays_in_world(centres * self._cell_px).astype(np.float32)
        return self._first_range(-rays).reshape(height, width)

    def _steps_nearby(self) -> Bool[np.ndarray, "h w"]:
        """Mark cells near which something stands well in front of something else."""
        finite = np.where(np.isfinite(self._ranges), self._ranges, np.float32(0))
        farthest = np.asarray(cv2.dilate(finite, _around()))
        return farthest - self._nearest > self._tolerance

    def _share_unhidden(
        self, pixels: Float32[np.ndarray, "n 2"], limit: Shares, asked: Bool[np.ndarray, " n"]
    ) -> Shares:
        """Return how much of each pixel's neighbourhood is not in front of the point.

        Percentage-closer filtering (Reeves et al., 1987). At an outline half of the neighbourhood
        is in front, so the share is stretched to reach 0 there.
        """
        height, width = self._ranges.shape
        cells = np.clip(pixels / np.float32(self._cell_px), 0, (width, height))
        cell = np.minimum(cells.astype(np.int32), (width - 1, height - 1))
        share = np.ones(len(pixels), np.float32)
        before = self._nearest[cell[:, 1], cell[:, 0]] < limit
        near_step = np.flatnonzero(asked & before & self._uneven[cell[:, 1], cell[:, 0]])
        free = np.zeros(len(near_step), np.float32)
        for offset in _fade_offsets():
            around = (cells[near_step] + offset).astype(np.int32)
            around = np.clip(around, 0, (width - 1, height - 1))
            free += self._ranges[around[:, 1], around[:, 0]] >= limit[near_step]
        free /= len(_FADE_PX) * _FADE_DIRECTIONS
        share[near_step] = np.clip(2 * free - 0.9, 0, 1)
        return share


def _around() -> UInt8[np.ndarray, "k k"]:
    """Return the cells that the look-ups around a pixel can reach."""
    side = 2 * int(np.ceil(max(_FADE_PX))) + 1
    return np.ones((side, side), np.uint8)


def _nearest_around(ranges: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return the nearest range that a look-up around each cell can find."""
    return np.asarray(cv2.erode(ranges, _around()), np.float32)


def _fade_offsets() -> Float32[np.ndarray, "k 2"]:
    """Return the look-ups around a pixel, on rings."""
    angles = np.arange(_FADE_DIRECTIONS) * (2 * np.pi / _FADE_DIRECTIONS)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.concatenate([ring * radius for radius in _FADE_PX]).astype(np.float32)
