import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.imaging.resample import fit_within, resize, sample


def a_picture(seed=0, height=12, width=17):
    return np.random.default_rng(seed).random((height, width, 3), dtype=np.float32)


def test_shrinking_by_a_whole_factor_is_the_mean_of_blocks():
    picture = a_picture(height=12, width=16)
    expected = picture.reshape(3, 4, 4, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize(picture, width=4, height=3), expected, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_resizing_never_leaves_the_range(seed, width, height):
    picture = a_picture(seed)
    out = resize(picture, width=width, height=height)
    assert out.shape == (height, width, 3)
    assert out.min() >= picture.min() - 1e-6
    assert out.max() <= picture.max() + 1e-6


def test_fitting_keeps_the_aspect_and_never_enlarges():
    picture = a_picture(height=100, width=200)
    assert fit_within(picture, longest_px=50).shape == (25, 50, 3)
    assert fit_within(picture, longest_px=500) is picture


def test_sampling_at_pixel_centres_gives_the_pixels():
    picture = a_picture()
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    centres = np.stack([x.ravel() + 0.5, y.ravel() + 0.5], axis=1)
    np.testing.assert_allclose(sample(picture, centres), picture.reshape(-1, 3), atol=1e-6)


def test_sampling_between_two_pixels_gives_their_mean():
    picture = a_picture()
    middle = sample(picture, np.array([[1.0, 0.5]]))
    np.testing.assert_allclose(middle[0], picture[0, :2].mean(axis=0), atol=1e-6)


def test_sampling_outside_repeats_the_border():
    picture = a_picture()
    far = sample(picture, np.array([[-9.0, -9.0], [99.0, 99.0]]))
    np.testing.assert_allclose(far, [picture[0, 0], picture[-1, -1]], atol=1e-6)


def test_a_picture_of_one_pixel_can_be_sampled():
    picture = a_picture(height=1, width=1)
    np.testing.assert_allclose(sample(picture, np.array([[0.3, 0.7]]))[0], picture[0, 0])
