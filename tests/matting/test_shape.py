"""Boxes and inversion."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.findings import Region
from bozzetto.matting.shape import bounds, is_box, looks_inverted
from tests.build import a_disc


@given(
    x0=st.integers(0, 20), y0=st.integers(0, 10), width=st.integers(1, 9), height=st.integers(1, 9)
)
def test_bounds_are_the_drawn_box_and_a_box_is_a_box(x0, y0, width, height):
    alpha = np.zeros((20, 30), np.float32)
    alpha[y0 : y0 + height, x0 : x0 + width] = 1
    assert bounds(alpha > 0.5) == Region(x0=x0, y0=y0, x1=x0 + width, y1=y0 + height)
    assert is_box(alpha)


def test_nothing_has_no_bounds_and_is_no_box():
    assert bounds(np.zeros((4, 4), bool)) is None
    assert not is_box(np.zeros((4, 4), np.float32))


def test_a_disc_is_neither_a_box_nor_inverted():
    assert not is_box(a_disc())
    assert not looks_inverted(a_disc())


def test_the_complement_of_a_disc_is_inverted():
    assert looks_inverted(1 - a_disc())


def test_a_full_mask_is_not_inverted():
    assert not looks_inverted(np.ones((20, 20), np.float32))
