import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.crossings import crossing_triangles
from bozzetto.geometry.measure.watertight import enclosed_volume, is_closed_manifold
from bozzetto.geometry.repair.faults import move_out_of_faults, repair_faults
from bozzetto.geometry.repair.folded_triangles import folded_triangles
from bozzetto.geometry.split import split_longest
from tests.build import a_sphere


def spoiled(mesh, *, count=6):
    """Push some corners along the surface, past their neighbours."""
    positions = mesh.positions.copy()
    for vertex in range(0, mesh.num_vertices, mesh.num_vertices // count):
        row = mesh.triangles[(mesh.triangles == vertex).any(axis=1)][0]
        other = int(row[row != vertex][0])
        positions[vertex] += 1.7 * (positions[other] - positions[vertex])
    return Mesh(positions=positions, triangles=mesh.triangles)


def is_faulty(mesh, dense):
    folded = folded_triangles(mesh, source=dense)
    return len(folded) + len(crossing_triangles(mesh.positions, mesh.triangles)) > 0


def test_mends_folds_and_meets_the_number():
    dense, bad = a_sphere(subdivisions=5), spoiled(a_sphere(subdivisions=3))
    assert is_faulty(bad, dense)
    mended = repair_faults(bad, source=dense, target=bad.num_triangles + 8)
    assert not is_faulty(mended, dense)
    assert mended.num_triangles == bad.num_triangles + 8
    assert is_closed_manifold(mended)


def test_settling_moves_corners_only():
    dense, bad = a_sphere(subdivisions=5), spoiled(a_sphere(subdivisions=3))
    settled, left = move_out_of_faults(bad, source=dense)
    assert len(left) == 0
    assert not is_faulty(settled, dense)
    np.testing.assert_array_equal(settled.triangles, bad.triangles)


def test_a_sound_mesh_is_left_alone():
    dense, sound = a_sphere(subdivisions=5), a_sphere(subdivisions=3)
    assert move_out_of_faults(sound, source=dense)[0] is sound
    assert repair_faults(sound, source=dense, target=sound.num_triangles) is sound


def test_splitting_adds_exactly_two_triangles_each_and_keeps_the_surface():
    ball = a_sphere(subdivisions=2)
    split = split_longest(ball, count=37)
    assert split.num_triangles == ball.num_triangles + 74
    assert is_closed_manifold(split)
    np.testing.assert_allclose(
        enclosed_volume(split.positions, split.triangles),
        enclosed_volume(ball.positions, ball.triangles),
        rtol=1e-5,
    )
