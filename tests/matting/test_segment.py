"""Segmentation: finding the object, or saying clearly that there is none."""

from dataclasses import replace

import numpy as np
import pytest

from bozzetto.errors import PhotoError
from bozzetto.matting.models.registry import load_model
from bozzetto.matting.segment import SegmentOptions, decidedness, mask_from_alpha, segment
from bozzetto.views.photo import Photo
from tests.build import a_disc, a_photo


@pytest.fixture(scope="module")
def network():
    return load_model("u2netp")


def a_scene(*, alpha, background=0.8, noise=0.05, seed=0):
    """A red object before a noisy grey wall."""
    rng = np.random.default_rng(seed)
    wall = background + noise * rng.standard_normal((*alpha.shape, 1), np.float32)
    rgb = alpha[:, :, None] * np.float32([0.7, 0.05, 0.03]) + (1 - alpha[:, :, None]) * wall
    rgb = np.clip(rgb, 0, 1).astype(np.float32)
    return Photo(name="scene.png", sha256="0" * 64, linear_rgb=rgb)


def iou(a, b):
    return ((a > 0.5) & (b > 0.5)).sum() / ((a > 0.5) | (b > 0.5)).sum()


def test_finds_a_disc_before_a_noisy_wall(network):
    truth = a_disc(height=300, width=400, radius=90)
    mask = segment(a_scene(alpha=truth), model=network)
    assert iou(mask.alpha, truth) > 0.95
    assert mask.source == "u2netp"
    assert mask.confidence > 0.8


def test_the_second_look_finds_more_of_a_small_object(network):
    truth = a_disc(height=600, width=800, radius=70, centre=(150, 600))
    photo = a_scene(alpha=truth)
    twice = segment(photo, model=network)
    assert iou(twice.alpha, truth) > 0.93


def test_same_photo_same_mask(network):
    photo = a_scene(alpha=a_disc(height=200, width=260, radius=60))
    assert segment(photo).alpha.tobytes() == segment(photo, model=network).alpha.tobytes()


def test_masks_of_large_photos_have_their_size(network):
    truth = a_disc(height=1400, width=1000, radius=400)
    mask = segment(a_scene(alpha=truth), model=network)
    assert mask.alpha.shape == truth.shape
    assert iou(mask.alpha, truth) > 0.95


def test_a_thin_pole_survives_on_a_plain_backdrop(network):
    truth = a_disc(height=400, width=400, radius=60, centre=(90, 200))
    truth[140:380, 199:202] = 1
    photo = a_scene(alpha=truth, noise=0.002)
    with_colours = segment(photo, model=network)
    assert with_colours.alpha[160:370, 200].min() > 0.9
    assert iou(with_colours.alpha, truth) > 0.97
    without = segment(photo, model=network, options=SegmentOptions(plain_background=False))
    assert iou(with_colours.alpha, truth) > iou(without.alpha, truth)


@pytest.mark.parametrize("grey", [0.0, 0.4, 1.0])
def test_a_flat_picture_has_no_object_and_the_advice_says_what_to_do(network, grey):
    photo = replace(a_photo(), linear_rgb=np.full((96, 128, 3), grey, np.float32))
    with pytest.raises(PhotoError, match="No object was found in photo") as caught:
        segment(photo, model=network)
    assert "stroke" in caught.value.advice


def test_a_speck_is_no_object(network):
    photo = a_scene(alpha=a_disc(height=400, width=400, radius=20), noise=0.0)
    with pytest.raises(PhotoError, match="covers"):
        segment(photo, model=network)


def test_a_decided_mask_is_certain_and_a_grey_one_is_not():
    assert decidedness(a_disc(radius=30)) > 0.9
    assert decidedness(np.full((8, 8), 0.5, np.float32)) == 0


def test_a_real_alpha_channel_is_the_mask():
    alpha = a_disc()
    mask = mask_from_alpha(a_photo(alpha=alpha))
    assert mask is not None
    assert mask.source == "alpha-channel"
    assert mask.confidence == 1
    np.testing.assert_array_equal(mask.alpha, alpha)


def test_an_alpha_channel_that_says_nothing_is_no_mask():
    box = np.zeros((96, 128), np.float32)
    box[10:80, 20:100] = 1
    for alpha in (None, box, np.zeros_like(box), np.ones_like(box), np.full_like(box, 0.7)):
        assert mask_from_alpha(a_photo(alpha=alpha)) is None
