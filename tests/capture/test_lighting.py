import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.capture.lighting import measure_falloff
from bozzetto.imaging.color import srgb_from_linear

SIDE = 160
COLORS = np.array([[0.4, 0.1, 0.1], [0.1, 0.3, 0.1], [0.3, 0.3, 0.3]])


def patches(*, seed=0):
    """Squares of three materials in random order, in linear light."""
    pick = np.random.default_rng(seed).integers(0, 3, (8, 8))
    return np.kron(COLORS[pick], np.ones((20, 20, 1)))


def falloff(linear, core=None):
    core = np.ones((SIDE, SIDE), bool) if core is None else core
    return measure_falloff(srgb_from_linear(linear.astype(np.float32)), core)


def stops_along(direction):
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE - 0.5
    return x * np.cos(direction) + y * np.sin(direction)


@settings(max_examples=20)
@given(stops=st.floats(1.0, 5.0), direction=st.floats(0, 2 * np.pi), seed=st.integers(0, 50))
def test_measures_how_far_light_falls_over_a_unit_of_length(stops, direction, seed):
    along = stops_along(direction)
    reach = np.percentile(along, 97) - np.percentile(along, 3)
    found = falloff(patches(seed=seed) * 2.0 ** (stops * along[..., None]))
    assert found.stops == pytest.approx(stops * reach, rel=0.2)
    assert not found.is_step
    assert found.explained > 0.6


@pytest.mark.parametrize("stops", [1.5, 2.0, 3.0, 4.0])
def test_measures_the_depth_of_a_hard_shadow_from_nearly_every_direction(stops):
    """Where the shadow's edge splits the materials unluckily, a darker material is taken for it."""
    close = 0
    for direction in np.linspace(0, 2 * np.pi, 48, endpoint=False):
        shadow = np.where(stops_along(direction) > 0, 2.0**-stops, 1)[..., None]
        found = falloff(patches() * shadow)
        right = found.stops == pytest.approx(stops, rel=0.2)
        close += right and found.is_step and found.agreed > 0.9
    assert close >= 46


def test_materials_alone_are_no_light():
    assert falloff(patches()).explained < 0.3


def test_a_white_cap_over_a_black_foot_is_no_light():
    linear = np.empty((SIDE, SIDE, 3))
    linear[:] = COLORS[0]
    linear[:20], linear[-20:] = 0.6, 0.02  # One material to us, as both are grey.
    assert falloff(linear).agreed < 0.6


def test_too_few_pixels_cannot_be_judged():
    core = np.zeros((SIDE, SIDE), bool)
    core[:10, :10] = True
    assert falloff(patches(), core) is None
