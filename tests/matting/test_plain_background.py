"""Plain backdrops: when they are found and what they correct."""

import cv2
import numpy as np

from bozzetto.matting.plain_background import combine_with_backdrop, find_backdrop
from tests.build import a_disc


def a_studio(*, alpha, colour=(0.6, 0.1, 0.1), shadow=None, noise=0.003, seed=0):
    """An object on light grey that falls off to one side, sRGB."""
    height, width = alpha.shape
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    backdrop = np.full((height, width, 3), 0.9, np.float32) - 0.1 * x * x
    if shadow is not None:
        backdrop = backdrop * (1 - shadow[:, :, None])
    picture = alpha[:, :, None] * np.float32(colour) + (1 - alpha[:, :, None]) * backdrop
    rng = np.random.default_rng(seed)
    picture = picture + noise * rng.standard_normal(picture.shape, np.float32)
    return np.clip(picture, 0, 1).astype(np.float32)


def test_a_fall_off_is_fitted_behind_the_object():
    alpha = a_disc(height=200, width=200, radius=50)
    backdrop = find_backdrop(a_studio(alpha=alpha))
    assert backdrop is not None
    truth = a_studio(alpha=np.zeros_like(alpha), noise=0)
    assert np.abs(backdrop.srgb - truth).max() < 0.01


def test_an_object_that_leaves_the_frame_does_not_spoil_the_fit():
    alpha = np.zeros((200, 200), np.float32)
    alpha[120:, 60:140] = 1
    backdrop = find_backdrop(a_studio(alpha=alpha))
    assert backdrop is not None
    assert np.abs(backdrop.srgb[:100] - a_studio(alpha=0 * alpha, noise=0)[:100]).max() < 0.02


def test_a_textured_wall_is_not_plain():
    rng = np.random.default_rng(0)
    wall = cv2.resize(rng.random((20, 20, 3), np.float32), (200, 200))
    assert find_backdrop(np.asarray(wall, np.float32)) is None


def test_lost_parts_come_back_and_gaps_open():
    truth = a_disc(height=240, width=240, radius=60)
    truth[100:140, 100:140] = 0  # A window through the object.
    truth[20:62, 119:122] = 1  # A pole.
    coarse = a_disc(height=240, width=240, radius=62)
    coarse[100:140, 100:140] = 0.7
    picture = a_studio(alpha=truth)
    backdrop = find_backdrop(picture)
    assert backdrop is not None
    result = combine_with_backdrop(picture, coarse, backdrop)
    assert np.abs(result - truth).mean() < 0.004
    assert result[25:58, 120].min() > 0.9
    assert result[105:135, 105:135].max() < 0.1


def test_a_soft_shadow_stays_out():
    truth = a_disc(height=240, width=240, radius=50)
    shadow = 0.4 * cv2.GaussianBlur(a_disc(height=240, width=240, centre=(165, 150)), (0, 0), 6)
    picture = a_studio(alpha=truth, shadow=np.asarray(shadow, np.float32))
    backdrop = find_backdrop(picture)
    assert backdrop is not None
    result = combine_with_backdrop(picture, truth, backdrop)
    assert ((result > 0.5) & (truth < 0.5)).sum() < 0.02 * truth.sum()


def test_separate_things_are_not_added():
    truth = a_disc(height=200, width=300, radius=40, centre=(100, 90))
    other = a_disc(height=200, width=300, radius=20, centre=(100, 240))
    picture = a_studio(alpha=np.maximum(truth, other))
    backdrop = find_backdrop(picture)
    assert backdrop is not None
    assert combine_with_backdrop(picture, truth, backdrop)[100, 240] == 0


def test_backdrop_that_reaches_the_frame_is_never_object():
    truth = a_disc(height=200, width=200, radius=50)
    picture = a_studio(alpha=truth)
    backdrop = find_backdrop(picture)
    assert backdrop is not None
    mistaken = np.ones_like(truth)
    result = combine_with_backdrop(picture, mistaken, backdrop)
    assert np.abs(result - truth).mean() < 0.01
