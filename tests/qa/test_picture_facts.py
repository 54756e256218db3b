import numpy as np
import pytest

from bozzetto.asset.model import Picture
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.qa.picture_facts import green_flip_ratio, measure_picture, picture_size
from tests.models import a_picture


def bumps(side=96):
    """Normals of a height field in the OpenGL convention, as the surface z = f(u, v) has them."""
    y, x = np.mgrid[:side, :side] / side
    height = 0.03 * np.sin(9 * x + 4 * y) + 0.02 * np.cos(13 * y - 5 * x)
    down, along = np.gradient(height, 1 / side)
    normals = np.stack([-along, down, np.ones_like(height)], axis=-1)
    return (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float32)


def encoded(normals):
    """Normals as texels."""
    return np.round((normals + 1) * 127.5).astype(np.uint8)


def doubts(texels, *roles):
    """What is doubted about a picture of these texels."""
    return " ".join(measure_picture(a_picture(texels=texels), roles=roles).doubts)


def test_a_relief_tells_opengl_from_directx():
    opengl, directx = bumps(), bumps() * np.array([1, -1, 1], np.float32)
    assert green_flip_ratio(opengl) < 0.5
    assert green_flip_ratio(directx) > 2
    assert doubts(encoded(opengl), "normal") == ""
    assert "DirectX" in doubts(encoded(directx), "normal")


def test_a_flat_normal_map_tells_nothing_about_its_convention():
    flat = np.zeros((32, 32, 3), np.float32)
    flat[..., 2] = 1
    assert green_flip_ratio(flat) is None
    assert doubts(encoded(flat), "normal") == ""


def test_a_normal_map_encoded_as_colour_is_noticed():
    linear = (bumps() * np.float32(0.1) + np.array([0, 0, 0.9], np.float32) + 1) / 2
    assert "sRGB once too often" in doubts(srgb8_from_linear(linear), "normal")


def test_a_colour_in_place_of_a_normal_map_is_noticed():
    brown = np.full((32, 32, 3), (90, 60, 40), np.uint8)
    assert "unit vectors" in doubts(brown, "normal")


def test_black_occlusion_is_noticed_but_not_black_elsewhere():
    black = np.zeros((8, 8, 3), np.uint8)
    assert "red must be white" in doubts(black, "occlusion")
    assert doubts(black, "emissive") == ""


def test_luminance_is_that_of_the_darkest_and_brightest_percent():
    texels = np.full((100, 100, 3), 128, np.uint8)
    texels[:3], texels[3:6] = 20, 250
    facts = measure_picture(a_picture(texels=texels), roles=("base_color",))
    assert facts.luminance_range == pytest.approx((20, 250))
    lone = np.full((100, 100, 3), 128, np.uint8)
    lone[0, 0] = 0
    assert measure_picture(a_picture(texels=lone), roles=("base_color",)).luminance_range == (
        pytest.approx((128, 128))
    )


def test_grey_metal_is_the_share_between_metal_and_not():
    texels = np.zeros((10, 10, 3), np.uint8)
    texels[:2, :, 2], texels[2:5, :, 2] = 255, 128
    facts = measure_picture(a_picture(texels=texels), roles=("metallic_roughness",))
    assert facts.grey_metal_share == pytest.approx(0.3)


@pytest.mark.parametrize(("side", "power"), [(64, True), (1, True), (63, False), (96, False)])
def test_powers_of_two_are_told(side, power):
    assert measure_picture(a_picture(side=side), roles=()).power_of_two is power


def test_ktx2_has_a_size_though_its_colours_cannot_be_looked_at():
    head = b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(8)
    data = head + (512).to_bytes(4, "little") + (256).to_bytes(4, "little") + bytes(60)
    facts = measure_picture(
        Picture(name="k", media_type="image/ktx2", data=data), roles=("base_color",)
    )
    assert (facts.width, facts.height, facts.readable) == (512, 256, False)


def test_a_damaged_picture_has_no_size():
    assert picture_size(b"\x89PNG\r\n\x1a\nnonsense") == (0, 0)
