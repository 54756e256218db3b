import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.geometry.compare.solid import Solid, grid_points, volume_iou
from tests.build import a_sphere
from tests.geometry.shapes import a_box, mesh_of


@given(seed=st.integers(0, 2**32 - 1))
def test_boxes_contain_what_lies_between_their_sides(seed):
    rng = np.random.default_rng(seed)
    extents, centre = rng.uniform(0.2, 2, 3), rng.normal(size=3)
    points = rng.uniform(-2, 2, (500, 3))
    wanted = (np.abs(points - centre) < extents / 2).all(axis=1)
    near = (np.abs(np.abs(points - centre) - extents / 2) < 1e-4).any(axis=1)
    found = Solid(a_box(extents=tuple(extents), centre=tuple(centre))).contains(points)
    np.testing.assert_array_equal(found[~near], wanted[~near])


def test_hollows_are_outside():
    shell = trimesh.creation.box((1, 1, 1))
    hole = trimesh.creation.box((0.5, 0.5, 0.5))
    hole.invert()
    solid = Solid(mesh_of(trimesh.util.concatenate([shell, hole])))
    found = solid.contains(np.array([[0.0, 0, 0], [0.4, 0, 0], [0.6, 0, 0]]))
    assert found.tolist() == [False, True, False]


def test_the_grid_measures_a_spheres_volume():
    ball = Solid(a_sphere(subdivisions=5, radius=0.8))
    points = grid_points(64) + np.array([0, 0.8, 0])
    volume = ball.contains(points).mean() * 8
    assert volume == pytest.approx(4 / 3 * np.pi * 0.8**3, rel=5e-3)


def test_shifted_boxes_overlap_as_computed_by_hand():
    points = grid_points(64)
    first, second = (Solid(a_box(centre=(x, 0.0, 0.0))).contains(points) for x in (0.0, 0.25))
    assert volume_iou(first, second) == pytest.approx(0.75 / 1.25, abs=1e-9)


@given(seed=st.integers(0, 2**32 - 1))
def test_the_overlap_is_symmetric_and_one_for_the_same(seed):
    first, second = np.random.default_rng(seed).random((2, 100)) < 0.5
    assert volume_iou(first, second) == volume_iou(second, first)
    assert volume_iou(first, first) == 1
    assert volume_iou(first & False, second & False) == 0
