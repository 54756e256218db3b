"""Analytic shapes photographed by known cameras, and a network that predicts them as the contract
says: what comes back must be the shape and the camera that went in."""

from dataclasses import dataclass, field

import numpy as np
import trimesh

from bozzetto.engines.inflate.grid import GridOptions, working_grid
from bozzetto.engines.network.crop import crop_around
from bozzetto.engines.network.frustum import frustum_of
from bozzetto.engines.network.prediction import (
    DISTANCE_PER_LOGIT,
    FARTHEST,
    NEAREST,
    Prediction,
)
from bozzetto.geometry.raycast import Raycaster
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

SIDE_PX, SLICES = 128, 64  # Smaller than the real network's: tests are quicker.


@dataclass(frozen=True)
class Shape:
    """A union of boxes (centre, half sizes) and balls (centre, radius), standing on y = 0."""

    boxes: tuple = ()
    balls: tuple = ()

    def distance(self, points):
        """Distance to the surface, positive inside (a bound inside unions)."""
        best = np.full(len(points), -np.inf)
        for centre, half in self.boxes:
            q = np.abs(points - np.array(centre)) - np.array(half)
            outside = np.linalg.norm(np.maximum(q, 0), axis=1)
            best = np.maximum(best, -(outside + np.minimum(q.max(axis=1), 0)))
        for centre, radius in self.balls:
            best = np.maximum(best, radius - np.linalg.norm(points - np.array(centre), axis=1))
        return best

    def mesh(self):
        """A soup of all parts."""
        parts = [
            trimesh.creation.box(extents=2 * np.array(h), transform=translated(c))
            for c, h in self.boxes
        ]
        for centre, radius in self.balls:
            ball = trimesh.creation.icosphere(subdivisions=4, radius=radius)
            ball.apply_translation(centre)
            parts.append(ball)
        return trimesh.util.concatenate(parts)

    def samples(self, count=4000):
        """Points on the outer surface."""
        rng = np.random.default_rng(0)
        mesh = self.mesh()
        corners = mesh.triangles[
            rng.choice(len(mesh.faces), 3 * count, p=mesh.area_faces / mesh.area)
        ]
        a, b = np.sort(rng.random((2, len(corners), 1)), axis=0)
        points = corners[:, 0] * a + corners[:, 1] * (b - a) + corners[:, 2] * (1 - b)
        return points[np.abs(self.distance(points)) < 2e-3][:count]


def translated(centre):
    matrix = np.eye(4)
    matrix[:3, 3] = centre
    return matrix


BALL = Shape(balls=(((0, 0.5, 0), 0.5),))
BOX = Shape(boxes=(((0, 0.5, 0), (0.35, 0.5, 0.22)),))
CHAIR = Shape(
    boxes=(
        ((0, 0.42, 0), (0.22, 0.03, 0.22)),
        ((0, 0.72, -0.2), (0.22, 0.28, 0.025)),
        *(((x, 0.21, z), (0.02, 0.21, 0.02)) for x in (-0.19, 0.19) for z in (-0.19, 0.19)),
    )
)
MUG = Shape(
    boxes=(((0, 0.5, 0), (0.3, 0.5, 0.3)), ((0.42, 0.5, 0.05), (0.14, 0.25, 0.05))),
    balls=(((0, 0.75, 0.3), 0.12),),
)


def a_camera(
    *, azimuth=0.0, elevation=10.0, fov=35.0, px=200, distance=None, aside=(0.0, 0.0), roll=0.0
):
    """A camera that looks at (0, 0.5, 0); `aside` turns it away, in radians (yaw, pitch)."""
    a, e = np.radians([azimuth, elevation])
    back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0, -np.sin(a)])
    rotation = np.stack([right, np.cross(-back, right), -back], axis=1)
    yaw, pitch = aside
    c, s, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ np.array(
        [[1, 0, 0], [0, cp, -sp], [0, sp, cp]]
    )
    turn = turn @ np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    focal = px / 2 / np.tan(np.radians(fov) / 2)
    away = distance or 1.6 / (2 * np.tan(np.radians(fov) / 2))
    return Camera(
        width=px,
        height=px,
        focal_px=focal,
        centre_px=(px / 2, px / 2),
        world_from_camera=Rigid(
            rotation=rotation @ turn, translation=np.array([0, 0.5, 0]) + away * back
        ),
    )


def photograph(
    shape, camera, *, color=(0.5, 0.5, 0.5), side=None, focal_known=False, name="shape.png"
):
    """The shape in one colour, its alpha exact to a ninth of a pixel."""
    fine = 3
    y, x = np.mgrid[: camera.height * fine, : camera.width * fine] + 0.5
    rays = camera.rays_in_world(np.stack([x, y], axis=-1).reshape(-1, 2) / fine)
    mesh = shape.mesh()
    caster = Raycaster(np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32))
    hit = caster.is_blocked(np.broadcast_to(camera.position, rays.shape), rays)
    alpha = (
        hit.reshape(camera.height, fine, camera.width, fine).mean(axis=(1, 3)).astype(np.float32)
    )
    rgb = np.broadcast_to(np.array(color, np.float32), (*alpha.shape, 3)).copy()
    return Foreground(
        name=name,
        sha256=f"{hash(color) % 2**64:064x}",
        linear_rgb=rgb,
        alpha=alpha,
        focal_px=camera.focal_px if focal_known else None,
        side=side,
    )


def predict(
    shape, camera, foreground, *, hidden_scale=1.0, side_px=SIDE_PX, hidden=(0.1, 0.2, 0.3)
):
    """The perfect prediction; `hidden_scale` gets the depth behind the visible surface wrong."""
    crop = crop_around(foreground, working_grid(foreground, options=GridOptions()))
    frustum = frustum_of(crop, size_px=(camera.width, camera.height), focal_px=camera.focal_px)
    depth, seen = visible_depth(shape, camera, crop, side_px)
    mean = float(depth[seen].mean())
    width = 2 * frustum.tan_half * mean  # Metres in a crop width.
    n = side_px // 2
    w = NEAREST + (np.arange(SLICES) + 0.5) / SLICES * (FARTHEST - NEAREST)
    front = ((depth / width) - frustum.distance)[1::2, 1::2]
    behind = np.maximum(w[:, None, None] - front, 0)
    bent = w[:, None, None] + behind * (1 / hidden_scale - 1)
    centres = (np.arange(n) + 0.5) / n * 2 - 1
    u, v = np.meshgrid(centres, centres)
    uvw = np.stack([np.broadcast_to(u, bent.shape), np.broadcast_to(v, bent.shape), bent], axis=-1)
    points = camera.world_from_camera.apply(frustum.points_in_camera(uvw.reshape(-1, 3)) * width)
    logits = np.clip(shape.distance(points) / width / DISTANCE_PER_LOGIT, -10, 10)
    up = frustum.camera_from_turned.T @ camera.world_from_camera.rotation.T @ np.array([0, 1.0, 0])
    flat = np.zeros((side_px, side_px, 3), np.float32)
    return Prediction(
        occupancy=logits.reshape(bent.shape).astype(np.float32),
        normals=flat + np.array([0, 0, -1], np.float32),
        albedo=flat + 0.5 * np.array(foreground.linear_rgb[0, 0]),
        hidden_albedo=flat + np.array(hidden, np.float32),
        roughness=flat[..., 0] + 0.5,
        metallic=flat[..., 0],
        depth=(depth / width - frustum.distance).astype(np.float32),
        up=up,
        tan_half=frustum.tan_half,
    )


def visible_depth(shape, camera, crop, side_px):
    """Depth along the optical axis at the crop's pixels; the object's distance where nothing is."""
    at = (np.arange(side_px) + 0.5) / side_px * crop.side_px
    x, y = np.meshgrid(at + crop.corner_px[0], at + crop.corner_px[1])
    rays = camera.rays_in_world(np.stack([x, y], axis=-1).reshape(-1, 2))
    mesh = shape.mesh()
    caster = Raycaster(np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32))
    hits = caster.first_hits(np.broadcast_to(camera.position, rays.shape), rays)
    depth = hits.distance * (rays @ camera.world_from_camera.rotation[:, 2])
    depth = np.where(hits.found, depth, depth[hits.found].mean())
    return depth.reshape(side_px, side_px), hits.found.reshape(side_px, side_px)


@dataclass
class StubNetwork:
    """Knows photos by their colour and answers with what was prepared for them."""

    colors: list = field(default_factory=list)
    predictions: list = field(default_factory=list)
    side_px: int = SIDE_PX
    latent_size: int = 16

    def teach(self, foreground, prediction):
        self.colors.append(np.array(foreground.linear_rgb[0, 0]))
        self.predictions.append(prediction)

    def predict(self, image, latent):
        from bozzetto.imaging.color import linear_from_srgb

        middle = linear_from_srgb(np.ascontiguousarray(image[:3, 0, 0]))
        which = np.argmin([np.abs(middle - color).sum() for color in self.colors])
        prediction = self.predictions[which]
        if not latent.any():
            return prediction
        # Other latents: deeper or flatter behind the middle of the object.
        w = NEAREST + (np.arange(SLICES) + 0.5) / SLICES * (FARTHEST - NEAREST)
        push = np.clip(w - 0.1, 0, None)[:, None, None] * np.float32(10 * np.sign(latent.sum()))
        occupancy = np.asarray(prediction.occupancy + push, np.float32)
        return Prediction(**{**vars(prediction), "occupancy": occupancy})


COLORS = [(0.6, 0.2, 0.2), (0.2, 0.6, 0.2), (0.2, 0.2, 0.6), (0.6, 0.6, 0.1)]


def photographed(shape, cameras, *, sides=None, hidden_scale=1.0, focal_known=False):
    """Foregrounds of a shape, and a network that knows them."""
    network = StubNetwork()
    photos = []
    for k, camera in enumerate(cameras):
        side = sides[k] if sides else None
        photo = photograph(shape, camera, color=COLORS[k], side=side, focal_known=focal_known)
        network.teach(photo, predict(shape, camera, photo, hidden_scale=hidden_scale))
        photos.append(photo)
    return photos, network
