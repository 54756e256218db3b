import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.remesh.simplify import SimplifyOptions, simplify
from bozzetto.geometry.repair.folded_triangles import flatten_folded, flip_folded, folded_triangles
from tests.build import a_sphere


def with_a_fold(mesh, *, seed):
    """Pull one vertex over its neighbours to the far side of its ring, along the surface."""
    rng = np.random.default_rng(seed)
    vertex = int(rng.integers(mesh.num_vertices))
    ring = np.unique(mesh.triangles[(mesh.triangles == vertex).any(axis=1)])
    other = int(rng.choice(ring[ring != vertex]))
    positions = np.array(mesh.positions)
    positions[vertex] += 2.5 * (positions[other] - positions[vertex])
    return Mesh(positions=positions, triangles=np.array(mesh.triangles))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_fold_is_found_and_laid_flat(seed):
    ball = a_sphere()
    folded = with_a_fold(ball, seed=seed)
    assert len(folded_triangles(folded, source=ball)) > 0
    flat = flatten_folded(folded, source=ball)
    assert len(folded_triangles(flat, source=ball)) == 0
    radius = np.linalg.norm(flat.positions - np.array([0, 0.5, 0], np.float32), axis=1)
    assert np.abs(radius - 0.5).max() < 0.02  # Still on the ball, where it was.


def test_a_surface_without_folds_stays_as_it_is():
    ball = a_sphere()
    np.testing.assert_array_equal(flatten_folded(ball, source=ball).positions, ball.positions)


def test_connectivity_is_never_touched():
    ball = a_sphere()
    folded = with_a_fold(ball, seed=1)
    np.testing.assert_array_equal(flatten_folded(folded, source=ball).triangles, folded.triangles)


def test_reducing_a_bumpy_ball_leaves_no_fold():
    ball = a_sphere(subdivisions=5)
    direction = np.array(ball.positions) - np.array([0, 0.5, 0], np.float32)
    bumps = 1 + 0.05 * np.sin(25 * direction).prod(axis=1, keepdims=True)
    bumpy = Mesh(
        positions=(direction * bumps + np.array([0, 0.5, 0])).astype(np.float32),
        triangles=np.array(ball.triangles),
    )
    small = simplify(bumpy, options=SimplifyOptions(target_triangles=3000)).mesh
    assert len(folded_triangles(small, source=bumpy)) == 0


def test_a_sliver_that_reaches_over_its_edge_is_flipped_and_nothing_moves():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 0, -1], [0, 0, -1]], np.float32)
    flat = Mesh(positions=square, triangles=np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    # The third corner of the first triangle lies beyond the edge that it shares with the second.
    points = np.concatenate([square, np.array([[0.5, 0, -0.51]], np.float32)])
    triangles = np.array([[0, 1, 4], [1, 2, 4], [0, 4, 2], [0, 2, 3]], np.int32)
    sliver = Mesh(positions=points, triangles=triangles)
    assert folded_triangles(sliver, source=flat).tolist() == [2]
    flipped = flip_folded(sliver, source=flat)
    assert len(folded_triangles(flipped, source=flat)) == 0
    np.testing.assert_array_equal(flipped.positions, points)
    assert sorted(map(sorted, flipped.triangles.tolist())) == [
        [0, 1, 4],
        [0, 3, 4],
        [1, 2, 4],
        [2, 3, 4],
    ]
