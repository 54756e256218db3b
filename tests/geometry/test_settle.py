from dataclasses import replace

import numpy as np

from bozzetto.geometry.crossings import crossing_triangles
from bozzetto.geometry.mend import settle
from bozzetto.geometry.settle import Pair, settled
from bozzetto.geometry.unfold import folded_triangles
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
    start = Pair(mesh=a_sphere(subdivisions=3), dense=a_sphere(subdivisions=5))
    moved = Pair(mesh=swirled(start.mesh), dense=start.dense)
    assert len(settle(moved.mesh, source=moved.dense)[1]) > 0  # No corner alone helps.
    sound = settled(start, moved)
    assert len(folded_triangles(sound.mesh, source=sound.dense)) == 0
    assert len(crossing_triangles(sound.mesh.positions, sound.mesh.triangles)) == 0
    np.testing.assert_array_equal(sound.mesh.triangles, start.mesh.triangles)


def test_a_sound_move_stays_whole():
    start = Pair(mesh=a_sphere(subdivisions=3), dense=a_sphere(subdivisions=4))
    moved = Pair(
        mesh=replace(start.mesh, positions=start.mesh.positions * 1.1),
        dense=replace(start.dense, positions=start.dense.positions * 1.1),
    )
    sound = settled(start, moved)
    assert sound.mesh is moved.mesh
    assert sound.dense is moved.dense


def test_faults_from_before_the_move_are_stretched_flat():
    dense, ball = a_sphere(subdivisions=5), a_sphere(subdivisions=3)
    positions = ball.positions.copy()
    chosen = (ball.positions[:, 1] > 0.9) & (np.hypot(*ball.positions[:, [0, 2]].T) < 0.12)
    positions[chosen] *= (-1, 1, 1)  # A patch turned inside out.
    start = Pair(mesh=replace(ball, positions=positions), dense=dense)
    assert len(folded_triangles(start.mesh, source=dense)) > 0
    sound = settled(start, start)
    assert len(folded_triangles(sound.mesh, source=dense)) == 0
    np.testing.assert_array_equal(sound.mesh.triangles, ball.triangles)
