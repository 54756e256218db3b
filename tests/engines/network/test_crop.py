import numpy as np
import pytest

from bozzetto.engines.inflate.grid import working_grid
from bozzetto.engines.network.crop import FILL, crop_around, picture_of
from bozzetto.imaging.color import srgb_from_linear
from tests.build import a_disc
from tests.engines.silhouettes import cut_out


def a_crop(alpha):
    photo = cut_out(alpha)
    return photo, crop_around(photo, working_grid(photo))


@pytest.mark.parametrize("centre", [(100, 150), (40, 260)])
def test_the_object_s_box_is_centred_and_fills_its_share(centre):
    _, crop = a_crop(a_disc(height=200, width=300, radius=34, centre=centre))
    assert crop.side_px == pytest.approx(2 * 34 / FILL, abs=1.5)
    assert crop.centre_px == pytest.approx((centre[1], centre[0]), abs=1)


def test_a_crop_beyond_the_frame_holds_no_object_there():
    photo, crop = a_crop(a_disc(height=100, width=400, radius=60, centre=(60, 200)))
    assert crop.corner_px[1] < 0
    picture = picture_of(photo, crop, side_px=64)
    assert picture[3, 0].max() == 0
    assert picture[:3].min() > 0  # Colours go on.


def test_the_picture_averages_linear_light_over_areas():
    photo, crop = a_crop(a_disc(height=300, width=300, radius=108.8))
    assert crop.side_px == 256
    picture = picture_of(photo, crop, side_px=64)
    (x, y), block = crop.corner_px, 4
    area = photo.linear_rgb[y + 80 : y + 80 + block, x + 120 : x + 120 + block].mean(axis=(0, 1))
    np.testing.assert_allclose(picture[:3, 20, 30], srgb_from_linear(area), atol=1e-4)
    assert picture.shape == (4, 64, 64)
    assert 0 <= picture.min() <= picture.max() <= 1
