from dataclasses import replace

import numpy as np
import pytest

from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.qa.agreement import PSNR_LIMIT_DB, measure_agreement
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.raycast import RaycastRenderer
from bozzetto.views.foreground import Foreground
from tests.build import a_front_camera
from tests.textured import a_globe, a_material, a_plain_material


def foreground_of(colors, alpha):
    """A foreground from a rendered picture."""
    return Foreground(name="p", sha256="0" * 64, linear_rgb=colors, alpha=alpha)


def photographed(mesh, material, camera, *, samples=3):
    """What a camera that sees only base colour would photograph."""
    renderer = RaycastRenderer(samples_per_side=samples)
    shape = RenderShape(mesh=mesh, material=material)
    ((colors, alpha),) = renderer.render_linear(
        shape, cameras=[camera], style=RenderStyle.BASE_COLOR
    )
    return foreground_of(colors, alpha)


def test_a_photo_of_the_asset_itself_agrees_perfectly():
    mesh, material, camera = a_globe(), a_material(), a_front_camera()
    photo = photographed(mesh, material, camera)
    result = measure_agreement(mesh, material, camera=camera, foreground=photo)
    assert result.psnr_db == PSNR_LIMIT_DB
    assert result.silhouette_iou == 1
    assert not result.difference.any()
    np.testing.assert_array_equal(result.photo, result.render)


def test_a_known_offset_gives_the_psnr_of_the_formula():
    mesh, camera = a_globe(columns=64, rows=32), a_front_camera()
    photo = photographed(mesh, a_plain_material(srgb8=(100, 100, 100)), camera)
    solid = foreground_of(np.array(photo.linear_rgb), (photo.alpha == 1).astype(np.float32))
    brighter = a_plain_material(srgb8=(110, 110, 110))
    result = measure_agreement(mesh, brighter, camera=camera, foreground=solid)
    assert result.psnr_db == pytest.approx(-20 * np.log10(10 / 255), abs=0.01)


def test_an_object_the_render_misses_counts_as_grey():
    mesh, camera = a_globe(), a_front_camera()
    black = np.zeros((96, 128, 3), np.float32)
    alpha = np.zeros((96, 128), np.float32)
    alpha[:10, :10] = 1
    result = measure_agreement(
        mesh,
        a_plain_material(srgb8=(0, 0, 0)),
        camera=camera,
        foreground=foreground_of(black, alpha),
    )
    assert result.psnr_unlit_db == pytest.approx(-20 * np.log10(0.5), abs=0.01)
    assert result.silhouette_iou == 0


def test_the_silhouettes_of_two_discs_by_hand():
    mesh, camera = a_globe(columns=96, rows=48), a_front_camera()
    photo = photographed(mesh, None, camera)
    larger = replace(camera, focal_px=camera.focal_px * 1.2)
    result = measure_agreement(mesh, None, camera=larger, foreground=photo)
    assert result.silhouette_iou == pytest.approx(1 / 1.2**2, abs=0.02)


@pytest.mark.parametrize(("width", "height"), [(1000, 400), (333, 800), (90, 800)])
def test_large_photos_are_compared_at_512_without_a_shift(width, height):
    mesh, material = a_globe(), a_plain_material(srgb8=(180, 60, 30))
    camera = a_front_camera(width=width, height=height, focal_px=min(width, height) * 2.0)
    photo = photographed(mesh, material, camera, samples=1)
    result = measure_agreement(mesh, material, camera=camera, foreground=photo)
    assert max(result.photo.shape) == 512
    assert result.silhouette_iou > 0.95
    assert result.psnr_db > 30


def test_light_that_was_taken_out_is_put_back_before_both_are_compared():
    mesh, material, camera = a_globe(), a_material(), a_front_camera()
    light = np.exp(0.4 * mesh.normals[:, :1]) * np.array([[1.0, 0.9, 0.8]])
    light = np.asarray(light, np.float32)
    paint = photographed(mesh, material, camera)
    shone = photographed(replace(mesh, colors=light), None, camera)
    photo = foreground_of(np.array(paint.linear_rgb * shone.linear_rgb), paint.alpha)
    relit = measure_agreement(mesh, material, camera=camera, foreground=photo, light=light)
    assert relit.psnr_db > 45
    assert relit.psnr_unlit_db < 30
    np.testing.assert_allclose(relit.render, relit.photo, atol=3)
    unlit = measure_agreement(mesh, material, camera=camera, foreground=photo)
    assert unlit.psnr_db < 30


def test_black_that_no_base_colour_may_be_counts_only_without_the_limits():
    mesh, camera = a_globe(columns=64, rows=32), a_front_camera()
    photo = photographed(mesh, a_plain_material(srgb8=(0, 0, 0)), camera)
    solid = foreground_of(np.array(photo.linear_rgb), (photo.alpha == 1).astype(np.float32))
    lifted = a_plain_material(srgb8=(30, 30, 30))
    result = measure_agreement(mesh, lifted, camera=camera, foreground=solid)
    assert result.psnr_db > 50
    assert result.psnr_unlit_db == pytest.approx(-20 * np.log10(30 / 255), abs=0.01)


def test_compares_in_srgb_over_mid_grey():
    camera = a_front_camera()
    mesh = a_globe()
    photo = photographed(mesh, a_plain_material(srgb8=(200, 10, 10)), camera)
    result = measure_agreement(mesh, None, camera=camera, foreground=photo)
    assert result.photo[0, 0].tolist() == [128, 128, 128]
    assert result.photo[48, 64].tolist() == [200, 10, 10]


def test_refuses_a_camera_of_another_size():
    with pytest.raises(ValueError, match="64 x 48 pixels, the foreground of 128 x 96"):
        measure_agreement(
            a_globe(),
            None,
            camera=a_front_camera(width=64, height=48),
            foreground=photographed(a_globe(), None, a_front_camera()),
        )


def test_refuses_an_empty_foreground():
    empty = foreground_of(
        linear_from_srgb8(np.zeros((96, 128, 3), np.uint8)), np.zeros((96, 128), np.float32)
    )
    with pytest.raises(ValueError, match="no object"):
        measure_agreement(a_globe(), None, camera=a_front_camera(), foreground=empty)
