"""Outlines in a picture, to a fraction of a pixel, and how far two of them are apart.

Pixel positions are (x, y), centres at +0.5. Letters: h w rows and columns, n m points.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64
from scipy.ndimage import label
from scipy.spatial import cKDTree
from skimage.measure import find_contours

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera

Pixels = Float64[np.ndarray, "n 2"]

REPORTED_PX = 1024
"""Longest side of the picture in whose pixels distances between outlines are told."""
_SPECK = 1 / 128  # Of the object; a real hole, between two birds' necks, was a 70th.
_LEAST_LENGTH = 2.0  # Steps; shorter outlines are noise.


@dataclass(frozen=True, kw_only=True, eq=False)
class Outline:
    """Points on the border between object and background, evenly spaced."""

    points: Pixels
    normals: Pixels
    """Unit, out of the object."""


@dataclass(frozen=True, kw_only=True)
class OutlineError:
    """Distances between two outlines, both ways, in pixels of a picture 1,024 px long."""

    median_px: float
    p95_px: float


def outline_of(alpha: Float32[np.ndarray, "h w"], *, spacing_px: float) -> Outline:
    """Trace where a coverage is one half; coverage goes on as 0 beyond the picture.

    Args:
        alpha: 0 to 1.
        spacing_px: Distance of the points.
    """
    lines = find_contours(np.pad(alpha, 1), 0.5)
    parts = [_resampled(line[:, ::-1] - 0.5, spacing_px) for line in lines]
    kept = [part for part in parts if len(part.points)]
    if not kept:
        return Outline(points=np.zeros((0, 2)), normals=np.zeros((0, 2)))
    return Outline(
        points=np.concatenate([part.points for part in kept]),
        normals=np.concatenate([part.normals for part in kept]),
    )


def hard_silhouette(mesh: Mesh, camera: Camera) -> Bool[np.ndarray, "h w"]:
    """Draw which pixels' centres see the mesh."""
    caster = Raycaster(mesh.positions, mesh.triangles)
    seen = np.zeros((camera.height, camera.width), bool)
    pixels, depth = camera.project(mesh.positions.astype(np.float64))
    size = np.array([camera.width, camera.height])
    low, high = np.zeros(2, np.int64), size
    if float(depth.min()) > 0:  # Else positions in the picture mean nothing.
        low = np.clip(np.floor(pixels.min(axis=0)), 0, size).astype(np.int64)
        high = np.clip(np.ceil(pixels.max(axis=0)), 0, size).astype(np.int64)
    window = seen[low[1] : high[1], low[0] : high[0]]
    if window.size == 0:
        return seen
    places = np.indices(window.shape).reshape(2, -1).T[:, ::-1] + (low + 0.5)
    rays = camera.rays_in_world(places)
    origins = np.repeat(camera.position[None], len(rays), axis=0)
    window[:] = caster.is_blocked(origins, rays).reshape(window.shape)
    return seen


def outline_error(mesh: Mesh, *, camera: Camera, alpha: Float32[np.ndarray, "h w"]) -> OutlineError:
    """Compare the mesh's hard silhouette at 1,024 px with the mask's outline, without its specks.

    A mesh that is out of sight is as far off as the picture is long.

    Args:
        mesh: Any closed mesh.
        camera: At the mask's size.
        alpha: The mask; its outline is where it is one half.
    """
    scale = REPORTED_PX / max(camera.width, camera.height)
    width, height = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    x, y = camera.centre_px
    view = Camera(
        width=width,
        height=height,
        focal_px=camera.focal_px * scale,
        centre_px=(x * scale, y * scale),
        world_from_camera=camera.world_from_camera,
    )
    drawn = outline_of(hard_silhouette(mesh, view).astype(np.float32), spacing_px=0.5).points
    wanted = mask_outline(alpha, spacing_px=0.5 / scale).points * scale
    if len(drawn) == 0 or len(wanted) == 0:
        return OutlineError(median_px=float(REPORTED_PX), p95_px=float(REPORTED_PX))
    there, _ = cKDTree(wanted).query(drawn)
    back, _ = cKDTree(drawn).query(wanted)
    median, p95 = np.quantile(np.concatenate([there, back]), (0.5, 0.95))
    return OutlineError(median_px=float(median), p95_px=float(p95))


def mask_outline(alpha: Float32[np.ndarray, "h w"], *, spacing_px: float) -> Outline:
    """Trace a mask without its specks; masks much finer than the spacing are averaged down first.

    Specks are holes and crumbs of less area than a square with a side of a 128th of the object:
    the mask's noise. They would pull the rim beside them in.
    """
    alpha = _without_specks(alpha)
    factor = int(spacing_px // 2) + 1
    if factor == 1:
        return outline_of(alpha, spacing_px=spacing_px)
    height, width = alpha.shape
    padded = np.pad(alpha, ((0, -height % factor), (0, -width % factor)))
    size = (padded.shape[1] // factor, padded.shape[0] // factor)
    small = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), np.float32)
    outline = outline_of(small, spacing_px=spacing_px / factor)
    return Outline(points=outline.points * factor, normals=outline.normals)


def _without_specks(alpha: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Fill small holes of a mask and drop its crumbs."""
    rows, columns = np.nonzero(alpha >= 0.5)
    if len(rows) == 0:
        return alpha
    least = (_SPECK * max(int(np.ptp(rows)), int(np.ptp(columns)))) ** 2
    result = alpha.copy()
    for covered, value in ((False, 1.0), (True, 0.0)):
        numbers, _ = label((result >= 0.5) == covered)
        small = np.bincount(numbers.ravel()) < least
        small[0] = False  # What is not of this kind.
        result[small[numbers]] = value
    return result


def _resampled(line: Pixels, spacing_px: float) -> Outline:
    """Put points on a line at even distances, with the normals of the line around them."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = int(along[-1] / spacing_px)
    if count < _LEAST_LENGTH:
        return Outline(points=np.zeros((0, 2)), normals=np.zeros((0, 2)))
    wanted = (np.arange(count) + 0.5) * along[-1] / count
    columns: list[Float64[np.ndarray, " n"]] = [
        np.interp(wanted, along, line[:, k]) for k in range(2)
    ]
    points = np.stack(columns, axis=1)
    # Neighbours on both sides: single steps of a contour zigzag. All lines are closed.
    tangents = np.roll(points, -2, axis=0) - np.roll(points, 2, axis=0)
    lengths = np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-12)
    # The object lies to the left in (row, column), as scikit-image winds its lines.
    normals = np.stack([tangents[:, 1], -tangents[:, 0]], axis=1) / lengths
    return Outline(points=points, normals=normals)
