from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bozzetto.formats.pictures.texture_images import ImageFormat, decode_image, encode_image


@pytest.mark.parametrize("quality", [92, 100])
def test_noise_that_no_optimiser_has_room_for_is_encoded_all_the_same(quality):
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    data = encode_image(noise, image_format=ImageFormat.JPEG, jpeg_quality=quality)
    again = encode_image(noise, image_format=ImageFormat.JPEG, jpeg_quality=quality)
    off = np.abs(decode_image(data, name="noise").astype(int) - noise).mean()
    assert data == again
    assert off < 12  # Saturated noise; a broken stream would be off by 85.


def test_jpeg_keeps_the_full_resolution_of_colours():
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0] = 255  # One pixel red, one blue: halved, both would turn purple.
    stripes[:, 1::2, 2] = 255
    data = encode_image(stripes, image_format=ImageFormat.JPEG)
    back = np.asarray(Image.open(BytesIO(data)).convert("RGB"), int)
    assert np.abs(back - stripes).max() < 60
