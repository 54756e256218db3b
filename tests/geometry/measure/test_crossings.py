import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.crossings import crossing_edges, crossing_triangles
from bozzetto.geometry.repair.faulty_moves import undo_faulty_moves
from bozzetto.qa.self_intersections import count_self_intersections
from tests.build import a_sphere


def two_balls(*, apart):
    first, second = a_sphere(), a_sphere()
    moved = second.positions + np.array([apart, 0.013, 0.007], np.float32)
    return Mesh(
        positions=np.concatenate([first.positions, moved]),
        triangles=np.concatenate([first.triangles, second.triangles + first.num_vertices]),
    )


def test_finds_as_many_as_the_independent_check_both_ways():
    mesh = two_balls(apart=0.8)
    found = crossing_triangles(mesh.positions, mesh.triangles)
    assert len(found) == count_self_intersections(mesh) > 20
    quick = crossing_edges(mesh.positions, mesh.triangles)
    assert set(quick.tolist()) <= set(found.tolist())
    assert len(quick) > 0.9 * len(found)


def test_finds_nothing_where_nothing_crosses():
    mesh = two_balls(apart=1.02)
    assert len(crossing_triangles(mesh.positions, mesh.triangles)) == 0
    assert len(crossing_edges(mesh.positions, mesh.triangles)) == 0


def test_moves_that_push_parts_through_each_other_stop_before():
    start = two_balls(apart=1.02)
    way = np.zeros_like(start.positions)
    way[start.num_vertices // 2 :, 0] = -0.1
    moved = Mesh(positions=start.positions + way, triangles=start.triangles)
    held = undo_faulty_moves(start, moved)
    assert count_self_intersections(moved) > 0
    assert count_self_intersections(held) == 0
    far = start.positions[:, 0] > 1.3
    np.testing.assert_array_equal(held.positions[far], moved.positions[far])


def test_sound_moves_are_made_in_full():
    start = a_sphere()
    moved = Mesh(positions=start.positions * np.float32(1.1), triangles=start.triangles)
    np.testing.assert_array_equal(undo_faulty_moves(start, moved).positions, moved.positions)
