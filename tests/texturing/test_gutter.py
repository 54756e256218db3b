import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.texturing.gutter import GutterOptions, fill_gutter, plan_gutter

WHOLE_TEXTURE = GutterOptions(radius_px=64)


def a_baked_texture(*, seed, height=7, width=9):
    """Random colours with roughly one texel in five baked, and never none."""
    rng = np.random.default_rng(seed)
    texture = rng.random((height, width, 3), dtype=np.float32)
    baked = rng.random((height, width)) < 0.2
    baked[height // 2, width // 2] = True
    return texture, baked


def distance_to_nearest_baked(baked):
    """Reference: by brute force over every pair of texels."""
    rows, columns = np.nonzero(baked)
    i, j = np.indices(baked.shape)
    return np.hypot(i[..., None] - rows, j[..., None] - columns).min(-1)


@given(seed=st.integers(0, 2**32 - 1), radius_px=st.integers(0, 5))
def test_grows_as_far_as_asked(seed, radius_px):
    texture, baked = a_baked_texture(seed=seed)
    _, filled = fill_gutter(texture, baked, options=GutterOptions(radius_px=radius_px))
    distance = distance_to_nearest_baked(baked)
    assert filled[distance <= radius_px * 0.97].all()
    assert not filled[distance > radius_px * 1.03 + 0.03].any()


@given(seed=st.integers(0, 2**32 - 1))
def test_never_touches_a_baked_texel_and_never_invents_a_colour(seed):
    texture, baked = a_baked_texture(seed=seed)
    out, filled = fill_gutter(texture, baked, options=WHOLE_TEXTURE)
    assert filled.all()
    np.testing.assert_array_equal(out[baked], texture[baked])
    colours = {tuple(c) for c in texture[baked]}
    assert {tuple(c) for c in out.reshape(-1, 3)} <= colours


def test_a_row_takes_the_colours_of_its_ends():
    texture = np.array([[[1], [0], [0], [0], [5]]], np.float32)
    baked = np.array([[True, False, False, False, True]])
    out, filled = fill_gutter(texture, baked, options=GutterOptions(radius_px=1))
    np.testing.assert_array_equal(out[0, :, 0], [1, 1, 0, 5, 5])
    np.testing.assert_array_equal(filled[0], [True, True, False, True, True])


def test_refuses_a_texture_with_nothing_baked():
    with pytest.raises(ValueError, match="at least one baked texel"):
        plan_gutter(np.zeros((4, 4), bool))
