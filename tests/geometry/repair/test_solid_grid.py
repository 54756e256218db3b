import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.solid import Solid
from bozzetto.geometry.measure.watertight import enclosed_volume
from bozzetto.geometry.repair.solid_grid import closed, grown, opened, sample_solid, sample_touched
from tests.build import a_sphere


def test_nodes_inside_are_those_that_rays_find_inside():
    ball = a_sphere(subdivisions=3)
    grid = sample_solid(ball, step=0.04)
    every = np.ones_like(grid.inside)
    truth = Solid(ball).contains(grid.points(every)).reshape(every.shape)
    assert (grid.inside != truth).sum() <= 2  # On the surface itself either may be said.


def test_nodes_count_the_volume():
    ball = a_sphere(subdivisions=4)
    grid = sample_solid(ball, step=0.02)
    volume = enclosed_volume(ball.positions, ball.triangles)
    assert grid.inside.sum() * grid.step**3 == pytest.approx(volume, rel=0.01)


def test_a_sheet_between_nodes_is_touched_though_no_node_is_inside():
    ball = a_sphere(subdivisions=3)
    flat = ball.positions * np.array([1, 0.02, 1], np.float32)
    sheet = Mesh(positions=flat, triangles=ball.triangles)
    grid = sample_solid(sheet, step=0.06)
    assert not grid.inside.any()
    assert sample_touched(sheet, grid).any()


def test_growing_once_adds_the_eighteen_neighbours():
    nodes = np.zeros((7, 7, 7), bool)
    nodes[3, 3, 3] = True
    assert grown(nodes, 1).sum() == 19
    assert not grown(nodes, 1)[2, 2, 2]


def test_closing_fills_a_slit_and_opening_takes_a_thread_off():
    nodes = np.zeros((24, 24, 24), bool)
    nodes[8:16, 8:16, 8:16] = True
    slit = nodes.copy()
    slit[11, 8:14, 8:16] = False
    assert closed(slit, 1)[11, 9:14, 9:15].all()  # But for its edges, which are rounded.
    assert not (closed(slit, 1) & ~nodes).any()
    threaded = nodes.copy()
    threaded[11, 11, 16:20] = True
    assert not opened(threaded, 1)[:, :, 16:].any()
