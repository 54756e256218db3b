import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.geometry.measure.watertight import euler_number, is_closed_manifold
from bozzetto.geometry.remesh.quad_collapse import collapse_to
from bozzetto.geometry.remesh.quads import mesh_of_quads
from tests.geometry.quad_shapes import a_quad_box, a_quad_ring


@given(
    around=st.integers(8, 24),
    across=st.integers(6, 12),
    share=st.floats(0.6, 1),
    skew=st.floats(0, 1),
)
@settings(max_examples=15)
def test_meets_any_number_of_a_ring_and_keeps_it_a_closed_ring_of_quads(
    around, across, share, skew
):
    positions, faces = a_quad_ring(around=around, across=across)
    positions = positions + skew * 0.02 * np.sin(7 * positions[:, ::-1])
    target = round(share * len(faces))
    points, left = collapse_to(positions, faces, target=target)
    assert len(left) == target
    assert len(points) == len(positions) - (len(faces) - target)
    mesh = mesh_of_quads(points, left)
    assert is_closed_manifold(mesh)
    assert euler_number(mesh.triangles) == 0
    assert mesh.num_quads == target


def test_stops_before_it_would_tear_the_box():
    positions, faces = a_quad_box(cells=3)
    points, left = collapse_to(positions, faces, target=1)
    assert 1 < len(left) < len(faces)
    mesh = mesh_of_quads(points, left)
    assert is_closed_manifold(mesh)
    assert euler_number(mesh.triangles) == 2


def test_takes_the_shortest_diagonal_first():
    positions, faces = a_quad_ring()
    squeezed = positions.copy()
    a, c = faces[37, 0], faces[37, 2]
    middle = (positions[a] + positions[c]) / 2
    squeezed[a], squeezed[c] = (positions[[a, c]] + 2 * middle) / 3
    points, left = collapse_to(squeezed, faces, target=len(faces) - 1)
    assert len(left) == len(faces) - 1
    gone = np.linalg.norm(squeezed[:, None] - points[None], axis=-1).min(axis=1) > 1e-9
    assert set(np.flatnonzero(gone)) == {a, c}


def test_leaves_a_mesh_within_the_budget_as_it_is():
    positions, faces = a_quad_ring()
    points, left = collapse_to(positions, faces, target=len(faces))
    np.testing.assert_array_equal(points, positions)
    np.testing.assert_array_equal(left, faces)


def test_cuts_quads_along_the_shorter_diagonal():
    positions = np.array([[0, 0, 0], [2, 0, 0], [3, 1, 0], [1, 1, 0]], np.float64)
    mesh = mesh_of_quads(positions, np.array([[0, 1, 2, 3]], np.int32))
    assert sorted(mesh.triangles[0][[0, 2]].tolist()) == [1, 3]
    assert mesh.quad_corners.tolist() == [[1, 2, 3, 0]]
    assert np.isclose(np.linalg.norm(positions[1] - positions[3]), np.sqrt(2))


@pytest.mark.parametrize("cells", [2, 5])
def test_the_box_of_the_tests_is_closed(cells):
    mesh = mesh_of_quads(*a_quad_box(cells=cells))
    assert mesh.num_quads == 6 * cells**2
    assert is_closed_manifold(mesh)
