"""Refinement: better at the edge, untouched elsewhere."""

import time

import cv2
import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto.matting.alpha import AlphaOptions, edge_band, refine_alpha
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo
from tests.build import a_disc, a_mask, a_photo


def a_case(*, height=450, width=600, radius=140.0, blur=2.5, seed=0):
    """A two-coloured picture, its true alpha, and a blurred coarse mask that is 1 px too wide."""
    truth = a_disc(height=height, width=width, radius=radius)
    rng = np.random.default_rng(seed)
    grain = 0.01 * rng.standard_normal((height, width, 3), np.float32)
    weight = truth[:, :, None]
    rgb = weight * np.float32([0.6, 0.1, 0.05]) + (1 - weight) * np.float32([0.1, 0.3, 0.5]) + grain
    photo = Photo(name="p", sha256="0" * 64, linear_rgb=np.clip(rgb, 0, 1).astype(np.float32))
    wide = a_disc(height=height, width=width, radius=radius + 1)
    coarse = np.clip(cv2.GaussianBlur(wide, (0, 0), blur), 0, 1).astype(np.float32)
    return photo, truth, Mask(alpha=coarse, source="net", confidence=0.8)


def error(alpha, truth):
    return float(np.abs(alpha - truth).mean())


def test_the_edge_moves_to_the_photo_edge():
    photo, truth, coarse = a_case()
    fine = refine_alpha(photo, coarse)
    assert error(fine.alpha, truth) < 0.4 * error(coarse.alpha, truth)


def test_pixels_outside_the_band_are_decided():
    photo, _, coarse = a_case()
    fine = refine_alpha(photo, coarse)
    band = edge_band(coarse.alpha, width_px=max(2, round(AlphaOptions().band * 600)))
    np.testing.assert_array_equal(fine.alpha[~band], coarse.alpha[~band] > 0.5)


def test_source_and_confidence_stay():
    photo, _, coarse = a_case()
    fine = refine_alpha(photo, coarse)
    assert (fine.source, fine.confidence) == (coarse.source, coarse.confidence)


def test_tiles_leave_no_seam():
    photo, _, coarse = a_case(height=700, width=700, radius=260)
    fine = refine_alpha(photo, coarse)
    # Each quadrant alone lies within one tile; away from its cut it must agree with the whole.
    for rows in (np.s_[0:512], np.s_[188:700]):
        part = Photo(name="p", sha256="0" * 64, linear_rgb=np.array(photo.linear_rgb[rows, rows]))
        options = AlphaOptions(band=0.008 * 700 / 512, radius=0.005 * 700 / 512)
        alone = refine_alpha(
            part, Mask(alpha=np.array(coarse.alpha[rows, rows]), source="net"), options=options
        )
        difference = np.abs(alone.alpha - fine.alpha[rows, rows])
        assert difference[40:-40, 40:-40].max() < 2e-3


def test_an_alpha_channel_is_left_alone():
    photo, truth, _ = a_case()
    for source in ("alpha-channel", "alpha-channel+strokes"):
        mask = Mask(alpha=truth, source=source)
        assert refine_alpha(photo, mask) is mask


def test_empty_and_full_masks_stay():
    photo = a_photo()
    for level in (0, 1):
        mask = Mask(alpha=np.full((96, 128), level, np.float32), source="net")
        np.testing.assert_array_equal(refine_alpha(photo, mask).alpha, mask.alpha)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(InputError, match="100 x 50"):
        refine_alpha(a_photo(), a_mask(height=50, width=100, radius=10))


def test_two_megapixels_take_no_more_than_a_moment():
    photo, _, coarse = a_case(height=1200, width=1600, radius=450)
    start = time.process_time()
    refine_alpha(photo, coarse)
    assert time.process_time() - start < 4
