import numpy as np
import pytest

from bozzetto.texturing.membrane import join_to_known
from tests.build import a_sphere


def joined(target, known, is_known, *, reach=0.1):
    ball = a_sphere(subdivisions=4)
    return join_to_known(
        target, known, is_known, positions=ball.positions, triangles=ball.triangles, reach=reach
    )


def ball_and_front():
    ball = a_sphere(subdivisions=4)
    return ball.positions, ball.positions[:, 2] > 0


def waves(points):
    return (0.4 + 0.2 * np.sin(points * 20)).astype(np.float32)


def test_a_prediction_that_fits_stays_and_known_values_are_kept():
    points, front = ball_and_front()
    np.testing.assert_allclose(
        joined(waves(points), waves(points), front), waves(points), atol=1e-5
    )


@pytest.mark.parametrize("offset", [0.2, -0.1])
def test_a_prediction_that_is_off_joins_without_a_step_and_recovers_with_the_distance(offset):
    points, front = ball_and_front()
    target = waves(points) + np.float32(offset)
    result = joined(target, waves(points), front, reach=0.08)
    np.testing.assert_array_equal(result[front], waves(points)[front])
    correction = (result - target)[:, 0] / -offset
    border = ~front & (points[:, 2] > -0.02)
    assert correction[border].min() > 0.6
    far = points[:, 2] < -0.4
    assert np.abs(correction[far]).max() < 0.06
    # It falls to about a third over the reach.
    middle = ~front & (np.abs(np.arcsin(-points[:, 2] / 0.5) * 0.5 - 0.08) < 0.01)
    assert 0.2 < correction[middle].mean() < 0.5


def test_without_anything_known_the_prediction_stands():
    points, front = ball_and_front()
    np.testing.assert_array_equal(
        joined(waves(points), waves(points) + 1, front & False), waves(points)
    )
