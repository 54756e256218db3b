import numpy as np
import pytest

from bozzetto.engines.inflate.surface import surface_of
from bozzetto.geometry.measure.watertight import closed_manifold_defects, enclosed_volume


def a_ball_field(*, radius, size=60, centre=(30.2, 29.7)):
    v, u = np.mgrid[:size, :size] + 0.5
    return (radius**2 - (u - centre[0]) ** 2 - (v - centre[1]) ** 2).astype(np.float32)


def standing(surface):
    """To x right, y up, z towards the camera."""
    return (surface.points * np.array([1, -1, 1])).astype(np.float32)


def test_a_ball_is_closed_outward_and_a_twentieth_of_a_cell_exact():
    surface = surface_of(a_ball_field(radius=20))
    points = standing(surface)
    assert closed_manifold_defects(points, surface.triangles) == ()
    assert enclosed_volume(points, surface.triangles) == pytest.approx(
        4 / 3 * np.pi * 8000, rel=5e-3
    )
    radii = np.linalg.norm(surface.points - np.array([30.2, 29.7, 0]), axis=1)
    assert np.abs(radii - 20).max() < 0.05


def test_the_back_mirrors_the_front_and_shares_the_rim():
    points = surface_of(a_ball_field(radius=12)).points
    front, back = points[points[:, 2] > 0], points[points[:, 2] < 0]
    rows = lambda array: array[np.lexsort(array.T)]  # noqa: E731
    np.testing.assert_array_equal(rows(front), rows(back * np.array([1, 1, -1])))
    assert len(front) + len(back) + (points[:, 2] == 0).sum() == len(points)


def test_a_part_thinner_than_a_cell_keeps_its_depth():
    field = np.full((9, 30), -1, np.float32)
    field[4, 4:26] = 0.36
    surface = surface_of(field)
    assert closed_manifold_defects(standing(surface), surface.triangles) == ()
    assert surface.points[:, 2].max() == pytest.approx(0.6, abs=1e-6)


def test_cells_that_touch_by_a_corner_still_close():
    field = np.full((8, 8), -1, np.float32)
    field[2:4, 2:4] = field[4:6, 4:6] = 1.3
    surface = surface_of(field)
    assert closed_manifold_defects(standing(surface), surface.triangles) == ()
