"""Colours of the object alone: exact inside, free of background at the edge, defined outside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.errors import InputError
from bozzetto.matting.cut_out import cut_out, spread_colours
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo
from tests.build import a_disc, a_mask, a_photo


def a_composite(*, seed=0, background=(0.05, 0.6, 0.1), soft=6.0, alpha=None):
    """A smoothly coloured object over one colour with a wide soft edge, and its true colours."""
    height, width = 96, 128
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 3), np.float32) * np.float32(0.8) + np.float32(0.1)
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    truth = np.broadcast_to(a * (1 - x) + b * x, (height, width, 3)).astype(np.float32)
    y, xs = np.mgrid[:height, :width] + 0.5
    disc = np.clip((30 - np.hypot(xs - 64, y - 48)) / soft + 0.5, 0, 1).astype(np.float32)
    weight = disc[:, :, None]
    mixed = weight * truth + (1 - weight) * np.float32(background)
    photo = Photo(name="p.png", sha256="a" * 64, linear_rgb=mixed, alpha=alpha, focal_px=50.0)
    return photo, disc, truth


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    background=st.tuples(*[st.floats(0, 1, width=32) for _ in range(3)]),
)
def test_edge_colours_come_back_far_better_than_the_raw_photo(seed, background):
    photo, alpha, truth = a_composite(seed=seed, background=background)
    cut = cut_out(photo, Mask(alpha=alpha, source="user"))
    edge = (alpha > 0.05) & (alpha < 1)
    raw = np.abs(photo.linear_rgb - truth)[edge].mean()
    clean = np.abs(cut.linear_rgb - truth)[edge].mean()
    assert clean < 0.2 * raw + 0.01


def test_detail_of_the_object_survives_under_a_soft_edge():
    _, alpha, _ = a_composite(soft=12.0)
    stripes = np.zeros((96, 128, 3), np.float32)
    stripes[:, :] = (0.7, 0.2, 0.1)
    stripes[:, ::4] = stripes[:, 1::4] = (0.2, 0.1, 0.6)
    mixed = alpha[:, :, None] * stripes + (1 - alpha[:, :, None]) * np.float32([0.1, 0.8, 0.1])
    photo = Photo(name="p", sha256="a" * 64, linear_rgb=mixed)
    cut = cut_out(photo, Mask(alpha=alpha, source="user"))
    covered = (alpha > 0.7) & (alpha < 1)
    spread = spread_colours(mixed, alpha**8)
    error = np.abs(cut.linear_rgb - stripes)[covered].mean()
    assert error < 0.5 * np.abs(spread - stripes)[covered].mean()
    assert error < 0.5 * np.abs(mixed - stripes)[covered].mean()


def test_opaque_pixels_keep_their_colours_bit_for_bit():
    photo = a_photo(seed=3)
    cut = cut_out(photo, a_mask())
    inside = a_mask().alpha == 1
    np.testing.assert_array_equal(cut.linear_rgb[inside], photo.linear_rgb[inside])


def test_colours_go_on_beyond_the_object():
    photo, alpha, _ = a_composite(background=(0, 1, 0))
    cut = cut_out(photo, Mask(alpha=alpha, source="user"))
    object_green = photo.linear_rgb[alpha == 1][:, 1].max()
    assert cut.linear_rgb[alpha == 0][:, 1].max() <= object_green + 0.02


@pytest.mark.parametrize("hidden", [0.0, 1.0])
def test_hidden_pixels_of_a_cut_out_never_shine_through(hidden):
    photo, alpha, truth = a_composite(soft=1.0)
    # As painting programs store it: true colours where anything shows, one colour elsewhere.
    rgb = np.where((alpha > 0)[:, :, None], truth, np.float32(hidden))
    photo = Photo(name="p", sha256="a" * 64, linear_rgb=rgb, alpha=alpha)
    cut = cut_out(photo, Mask(alpha=alpha, source="alpha-channel"))
    shown = cut.linear_rgb[(alpha > 0)]
    np.testing.assert_allclose(shown, truth[alpha > 0], atol=0.05)
    near = a_disc(radius=36) > 0
    assert np.abs(cut.linear_rgb - truth)[near & (alpha == 0)].max() < 0.1


def test_name_hash_focal_length_and_alpha_come_along():
    photo, alpha, _ = a_composite()
    cut = cut_out(photo, Mask(alpha=alpha, source="user"))
    assert (cut.name, cut.sha256, cut.focal_px) == (photo.name, photo.sha256, photo.focal_px)
    np.testing.assert_array_equal(cut.alpha, alpha)


def test_a_mask_without_opaque_pixels_still_gives_finite_colours():
    photo = a_photo()
    for level in (0.0, 0.4):
        cut = cut_out(photo, Mask(alpha=np.full((96, 128), level, np.float32), source="user"))
        assert np.isfinite(cut.linear_rgb).all()
        assert cut.linear_rgb.min() >= 0
        assert cut.linear_rgb.max() <= 1


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(InputError, match="mask of photo"):
        cut_out(a_photo(), a_mask(height=10, width=10, radius=3))


@settings(max_examples=20)
@given(height=st.integers(1, 17), width=st.integers(1, 17), seed=st.integers(0, 100))
def test_spreading_keeps_trusted_pixels_and_stays_within_their_range(height, width, seed):
    rng = np.random.default_rng(seed)
    colours = rng.random((height, width, 3), np.float32)
    weights = (rng.random((height, width)) < 0.3).astype(np.float32)
    result = spread_colours(colours, weights)
    trusted = weights == 1
    np.testing.assert_array_equal(result[trusted], colours[trusted])
    if trusted.any() and max(height, width) > 1:
        low, high = colours[trusted].min(axis=0), colours[trusted].max(axis=0)
        assert (result >= low - 1e-4).all()
        assert (result <= high + 1e-4).all()


def cut_out_at_once(photo, mask):
    """The same arithmetic on whole pictures."""
    colours, alpha = photo.linear_rgb, mask.alpha
    weight = alpha[:, :, None]
    guess = spread_colours(colours, alpha**8)
    if mask.source == "alpha-channel":
        own = guess + (colours - guess) * (alpha * alpha)[:, :, None]
    else:
        background = spread_colours(colours, (1 - alpha) ** 8)
        missing = colours - weight * guess - (1 - weight) * background
        own = guess + weight / (weight * weight + (1 - weight) * (1 - weight)) * missing
    return np.where(weight >= 1, colours, np.clip(own, 0, 1))


@pytest.mark.parametrize("source", ["user", "alpha-channel"])
@pytest.mark.parametrize("height", [255, 256, 257, 600])
def test_strips_give_the_bytes_of_the_whole(source, height):
    rng = np.random.default_rng(height)
    alpha = np.clip(rng.random((height, 130), np.float32) * 3 - 1, 0, 1)
    photo = a_photo(width=130, height=height, seed=height)
    mask = Mask(alpha=alpha, source=source)
    assert cut_out(photo, mask).linear_rgb.tobytes() == cut_out_at_once(photo, mask).tobytes()
