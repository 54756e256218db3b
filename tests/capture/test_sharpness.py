import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.capture.evidence import CloseUp
from bozzetto.capture.sharpness import find_edges, measure_blur, smear_length
from tests.capture.scenes import smeared


def discs(*, seed=0, side=320):
    """Sharp discs of random greys, drawn four times as large."""
    rng = np.random.default_rng(seed)
    picture = np.full((side * 4, side * 4), 0.5, np.float32)
    for _ in range(18):
        at = tuple(int(v) for v in rng.integers(0, side * 4, 2))
        cv2.circle(picture, at, int(rng.integers(120, 260)), float(rng.uniform(0, 1)), -1)
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def blur_of(luma):
    zone = np.ones(luma.shape, bool)
    luma = np.ascontiguousarray(luma, np.float32)
    return measure_blur(find_edges(CloseUp(luma=luma, zone=zone, scale=1.0, x0=0, y0=0)))


def test_sharp_edges_are_narrower_than_a_pixel():
    blur = blur_of(discs())
    assert blur.overall_px < 0.8
    assert blur.motion_px < 0.5


@settings(max_examples=15)
@given(sigma=st.floats(1.2, 5.0), seed=st.integers(0, 100))
def test_measures_the_sigma_of_a_gaussian_blur(sigma, seed):
    blur = blur_of(cv2.GaussianBlur(discs(seed=seed), (0, 0), sigma))
    assert blur.overall_px == pytest.approx(sigma, rel=0.2)
    assert blur.motion_px < 1.5


@pytest.mark.parametrize("angle_deg", [0, 30, 75, 90, 135])
@pytest.mark.parametrize("length", [6, 9, 12, 18])
def test_measures_length_and_direction_of_motion(length, angle_deg):
    blur = blur_of(smeared(discs(), length=length, angle_deg=angle_deg))
    assert smear_length(blur.motion_px) == pytest.approx(min(length, 14), rel=0.3)
    off = abs(blur.direction_deg - angle_deg) % 180
    assert min(off, 180 - off) < 12


def test_an_empty_wall_has_no_edges_to_judge():
    flat = np.full((200, 200), 0.5, np.float32)
    detail = CloseUp(luma=flat, zone=np.ones(flat.shape, bool), scale=1.0, x0=0, y0=0)
    assert find_edges(detail) is None
