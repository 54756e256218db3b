import numpy as np
import pytest

from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.qa.sheet_pictures import (
    base_color_picture,
    mask_picture,
    normal_picture,
    orm_picture,
    photo_picture,
    uv_picture,
)
from tests.build import a_disc, a_photo, a_sphere
from tests.textured import a_globe, a_plain_material


def test_large_photos_shrink_and_small_ones_stay():
    photo = a_photo(height=60, width=90).linear_rgb
    assert photo_picture(photo, longest_px=45).shape == (30, 45, 3)
    np.testing.assert_array_equal(photo_picture(photo), srgb8_from_linear(photo))


def test_transparent_parts_of_a_photo_are_white():
    picture = photo_picture(a_photo().linear_rgb, a_disc())
    assert picture[0, 0].tolist() == [255, 255, 255]
    np.testing.assert_array_equal(picture[48, 64], srgb8_from_linear(a_photo().linear_rgb)[48, 64])


def test_a_mask_keeps_the_object_and_pales_the_rest():
    photo, alpha = a_photo().linear_rgb, a_disc()
    picture = mask_picture(photo, alpha)
    np.testing.assert_array_equal(picture[48, 64], srgb8_from_linear(photo)[48, 64])
    red, green, blue = picture[2, 2].astype(int)
    assert red == green == blue > 180
    edge = picture[48, 64 + 29].astype(int)
    assert edge[0] > edge[2] + 80


def test_maps_show_what_is_stored():
    material = a_plain_material(srgb8=(10, 120, 230))
    assert base_color_picture(material)[3, 3].tolist() == [10, 120, 230]
    assert normal_picture(material)[3, 3].tolist() == [128, 128, 255]
    assert orm_picture(material)[3, 3].tolist() == [255, 128, 0]


def test_a_uv_layout_tints_charts_and_leaves_the_rest_blank():
    globe = a_globe(columns=8, rows=4)
    picture = uv_picture(globe, side_px=200)
    assert (picture[0, 5] == 250).sum() >= 2  # The pole's row is not covered there.
    assert picture[100, 60].max() < 250
    border = picture[100, 0].astype(int)
    assert border.max() < 120


def test_a_uv_layout_needs_uvs():
    with pytest.raises(ValueError, match="needs a mesh with uvs"):
        uv_picture(a_sphere())
