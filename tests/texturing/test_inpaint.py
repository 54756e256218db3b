import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.texturing.inpaint import fill_unknown
from tests.build import a_sphere


def fill(ball, values, known):
    return fill_unknown(values, known, positions=ball.positions, triangles=ball.triangles)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_keeps_known_values_and_stays_within_their_range(seed):
    ball = a_sphere(subdivisions=2)
    rng = np.random.default_rng(seed)
    values = rng.random((ball.num_vertices, 3)).astype(np.float32)
    known = rng.random(ball.num_vertices) < 0.3
    known[0] = True
    filled = fill(ball, values, known)
    np.testing.assert_array_equal(filled[known], values[known])
    assert (filled >= values[known].min(0)).all()
    assert (filled <= values[known].max(0)).all()


def test_every_filled_vertex_is_the_mean_of_its_neighbours():
    ball = a_sphere(subdivisions=3)
    values = np.array(ball.positions)
    known = np.abs(ball.positions[:, 1] - 0.5) > 0.25
    filled = fill(ball, values, known)
    for vertex in np.flatnonzero(~known)[::10]:
        around = set(ball.triangles[(ball.triangles == vertex).any(1)].ravel()) - {vertex}
        np.testing.assert_allclose(filled[vertex], filled[list(around)].mean(0), atol=3e-3)


def test_a_part_that_touches_nothing_known_takes_the_colour_of_its_surroundings():
    ball = a_sphere(subdivisions=2)
    far = ball.positions + np.array([3, 0, 0], np.float32)
    near = ball.positions * np.float32(0.2) + np.array([0.6, 0.4, 0], np.float32)
    count = ball.num_vertices
    mesh = Mesh(
        positions=np.concatenate([ball.positions, far, near]),
        triangles=np.concatenate([ball.triangles + k * count for k in range(3)]).astype(np.int32),
    )
    values = np.repeat(np.array([[1.0], [0.0], [0.5]], np.float32), count, axis=0)
    known = np.arange(3 * count) < 2 * count
    filled = fill(mesh, values, known)
    assert filled[2 * count :].min() > 0.9


def test_without_anything_known_all_is_the_mean():
    ball = a_sphere(subdivisions=1)
    filled = fill(ball, np.array(ball.positions), np.zeros(ball.num_vertices, bool))
    np.testing.assert_allclose(filled, np.tile(ball.positions.mean(0), (len(filled), 1)))
