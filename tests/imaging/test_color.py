import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bozzetto.imaging.color import (
    linear_from_srgb,
    linear_from_srgb8,
    luminance,
    srgb8_from_linear,
    srgb_from_linear,
)

unit = hnp.arrays(np.float32, 16, elements=st.floats(0, 1, width=32))


@given(unit)
def test_encoding_and_decoding_undo_each_other(linear):
    np.testing.assert_allclose(linear_from_srgb(srgb_from_linear(linear)), linear, atol=2e-6)


def test_all_bytes_survive_the_way_through_linear_light():
    every = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(srgb8_from_linear(linear_from_srgb8(every)), every)


def test_known_values():
    np.testing.assert_allclose(
        linear_from_srgb(np.array([0, 0.04045, 0.5, 1], np.float32)),
        [0, 0.0031308, 0.2140411, 1],
        atol=1e-6,
    )


def test_white_has_luminance_one_and_green_outshines_red():
    colors = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0]], np.float32)
    white, red, green = luminance(colors)
    assert abs(white - 1) < 1e-6
    assert green > red
