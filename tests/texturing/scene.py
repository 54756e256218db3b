"""A painted ball and its photograph, with exact truth for every texel."""

from dataclasses import replace
from functools import cache

import numpy as np

from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.delight import DelightOptions
from bozzetto.texturing.surface import PosedForeground, TextureOptions, texture_mesh
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground
from tests.build import a_sphere

CENTRE = np.array([0, 0.5, 0], np.float32)
SUPERSAMPLES = 3


def smooth_paint(points):
    """Soft waves of colour, another phase for each channel."""
    phase = points @ np.array([[9.0, 3, 2], [2, 8, 5], [4, 2, 7]]) + np.array([0, 2, 4])
    return (0.4 + 0.3 * np.sin(phase)).astype(np.float32)


def striped_paint(points):
    """Hard black and white stripes, 16 to the metre."""
    stripe = np.floor(points[:, 0] * 16 + 0.5) % 2
    return np.repeat(0.05 + 0.8 * stripe[:, None], 3, axis=1).astype(np.float32)


def marked_paint(points):
    """Grey with a fine grain, and one red mark on the front."""
    grain = 0.03 * np.sin(points @ np.array([[90.0, 40, 60], [50, 80, 30], [70, 60, 90]]))
    colors = 0.35 + grain
    mark = (np.hypot(points[:, 0] - 0.1, points[:, 1] - 0.55) < 0.09) & (points[:, 2] > 0)
    colors[mark] = (0.6, 0.05, 0.05)
    return colors.astype(np.float32)


def camera_at(azimuth_deg, *, distance=2.5, size=256):
    """A level camera around the ball's centre; 0 degrees stands on +z, 90 on +x."""
    angle = np.deg2rad(azimuth_deg)
    back = np.array([np.sin(angle), 0, np.cos(angle)])
    right = np.array([np.cos(angle), 0, -np.sin(angle)])
    return Camera(
        width=size,
        height=size,
        focal_px=1.9 * size,
        centre_px=(size / 2, size / 2),
        world_from_camera=Rigid(
            rotation=np.stack([right, [0, -1, 0], -back], axis=1),
            translation=CENTRE + back * distance,
        ),
    )


def photograph(mesh, camera, paint):
    """Render paint on a mesh, with anti-aliased alpha and colours that reach past the edge."""
    k = SUPERSAMPLES
    rows, columns = np.mgrid[: camera.height * k, : camera.width * k].reshape(2, -1)
    rays = camera.rays_in_world((np.stack([columns, rows], 1) + 0.5) / k).astype(np.float32)
    origins = np.broadcast_to(camera.position.astype(np.float32), rays.shape)
    hits = Raycaster(mesh.positions, mesh.triangles).first_hits(origins, rays)
    colors = np.zeros((len(rays), 3), np.float32)
    found = hits.found
    colors[found] = paint(origins[found] + rays[found] * hits.distance[found, None])
    blocks = (camera.height, k, camera.width, k)
    alpha = found.reshape(blocks).mean((1, 3)).astype(np.float32)
    rgb = colors.reshape(*blocks, 3).mean((1, 3)) / np.maximum(alpha, 1e-6)[..., None]
    rgb[alpha == 0] = (1, 0, 1)  # A background nobody wants to see in a texture.
    return Foreground(
        name="ball.png", sha256="0" * 64, linear_rgb=rgb.astype(np.float32), alpha=alpha
    )


@cache
def unwrapped_ball(*, size=256, subdivisions=4):
    """The ball with texture coordinates."""
    ball = a_sphere(subdivisions=subdivisions)
    return unwrap(ball, options=UnwrapOptions(texture_size=size)).mesh


@cache
def a_textured_ball(*, paint=smooth_paint, azimuths_deg=(0,), size=256, photo_px=256):
    """The ball, textured from photos of the given sides."""
    ball = a_sphere(subdivisions=5)
    cameras = [camera_at(azimuth, size=photo_px) for azimuth in azimuths_deg]
    views = [PosedForeground(foreground=photograph(ball, c, paint), camera=c) for c in cameras]
    return texture_mesh(
        unwrapped_ball(size=size),
        high=ball,
        views=views,
        options=painted(size),
    )


def painted(size):
    """Options that take the photo's colours for paint, as the photographs here are unlit."""
    return TextureOptions(texture_size=size, delight=DelightOptions(strength=0.0))


def with_normals(mesh):
    """The mesh with smooth normals."""
    return replace(mesh, normals=vertex_normals(mesh.positions, mesh.triangles))


def psnr(found, wanted):
    """Peak signal to noise ratio in decibels, peak 1."""
    return -10 * np.log10(np.mean((found - wanted) ** 2))
