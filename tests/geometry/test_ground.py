import numpy as np
import pytest

from bozzetto.geometry.ground import height_above_ground, lowered
from tests.build import a_sphere


@pytest.mark.parametrize("height", [-0.25, 0.0, 0.5])
def test_a_mesh_lowered_by_its_height_stands_on_the_ground(height):
    ball = lowered(a_sphere(), -height)
    assert height_above_ground(ball) == pytest.approx(height, abs=1e-6)
    standing = lowered(ball, height_above_ground(ball))
    assert height_above_ground(standing) == 0
    np.testing.assert_allclose(standing.positions, a_sphere().positions, atol=1e-6)
