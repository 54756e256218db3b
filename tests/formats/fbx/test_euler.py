import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.formats.fbx.euler import (
    continuous_euler_deg,
    euler_deg_from_matrices,
    matrices_from_euler_deg,
)

angles = st.floats(-179, 179, width=32)


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        # Quarter turns about x, then y, then z take +z to -y, there it stays, then to +x.
        ("xyz", (1, 0, 0)),
        # About z first: +z stays; then y takes it to +x, where x leaves it.
        ("zyx", (1, 0, 0)),
        # About y first: +z goes to +x, x leaves it, z takes it to +y.
        ("yxz", (0, 1, 0)),
    ],
)
def test_axes_are_turned_about_in_the_order_named(order, wanted):
    turned = matrices_from_euler_deg(np.array([90.0, 90, 90]), order=order) @ [0, 0, 1]
    np.testing.assert_allclose(turned, wanted, atol=1e-12)


@given(angles, st.floats(-90, 90, width=32), angles)
def test_angles_taken_from_a_rotation_give_it_back(x, y, z):
    matrix = matrices_from_euler_deg(np.array([x, y, z]))
    again = matrices_from_euler_deg(euler_deg_from_matrices(matrix))
    np.testing.assert_allclose(again, matrix, atol=1e-4)  # Worst beside the poles.


def test_at_the_poles_the_angle_about_x_is_zero_and_the_rotation_right():
    for y in (90.0, -90.0):
        matrix = matrices_from_euler_deg(np.array([30.0, y, 50.0]))
        found = euler_deg_from_matrices(matrix)
        assert found[0] == 0
        np.testing.assert_allclose(matrices_from_euler_deg(found), matrix, atol=1e-9)


def test_a_turn_that_goes_on_and_on_has_no_jump():
    turns = np.zeros((73, 3))
    turns[:, 1] = np.arange(73) * 10.0  # Twice round about y, through both poles.
    turns[:, 0] = 5
    found = continuous_euler_deg(matrices_from_euler_deg(turns))
    assert np.abs(np.diff(found, axis=0)).max() < 10.1
    assert found[-1, 1] == pytest.approx(720, abs=1e-6)
