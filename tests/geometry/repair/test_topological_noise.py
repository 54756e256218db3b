from functools import cache

import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.watertight import enclosed_volume, euler_number, is_closed_manifold
from bozzetto.geometry.repair.topological_noise import remove_topological_noise

SIDE = 72


def surface_of(field):
    positions, triangles = extract_isosurface(field.astype(np.float32), padded=True)
    return Mesh(positions=(positions / SIDE).astype(np.float32), triangles=triangles)


@cache
def grid():
    return np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]


def a_box(centre, half):
    apart = [np.abs(a - b) - e for a, b, e in zip(grid(), centre, half, strict=True)]
    return -np.maximum.reduce(apart)


def a_chair():
    """A seat on four legs three nodes thick, with a rung between two of them: genus 1."""
    chair = a_box((0, 0.1, 0), (0.6, 0.1, 0.6))
    for x in (-0.5, 0.5):
        for z in (-0.5, 0.5):
            chair = np.maximum(chair, a_box((x, -0.4, z), (0.045, 0.5, 0.045)))
    return np.maximum(chair, a_box((0, -0.5, 0.5), (0.5, 0.045, 0.045)))


def genus_of(mesh):
    return 1 - euler_number(mesh.triangles) // 2


def test_a_surface_without_noise_comes_back_as_it_is():
    for field in (a_chair(), 0.3 - np.hypot(np.hypot(*grid()[:2]) - 0.6, grid()[2])):
        mesh = surface_of(field)
        assert remove_topological_noise(mesh) is mesh


def drilled(field):
    """Narrow tunnels through the seat."""
    x, _, z = grid()
    for place in (-0.2, 0.0, 0.2):
        field = np.where((np.abs(x - place) < 0.03) & (np.abs(z) < 0.03), -0.02, field)
    return field


def test_small_tunnels_go_while_legs_and_their_gap_stay():
    noisy, clean = surface_of(drilled(a_chair())), surface_of(a_chair())
    assert genus_of(noisy) >= 4
    result = remove_topological_noise(noisy)
    assert genus_of(result) == genus_of(clean) == 1
    assert is_closed_manifold(result)
    np.testing.assert_allclose(result.bounds, clean.bounds, atol=1.5 / SIDE)
    assert enclosed_volume(result.positions, result.triangles) == pytest.approx(
        enclosed_volume(clean.positions, clean.triangles), rel=0.04
    )


def test_a_tunnel_that_a_photo_looks_through_stays():
    def sees_through(points, slack):
        return np.hypot(points[:, 0] - 0.49, points[:, 2] - 0.49) < 0.03

    x, _, z = grid()
    field = np.where((np.abs(x) < 0.03) & (np.abs(z) < 0.03), -0.02, a_chair())
    field = np.where((np.abs(x - 0.2) < 0.03) & (np.abs(z) < 0.03), -0.02, field)
    assert genus_of(surface_of(field)) == 3
    assert genus_of(remove_topological_noise(surface_of(field), sees_through=sees_through)) == 2


def test_a_thread_finer_than_the_grid_is_not_lost():
    x, y, z = grid()
    field = drilled(a_chair())
    mesh = surface_of(np.where((np.abs(x) < 0.02) & (np.abs(z) < 0.02) & (y > 0.1), 0.002, field))
    assert remove_topological_noise(mesh).bounds[1][1] == pytest.approx(
        mesh.bounds[1][1], abs=3 / SIDE
    )
