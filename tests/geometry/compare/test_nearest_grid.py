from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from bozzetto.geometry.compare.nearest_grid import NearestGrid
from tests.geometry.shapes import a_crooked_shape, cloud_of

CELL = 1.25 * 1.15 / 64
"""Of the grid about the crooked shape, which is 1.15 high."""


@cache
def prepared():
    """The grid of a shape's points, and their tree."""
    points = cloud_of(a_crooked_shape(), count=1500).points
    return NearestGrid(points), cKDTree(points)


@given(seed=st.integers(0, 99))
def test_what_is_looked_up_is_about_as_near_as_the_nearest_point(seed):
    grid, tree = prepared()
    asked = np.random.default_rng(seed).uniform(-0.6, 0.6, (200, 3))
    found = np.linalg.norm(grid.nearest(asked) - asked, axis=1)
    exact, _ = tree.query(asked)
    assert (found <= exact + 3.5 * CELL).all()


@given(seed=st.integers(0, 99), reach=st.floats(0.3, 3))
def test_mean_distances_agree_with_the_tree_inside_and_far_outside(seed, reach):
    grid, tree = prepared()
    asked = np.random.default_rng(seed).uniform(-reach, reach, (3, 300, 3))
    exact, _ = tree.query(asked.reshape(-1, 3))
    wanted = exact.reshape(3, 300).mean(axis=1)
    found = grid.mean_distance(asked)
    # Beyond its cube the grid adds the way to it, an upper bound of the true distance.
    assert (found > wanted - CELL / 2).all()
    assert (found < 1.3 * wanted + CELL / 2).all()
    if reach < 0.6:
        np.testing.assert_allclose(found, wanted, atol=CELL / 2)


def test_one_point_makes_a_grid_too():
    grid = NearestGrid(np.array([[1.0, 2.0, 3.0]]))
    np.testing.assert_allclose(grid.nearest(np.zeros((4, 3))), [[1.0, 2.0, 3.0]] * 4)
