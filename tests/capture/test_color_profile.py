import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.capture.color_profile import (
    ProfileError,
    TableProfileError,
    linear_from_encoded,
    parse_profile,
    srgb_space,
)
from bozzetto.imaging.color import linear_from_srgb, linear_from_srgb8
from tests.capture.files import ADOBE_RGB, SRGB, icc_profile

# sRGB's curve as a parametric one of type 3: (a x + b)^g from d on, c x below.
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def parametric(kind, values):
    packed = struct.pack(f">{len(values)}i", *(round(v * 65536) for v in values))
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + packed


def three_points(x):
    return np.interp(x, [0, 0.5, 1], [0, 0.25, 1])


def ramp(count=256):
    return np.arange(count, dtype=np.uint8)[None, :, None]


def test_plain_srgb_equals_the_transfer_function_at_8_and_16_bits():
    eight = np.repeat(ramp(), 3, axis=2)
    space = srgb_space(channels=3)
    np.testing.assert_array_equal(linear_from_encoded(eight, space), linear_from_srgb8(eight))
    sixteen = np.arange(0, 65536, 17, dtype=np.uint16)[None, :, None]
    expected = linear_from_srgb((sixteen / 65535).astype(np.float32))
    grey = linear_from_encoded(sixteen, srgb_space(channels=1))
    np.testing.assert_allclose(grey, np.repeat(expected, 3, axis=2), atol=1e-6)


def test_an_srgb_profile_is_recognised_and_changes_nothing():
    profile = icc_profile(primaries=SRGB, curve=parametric(3, SRGB_CURVE))
    space = parse_profile(profile, channels=3)
    assert space.matrix is None
    np.testing.assert_array_equal(space.curves, srgb_space(channels=3).curves)


@pytest.mark.parametrize(
    ("curve", "function"),
    [
        (b"curv" + bytes(8), lambda x: x),
        (b"curv" + bytes(4) + struct.pack(">IH", 1, 512), lambda x: x**2),
        (b"curv" + bytes(4) + struct.pack(">I3H", 3, 0, 16384, 65535), three_points),
        (parametric(0, (1.8,)), lambda x: x**1.8),
        (parametric(1, (2, 2, -1)), lambda x: np.maximum(2 * x - 1, 0) ** 2),
        (parametric(2, (2, 0.5, 0.25, 0.125)), lambda x: (0.5 * x + 0.25) ** 2 + 0.125),
        (parametric(3, SRGB_CURVE), linear_from_srgb),
        (parametric(4, (2, 1, 0, 0.5, 0.25, 0, 0)), lambda x: np.where(x >= 0.25, x**2, x / 2)),
    ],
)  # fmt: skip
def test_each_kind_of_curve_equals_its_formula(curve, function):
    space = parse_profile(icc_profile(curve=curve), channels=3)
    x = np.arange(65536, dtype=np.float32) / 65535
    np.testing.assert_allclose(space.curves[0], np.clip(function(x), 0, 1), atol=3e-5)


def test_white_stays_white_and_grey_stays_grey():
    space = parse_profile(icc_profile(primaries=ADOBE_RGB), channels=3)
    linear = linear_from_encoded(np.repeat(ramp(), 3, axis=2), space)
    assert np.ptp(linear, axis=2).max() < 0.002
    assert linear[0, -1].min() > 0.997


def test_a_colour_outside_srgb_is_clipped_to_it():
    green = np.array([[[0, 255, 0]]], np.uint8)
    linear = linear_from_encoded(green, parse_profile(icc_profile(), channels=3))
    np.testing.assert_allclose(linear[0, 0], [0, 1, 0], atol=0.01)


def test_a_grey_profile_applies_its_curve():
    space = parse_profile(icc_profile(space=b"GRAY", gamma=2.0), channels=1)
    linear = linear_from_encoded(ramp(), space)[0, :, 1]
    np.testing.assert_allclose(linear, (np.arange(256) / 255) ** 2, atol=1e-5)


def test_refuses_profiles_of_other_spaces_and_leaves_tables_to_others():
    with pytest.raises(ProfileError, match="made for GRAY"):
        parse_profile(icc_profile(space=b"GRAY"), channels=3)
    with pytest.raises(ProfileError, match="made for CMYK"):
        parse_profile(icc_profile(space=b"CMYK"), channels=3)
    with pytest.raises(TableProfileError):
        parse_profile(icc_profile().replace(b"cprt", b"A2B0"), channels=3)


def test_refuses_primaries_that_do_not_add_up_to_white():
    with pytest.raises(ProfileError, match="white"):
        parse_profile(icc_profile(primaries=((1, 1, 1),) * 3), channels=3)


@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=20),
    kept=st.floats(0, 1),
    channels=st.sampled_from([1, 3]),
)
def test_a_spoilt_profile_is_used_or_refused_and_nothing_else(changes, kept, channels):
    data = bytearray(icc_profile())
    for place, value in changes:
        data[place % len(data)] = value
    try:
        space = parse_profile(bytes(data[: round(kept * len(data))]), channels=channels)
    except (ProfileError, TableProfileError):
        return
    assert np.isfinite(space.curves).all()
    assert space.curves.min() >= 0
    assert space.curves.max() <= 1
