from dataclasses import replace

import numpy as np

from bozzetto.geometry.measure.crossings import crossing_triangles
from bozzetto.geometry.repair.faults import move_out_of_faults
from bozzetto.geometry.repair.folded_triangles import folded_triangles
from bozzetto.geometry.repair.moved_pair import MeshWithDense, repair_moved_pair
from tests.build import a_sphere


def swirled(mesh):
    """Turn the top of a ball by a right angle within a thin belt: no coarse triangle survives."""
    x, y, z = mesh.positions.T
    angle = np.clip((y - 0.8) / 0.02, 0, 1) * 2.6
    turned = np.stack(
        [x * np.cos(angle) + z * np.sin(angle), y, z * np.cos(angle) - x * np.sin(angle)]
    )
    return replace(mesh, positions=turned.T.astype(np.float32))


def test_what_no_corner_can_settle_goes_back_on_both_surfaces_alike():
    start = MeshWithDense(mesh=a_sphere(subdivisions=3), dense=a_sphere(subdivisions=5))
    moved = MeshWithDense(mesh=swirled(start.mesh), dense=start.dense)
    assert len(move_out_of_faults(moved.mesh, source=moved.dense)[1]) > 0  # No corner alone helps.
    sound = repair_moved_pair(start, moved)
    assert len(folded_triangles(sound.mesh, source=sound.dense)) == 0
    assert len(crossing_triangles(sound.mesh.positions, sound.mesh.triangles)) == 0
    np.testing.assert_array_equal(sound.mesh.triangles, start.mesh.triangles)


def test_a_sound_move_stays_whole():
    start = MeshWithDense(mesh=a_sphere(subdivisions=3), dense=a_sphere(subdivisions=4))
    moved = MeshWithDense(
        mesh=replace(start.mesh, positions=start.mesh.positions * 1.1),
        dense=replace(start.dense, positions=start.dense.positions * 1.1),
    )
    sound = repair_moved_pair(start, moved)
    assert sound.mesh is moved.mesh
    assert sound.dense is moved.dense


def test_faults_from_before_the_move_are_stretched_flat():
    dense, ball = a_sphere(subdivisions=5), a_sphere(subdivisions=3)
    positions = ball.positions.copy()
    chosen = (ball.positions[:, 1] > 0.9) & (np.hypot(*ball.positions[:, [0, 2]].T) < 0.12)
    positions[chosen] *= (-1, 1, 1)  # A patch turned inside out.
    start = MeshWithDense(mesh=replace(ball, positions=positions), dense=dense)
    assert len(folded_triangles(start.mesh, source=dense)) > 0
    sound = repair_moved_pair(start, start)
    assert len(folded_triangles(sound.mesh, source=dense)) == 0
    np.testing.assert_array_equal(sound.mesh.triangles, ball.triangles)
