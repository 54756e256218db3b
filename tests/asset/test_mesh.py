import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh, whole_quads

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0]], np.float32)
HALVES = np.array([[0, 1, 2], [0, 2, 3], [1, 4, 2]], np.int32)


def test_a_quad_names_its_corners_in_order():
    mesh = Mesh(positions=SQUARE, triangles=HALVES, quads=np.array([[0, 1]], np.int32))
    assert mesh.num_quads == 1
    assert mesh.quad_corners.tolist() == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    ("quads", "why"),
    [
        ([[0, 3]], "does not exist"),
        ([[0, 1], [1, 2]], "one quad only"),
        ([[0, 2]], r"\(a, c, d\)"),
        ([[1, 0]], r"\(a, c, d\)"),
    ],
)
def test_refuses_pairs_that_are_no_quads(quads, why):
    with pytest.raises(ValueError, match=why):
        Mesh(positions=SQUARE, triangles=HALVES, quads=np.array(quads, np.int32))


def test_a_cut_diagonal_leaves_no_quad():
    cut = np.array([[0, 1, 2], [5, 6, 3], [7, 8, 9], [7, 9, 10]], np.int32)
    pairs = np.array([[0, 1], [2, 3]], np.int32)
    assert whole_quads(cut, pairs).tolist() == [[2, 3]]
