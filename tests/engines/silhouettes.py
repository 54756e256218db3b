"""Cut-outs to inflate, and the measure of a silhouette."""

import cv2
import numpy as np

from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.foreground import Foreground


def cut_out(alpha, *, seed=0, focal_px=None):
    """A foreground with that alpha and soft random colours."""
    rng = np.random.default_rng(seed)
    rgb = rng.random((*alpha.shape, 3), dtype=np.float32)
    rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 5), np.float32)
    return Foreground(
        name="cut.png", sha256=f"{seed:064x}", linear_rgb=rgb, alpha=alpha, focal_px=focal_px
    )


def a_blob(*, seed, height=150, width=170):
    """Alpha of a random shape: several pieces, bays, holes, soft edges."""
    noise = np.random.default_rng(seed).random((height, width), dtype=np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 9)
    y, x = np.mgrid[:height, :width]
    falloff = np.hypot((x - width / 2) / width, (y - height / 2) / height)
    level = (smooth - smooth.mean()) / smooth.std() + 1.2 - 5 * falloff
    return np.clip(level * 4 + 0.5, 0, 1).astype(np.float32)


def a_noisy_mask(*, seed, size=60):
    """Alpha of pixel noise: the nastiest topology there is."""
    noise = np.random.default_rng(seed).random((size, size), dtype=np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.2) > 0.5, np.float32)


def drawn(*shapes, height=400, width=400):
    """Anti-aliased alpha of filled polygons (lists of points) and of lines (points, thickness)."""
    canvas = np.zeros((height * 4, width * 4), np.uint8)
    for shape in shapes:
        points, thickness = shape if isinstance(shape, tuple) else (shape, None)
        corners = np.round(np.array(points, float) * 4).astype(np.int32)
        if thickness is None:
            cv2.fillPoly(canvas, [corners], 255)
        else:
            cv2.polylines(canvas, [corners], False, 255, round(thickness * 4))
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return (small / 255).astype(np.float32)


def silhouette(mesh, camera):
    """Which pixels of the photo the mesh covers, by casting a ray through each centre."""
    y, x = np.mgrid[: camera.height, : camera.width] + 0.5
    rays = camera.rays_in_world(np.stack([x, y], axis=-1).reshape(-1, 2))
    origins = np.broadcast_to(camera.position, rays.shape)
    blocked = Raycaster(mesh.positions, mesh.triangles).is_blocked(origins, rays)
    return blocked.reshape(camera.height, camera.width)


def iou(first, second):
    """Intersection over union of two masks."""
    return (first & second).sum() / (first | second).sum()
