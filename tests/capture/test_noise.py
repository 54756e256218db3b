import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.capture.noise import measure_noise


@given(sigma=st.floats(0.005, 0.08), seed=st.integers(0, 1000))
def test_measures_the_deviation_of_white_noise_on_a_slope(sigma, seed):
    y, x = np.mgrid[:160, :160] / 160
    noise = np.random.default_rng(seed).normal(0, sigma, (160, 160))
    luma = (0.3 + 0.3 * x + 0.1 * y + noise).astype(np.float32)
    # The calmest tenth of blocks lies some way below the mean of all.
    measured = measure_noise(luma, np.ones_like(luma))
    assert 0.75 * sigma < measured < 1.05 * sigma


def test_a_plane_without_noise_measures_nothing():
    y, x = np.mgrid[:160, :160] / 160
    luma = (0.3 + 0.3 * x + 0.1 * y).astype(np.float32)
    assert measure_noise(luma, np.ones_like(luma)) == pytest.approx(0, abs=1e-6)


def test_noise_outside_the_zone_does_not_count():
    noise = np.random.default_rng(0).normal(0, 0.1, (160, 160))
    luma, zone = np.full((160, 160), 0.5, np.float32), np.zeros((160, 160), np.float32)
    luma[:, :80] += noise[:, :80]
    zone[:, 96:] = 1
    assert measure_noise(luma, zone) < 1e-6


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_clipped_parts_cannot_be_judged(level):
    luma = np.full((160, 160), level, np.float32)
    assert measure_noise(luma, np.ones_like(luma)) is None
