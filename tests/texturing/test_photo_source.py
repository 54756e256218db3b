import numpy as np
import pytest

from bozzetto.imaging.color import linear_from_srgb
from bozzetto.texturing.photo_source import NUM_LEVELS, prepare_photo
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground
from tests.build import a_disc


def a_camera(height, width):
    return Camera(
        width=width,
        height=height,
        focal_px=200.0,
        centre_px=(width / 2, height / 2),
        world_from_camera=Rigid.identity(),
    )


def a_source(rgb, alpha, *, texels_per_pixel=1.0):
    foreground = Foreground(name="x", sha256="", linear_rgb=rgb.astype(np.float32), alpha=alpha)
    camera = a_camera(*alpha.shape)
    return prepare_photo(foreground, camera, texels_per_pixel=texels_per_pixel), camera


def in_source(source, camera, pixels):
    """Pixel positions of the photo, in the pixels of the prepared picture."""
    depth = np.full((len(pixels), 1), 2.0)
    points = np.concatenate([(pixels - camera.centre_px) / camera.focal_px * depth, depth], axis=1)
    return source.camera.project(points)[0].astype(np.float32)


def a_gradient(height, width):
    """Linear in sRGB, so that every interpolation should hit it exactly."""
    y, x = np.mgrid[:height, :width] + 0.5
    encoded = np.stack([x / width, y / height, (x + y) / (width + height)], axis=-1)
    return linear_from_srgb(encoded.astype(np.float32))


@pytest.mark.parametrize("texels_per_pixel", [2.0, 0.5, 0.21])
@pytest.mark.parametrize("centre", [(60, 80), (30, 140)])
def test_colours_stand_where_they_stood_at_any_scale_and_blur(texels_per_pixel, centre):
    rgb, alpha = a_gradient(120, 160), a_disc(height=120, width=160, radius=40, centre=centre)
    source, camera = a_source(rgb, alpha, texels_per_pixel=texels_per_pixel)
    rng = np.random.default_rng(0)
    offsets = rng.normal(0, 6, (50, 2)).clip(-12, 12)
    pixels = np.clip(offsets + centre[::-1], 2, (158, 118))
    wanted = linear_from_srgb(
        np.stack([pixels[:, 0] / 160, pixels[:, 1] / 120, pixels.sum(1) / 280], axis=1).astype(
            np.float32
        )
    )
    for level in (0.0, 0.5, 2.0):
        levels = np.full(50, level, np.float32)
        found = source.colors(in_source(source, camera, pixels), levels)
        assert np.abs(found - wanted).max() < 0.05


def test_no_background_reaches_a_lookup_at_the_silhouette_or_beyond():
    alpha = a_disc(height=96, width=96, radius=30)
    rgb = np.where(alpha[..., None] >= 0.75, [0.2, 0.5, 0.1], [1.0, 0.0, 1.0])
    source, camera = a_source(rgb, alpha)
    angles = np.linspace(0, 2 * np.pi, 40)
    ring = 48 + np.stack([np.cos(angles), np.sin(angles)], 1) * np.linspace(28, 36, 40)[:, None]
    for level in range(NUM_LEVELS):
        found = source.colors(in_source(source, camera, ring), np.full(40, level, np.float32))
        np.testing.assert_allclose(found, np.tile([0.2, 0.5, 0.1], (40, 1)), atol=0.01)


def test_a_thin_part_keeps_its_own_colour():
    alpha = np.zeros((64, 64), np.float32)
    alpha[20:60, 20:60], alpha[5:20, 40:43] = 1, 1
    rgb = np.full((64, 64, 3), 0.1)
    rgb[5:20, 40:43] = (0.9, 0.1, 0.1)
    source, camera = a_source(rgb, alpha)
    found = source.colors(
        in_source(source, camera, np.array([[41.5, 10.0], [41.5, 17.0]])), np.zeros(2, np.float32)
    )
    np.testing.assert_allclose(found, [[0.9, 0.1, 0.1]] * 2, atol=0.01)


def test_fine_stripes_average_out_instead_of_aliasing_when_the_texture_is_coarse():
    alpha = np.pad(np.ones((200, 200), np.float32), 28)
    rgb = np.repeat((np.arange(256) % 2)[None, :, None], 256, axis=0).repeat(3, axis=2)
    source, camera = a_source(rgb, alpha, texels_per_pixel=0.2)
    pixels = np.random.default_rng(0).uniform(60, 190, (100, 2))
    found = source.colors(in_source(source, camera, pixels), np.zeros(100, np.float32))
    np.testing.assert_allclose(found, 0.5, atol=0.03)


def test_depth_inside_counts_from_the_silhouette_in_its_units():
    source, camera = a_source(np.zeros((96, 128, 3)), a_disc(radius=30))
    pixels = np.array([[64.0, 48.0], [64 + 20, 48.0], [64 + 36, 48.0]])
    depth = source.depths_inside(in_source(source, camera, pixels)) * source.unit_px
    np.testing.assert_allclose(depth, [30, 10, -6], atol=1.2)


def test_refuses_an_empty_cut_out_and_a_camera_of_another_size():
    with pytest.raises(ValueError, match="empty cut-out"):
        a_source(np.zeros((32, 32, 3)), np.zeros((32, 32), np.float32))
    foreground = Foreground(
        name="x",
        sha256="",
        linear_rgb=np.zeros((32, 32, 3), np.float32),
        alpha=np.ones((32, 32), np.float32),
    )
    with pytest.raises(ValueError, match="size of its foreground"):
        prepare_photo(foreground, a_camera(32, 33), texels_per_pixel=1.0)
