import cv2
import numpy as np
import pytest

from bozzetto.capture.compression import measure_blockiness
from tests.capture.scenes import as_jpeg, rgb_and_alpha


def luma_after(quality):
    return np.ascontiguousarray(as_jpeg(rgb_and_alpha()[0], quality=quality)[..., 1])


def test_blocks_show_the_more_the_lower_the_quality():
    ratios = [measure_blockiness(luma_after(quality)) for quality in (95, 50, 20, 6)]
    assert ratios == sorted(ratios)
    assert ratios[0] < 1.5
    assert ratios[-1] > 4


@pytest.mark.parametrize(("left", "top"), [(1, 0), (3, 5), (7, 7)])
def test_cropping_off_the_grid_changes_little(left, top):
    luma = luma_after(6)
    cropped = measure_blockiness(np.ascontiguousarray(luma[top:, left:]))
    assert cropped == pytest.approx(measure_blockiness(luma), rel=0.35)
    assert cropped > 3


def test_a_picture_with_edges_every_eight_pixels_one_way_is_no_jpeg():
    stripes = np.tile((np.arange(256) // 8 % 2).astype(np.float32), (256, 1))
    assert measure_blockiness(stripes) < 1.5


def test_noise_and_slopes_have_no_grid():
    noise = np.random.default_rng(0).random((256, 256), np.float32)
    assert measure_blockiness(cv2.GaussianBlur(noise, (0, 0), 1.0)) < 1.3
