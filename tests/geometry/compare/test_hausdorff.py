import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.hausdorff import measure_deviation
from tests.build import a_sphere
from tests.geometry.shapes import a_box


def joined(first, second):
    """Both meshes in one."""
    return Mesh(
        positions=np.concatenate([first.positions, second.positions]),
        triangles=np.concatenate([first.triangles, second.triangles + first.num_vertices]),
    )


def test_a_surface_is_nowhere_away_from_itself():
    ball = a_sphere()
    deviation = measure_deviation(ball, ball, samples=500)
    assert deviation.hausdorff == pytest.approx(0, abs=1e-6)


def test_a_smaller_ball_is_away_by_the_difference_of_the_radii_both_ways():
    deviation = measure_deviation(
        a_box(extents=(0.8, 0.8, 0.8)), a_box(extents=(1.0, 1.0, 1.0)), samples=2000
    )
    assert deviation.outward_max == pytest.approx(0.1, abs=1e-5)
    assert deviation.inward_max == pytest.approx(np.sqrt(3) * 0.1, abs=1e-5)
    assert deviation.diagonal == pytest.approx(np.sqrt(3), abs=1e-5)
    assert deviation.percent_of_diagonal == pytest.approx(10, abs=1e-3)
    assert 0.1 <= deviation.inward_mean < 0.12


def test_what_was_lost_shows_on_the_way_from_the_reference_only():
    body, part = a_box(), a_box(extents=(0.1, 0.1, 0.1), centre=(1.0, 0, 0))
    deviation = measure_deviation(body, joined(body, part), samples=500)
    assert deviation.outward_max == pytest.approx(0, abs=1e-6)
    assert deviation.inward_max == pytest.approx(0.55, abs=1e-5)


def test_agrees_with_distances_to_every_triangle_taken_one_by_one():
    first, second = a_box(extents=(0.3, 0.9, 0.5)), a_box(extents=(0.5, 0.6, 0.7))
    deviation = measure_deviation(first, second, samples=300)
    # Of two boxes about one centre, the farthest points are corners, so vertices decide.
    corner = first.positions.astype(np.float64)
    beyond = np.maximum(np.abs(corner) - np.array([0.25, 0.3, 0.35]), 0)
    assert deviation.outward_max == pytest.approx(np.linalg.norm(beyond, axis=1).max(), abs=1e-6)
