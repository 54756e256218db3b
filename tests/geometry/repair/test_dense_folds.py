from dataclasses import replace

import numpy as np

from bozzetto.geometry.measure.crossings import crossing_triangles
from bozzetto.geometry.repair.dense_folds import folds, smooth_folds
from tests.build import a_sphere


def pinched(*, depth):
    """A ball with two pockets: a corner pushed sideways past its neighbours, and in."""
    ball = a_sphere(subdivisions=4)
    positions = ball.positions.copy()
    for vertex in (40, 900):
        row = ball.triangles[(ball.triangles == vertex).any(axis=1)][0]
        other = int(row[row != vertex][0])
        positions[vertex] += depth * (positions[other] - positions[vertex])
    return replace(ball, positions=positions)


def test_folds_are_ironed_out_and_nothing_far_away_moves():
    bad, ball = pinched(depth=1.8), a_sphere(subdivisions=4)
    assert len(folds(bad)) > 0
    flat = smooth_folds(bad)
    assert len(folds(flat)) == 0
    assert len(crossing_triangles(flat.positions, flat.triangles)) == 0
    moved = (flat.positions != bad.positions).any(axis=1)
    assert 0 < moved.mean() < 0.1
    assert np.linalg.norm(flat.positions - ball.positions, axis=1).max() < 0.03
    assert flat.num_triangles == bad.num_triangles


def test_a_surface_without_folds_comes_back_as_it_is():
    ball = a_sphere(subdivisions=3)
    assert smooth_folds(ball) is ball
