import numpy as np

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
    return (0.4 + 0.1 * np.sin(points * 5)).astype(np.float32)


def test_a_prediction_that_fits_stays_and_known_values_are_kept():
    points, front = ball_and_front()
    np.testing.assert_allclose(
        joined(waves(points), waves(points), front), waves(points), atol=0.03
    )


def test_an_offset_in_common_is_taken_out_everywhere():
    points, front = ball_and_front()
    result = joined(waves(points) + np.float32(0.08), waves(points), front)
    np.testing.assert_allclose(result, waves(points), atol=0.04)
    assert np.abs(result - waves(points)).mean() < 0.005


def test_what_is_off_in_places_joins_without_a_step_and_recovers_with_the_distance():
    points, front = ball_and_front()
    side = np.where(points[:, :1] > 0, 1, -1).astype(
        np.float32
    )  # Off by as much on the left as on the right.
    known, target = np.full_like(points, 0.5), 0.5 + 0.2 * np.broadcast_to(side, points.shape)
    result = joined(target, known, front, reach=0.08)
    np.testing.assert_array_equal(result[front], known[front])
    lateral = np.abs(points[:, 0]) > 0.25
    left_over = ((target - result) / (0.2 * side))[:, 0]
    border = lateral & ~front & (points[:, 2] > -0.02)
    assert left_over[border].min() > 0.55
    assert np.abs(left_over[lateral & (points[:, 2] < -0.35)]).max() < 0.1
    # It falls to about a third over the reach.
    way = np.arcsin(np.clip(-points[:, 2] / 0.5, -1, 1)) * 0.5
    middle = lateral & ~front & (np.abs(way - 0.08) < 0.01)
    assert 0.2 < left_over[middle].mean() < 0.5


def test_without_anything_known_the_prediction_stands():
    points, front = ball_and_front()
    np.testing.assert_array_equal(
        joined(waves(points), waves(points) + 1, front & False), waves(points)
    )
