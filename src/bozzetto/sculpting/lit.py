"""What a photo's brightness says about light: a picture of the surface and how it is lit.

Letters: h w rows and columns, n pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.resample import sample
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

Plane = Float64[np.ndarray, "h w"]

_MARGIN = 4  # Pixels around the object.
_DARKEST = 0.02  # Linear; below it brightness is noise.
_ROUNDS = 4  # In which what the light does not explain is believed less.
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfaceView:
    """The surface as a camera sees it, on a grid of pixels around the object."""

    camera: Camera
    """Of this grid."""
    there: Bool[np.ndarray, "h w"]
    """Where both the mesh and the mask are."""
    depth: Plane
    """Metres along the camera's +z; 0 where nothing is."""
    normals: Float64[np.ndarray, "h w 3"]
    """Unit, camera frame."""
    predicted: Float64[np.ndarray, "h w 3"]
    """The engine's normals, else those of the surface; unit, camera frame."""
    brightness: Plane
    """Linear luminance of the photo."""
    chroma: Float64[np.ndarray, "h w 2"]
    """Shares of red and green."""


@dataclass(frozen=True, kw_only=True)
class DirectionalLight:
    """Brightness as a linear function of the normal: ambient plus one direction, times albedo."""

    ambient: float
    towards: tuple[float, float, float]
    """Camera frame; its length is the strength."""
    explained: float
    """Share of the brightness's variance that this explains, 0 to 1."""

    def shading(self, normals: Float64[np.ndarray, "h w 3"]) -> Plane:
        """Return the brightness that normals should have."""
        return np.maximum(self.ambient + normals @ np.array(self.towards), 1e-3)


def look(
    mesh: Mesh,
    foreground: Foreground,
    camera: Camera,
    *,
    longest_px: int,
    seen: SeenMaps | None = None,
) -> SurfaceView | None:
    """Bring mesh and photo onto one grid; None where the photo shows too little.

    Args:
        mesh: In front of the camera.
        foreground: The cut-out.
        camera: Of its size.
        longest_px: Longer side of the object on the grid; photos are not enlarged.
        seen: What the engine says of this photo, if it does.
    """
    rows, columns = np.nonzero(foreground.alpha >= 0.5)
    if len(rows) < 400:
        return None
    size = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    factor = max(1.0, size / longest_px)
    margin = int(np.ceil(_MARGIN * factor))
    x0, y0 = max(int(columns.min()) - margin, 0), max(int(rows.min()) - margin, 0)
    x1 = min(int(columns.max()) + margin + 1, camera.width)
    y1 = min(int(rows.max()) + margin + 1, camera.height)
    width, height = round((x1 - x0) / factor), round((y1 - y0) / factor)
    shrink = (x1 - x0) / width
    rgb = _averaged(foreground.linear_rgb[y0:y1, x0:x1], width=width, height=height)
    alpha = _averaged(foreground.alpha[y0:y1, x0:x1], width=width, height=height)
    cut = camera.cropped(x0=x0, y0=y0, width=x1 - x0, height=y1 - y0)
    centre = cut.centre_px
    view = Camera(
        width=width,
        height=height,
        focal_px=cut.focal_px / shrink,
        centre_px=(centre[0] / shrink, centre[1] / shrink),
        world_from_camera=cut.world_from_camera,
    )
    total = np.maximum(rgb.sum(axis=2), 3 * _DARKEST)
    depth, normals = _surface(mesh, view)
    corner = np.array([x0, y0], np.float64)
    predicted = normals if seen is None else _predicted(seen, view, corner=corner, shrink=shrink)
    return SurfaceView(
        camera=view,
        there=(alpha > 0.99) & (depth > 0),
        depth=depth,
        normals=normals,
        predicted=predicted,
        brightness=np.maximum(rgb @ _LUMINANCE, _DARKEST),
        chroma=rgb[..., :2] / total[..., None],
    )


def estimate_light(sight: SurfaceView) -> DirectionalLight:
    """Fit ambient light and one direction to the brightness of the whole object, robustly.

    Predicted normals serve best: they explain more of the brightness than a draft's own.
    """
    normals = sight.predicted[sight.there]
    brightness = sight.brightness[sight.there]
    columns = np.concatenate([np.ones((len(normals), 1)), normals], axis=1)
    weights = np.ones(len(normals))
    answer = np.zeros(4)
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)[:, None]
        answer = np.linalg.lstsq(columns * root, brightness * root[:, 0], rcond=None)[0]
        off = np.abs(brightness - columns @ answer)
        weights = 1 / np.maximum(off, 0.02 * float(brightness.mean()) + 1e-6)
    left = brightness - columns @ answer
    explained = 1 - float(np.var(left)) / max(float(np.var(brightness)), 1e-12)
    x, y, z = (float(v) for v in answer[1:])
    return DirectionalLight(
        ambient=float(answer[0]), towards=(x, y, z), explained=max(explained, 0.0)
    )


def _predicted(
    seen: SeenMaps, camera: Camera, *, corner: Float64[np.ndarray, " 2"], shrink: float
) -> Float64[np.ndarray, "h w 3"]:
    """Look the engine's normals up on the grid."""
    shape = (camera.height, camera.width)
    places = np.indices(shape).reshape(2, -1).T[:, ::-1] + 0.5
    found = sample(seen.normals, seen.cells(corner + places * shrink)).astype(np.float64)
    unit = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    return unit.reshape(*shape, 3)


def _averaged(
    picture: Float32[np.ndarray, "h w *c"], *, width: int, height: int
) -> Float64[np.ndarray, "r q *c"]:
    """Shrink a picture by area."""
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float64)


def _surface(mesh: Mesh, camera: Camera) -> tuple[Plane, Float64[np.ndarray, "h w 3"]]:
    """Cast depth and smooth normals, in the camera's frame."""
    places = np.indices((camera.height, camera.width)).reshape(2, -1).T[:, ::-1] + 0.5
    rays = camera.rays_in_world(places)
    origins = np.repeat(camera.position[None], len(rays), axis=0)
    hits = Raycaster(mesh.positions, mesh.triangles).first_hits(origins, rays)
    found = hits.found
    corners = vertex_normals(mesh.positions, mesh.triangles)[mesh.triangles[hits.triangle[found]]]
    smooth = np.einsum("nk,nkj->nj", hits.barycentric[found], corners).astype(np.float64)
    smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)
    rotation = camera.world_from_camera.rotation
    shape = (camera.height, camera.width)
    normals, depth = np.zeros((len(rays), 3)), np.zeros(len(rays))
    normals[found] = smooth @ rotation
    forward = rays[found] @ rotation[:, 2]
    depth[found] = hits.distance[found] * forward
    return depth.reshape(shape), normals.reshape(*shape, 3)
