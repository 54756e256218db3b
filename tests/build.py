"""Makers of small inputs, shared by all tests."""

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo


def a_disc(*, height=96, width=128, radius=30.0, centre=None):
    """Alpha of an anti-aliased disc, float32 (height, width)."""
    cy, cx = centre or (height / 2, width / 2)
    y, x = np.mgrid[:height, :width] + 0.5
    return np.clip(radius - np.hypot(x - cx, y - cy) + 0.5, 0, 1).astype(np.float32)


def a_photo(*, seed=0, height=96, width=128, name="photo.png", alpha=None):
    """A textured picture with soft structure; the same seed gives the same pixels."""
    rng = np.random.default_rng(seed)
    rgb = rng.random((height, width, 3), dtype=np.float32) * 0.2 + 0.3
    return Photo(name=name, sha256=f"{seed:064x}", linear_rgb=rgb, alpha=alpha)


def a_mask(*, height=96, width=128, radius=30.0):
    """The mask of a disc in the middle."""
    return Mask(alpha=a_disc(height=height, width=width, radius=radius), source="user")


def a_foreground(*, seed=0, height=96, width=128, radius=30.0, focal_px=None):
    """A textured disc, cut out."""
    photo = a_photo(seed=seed, height=height, width=width)
    return Foreground(
        name=photo.name,
        sha256=photo.sha256,
        linear_rgb=np.array(photo.linear_rgb),
        alpha=a_disc(height=height, width=width, radius=radius),
        focal_px=focal_px,
    )


def a_front_camera(*, width=128, height=96, distance=3.0, focal_px=150.0, target_height=0.5):
    """A camera on the +z side of the asset, looking along -z, upright."""
    rotation = np.diag([1.0, -1.0, -1.0])  # Camera x right, y down, z into the scene.
    return Camera(
        width=width,
        height=height,
        focal_px=focal_px,
        centre_px=(width / 2, height / 2),
        world_from_camera=Rigid(
            rotation=rotation, translation=np.array([0.0, target_height, distance])
        ),
    )


def a_sphere(*, subdivisions=3, radius=0.5):
    """A watertight sphere that stands on y = 0."""
    import trimesh

    ball = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    positions = np.asarray(ball.vertices, np.float32) + np.array([0, radius, 0], np.float32)
    return Mesh(positions=positions, triangles=np.asarray(ball.faces, np.int32))
