import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.formats.base import Source
from bozzetto.formats.meshes.polygons import cut_polygons
from bozzetto.formats.registry import load_format

ARROW = [(0, 0), (2, 1), (0, 2), (0.5, 1)]
"""A concave quad: the diagonal from its first corner leaves it."""
U = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)]


def in_space(outline, turn=0):
    """An outline in a slanting plane, its corners counted from another one."""
    flat = np.roll(np.array(outline, float), turn, axis=0)
    return (flat @ np.array([[1, 0.2, 0], [0, 0.5, 1]])).astype(np.float32)


def cut(*polygons):
    """Triangles and quads of polygons that share nothing."""
    counts = np.array([len(polygon) for polygon in polygons], np.int32)
    positions = np.concatenate(polygons)
    corners = np.arange(len(positions), dtype=np.int32)
    return *cut_polygons(counts, corners, positions), positions


def areas(triangles, positions):
    """Each triangle's area, negative where it is turned against the first one's polygon."""
    a, b, c = np.moveaxis(positions[triangles].astype(float), 1, 0)
    vectors = np.cross(b - a, c - a) / 2
    up = vectors.sum(axis=0) / np.linalg.norm(vectors.sum(axis=0))
    return vectors @ up


def area_of(outline):
    """The shoelace formula, in the slanting plane."""
    x, y = np.array(outline, float).T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2 * np.linalg.norm([0.2, -1, 0.5])


@pytest.mark.parametrize("outline", [ARROW, U], ids=["arrow", "U"])
@pytest.mark.parametrize("turn", range(4))
def test_concave_faces_are_covered_and_nothing_beside_them(outline, turn):
    triangles, quads, positions = cut(in_space(outline, turn))
    covered = areas(triangles, positions)
    assert len(triangles) == len(outline) - 2
    assert covered.min() > 0
    assert covered.sum() == pytest.approx(area_of(outline), rel=1e-5)
    assert len(quads) == (len(outline) == 4)


def test_corners_on_a_straight_edge_make_no_empty_triangles():
    square = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    triangles, _, positions = cut(in_space(square))
    assert areas(triangles, positions).min() > 0.1


def test_convex_faces_stay_fans_in_their_order():
    square = in_space([(0, 0), (1, 0), (1, 1), (0, 1)])
    pentagon = in_space([(0, 0), (2, 0), (3, 1), (1, 3), (0, 1)])
    triangles, quads, _ = cut(square, square[:2], pentagon, square[:3])
    assert triangles.tolist() == [[0, 1, 2], [0, 2, 3], [6, 7, 8], [6, 8, 9], [6, 9, 10],
                                  [11, 12, 13]]  # fmt: skip
    assert quads.tolist() == [[0, 1]]


@given(st.integers(3, 12), st.integers(0, 10_000))
def test_any_star_shaped_face_keeps_its_area(count, seed):
    rng = np.random.default_rng(seed)
    angles = (np.arange(count) + rng.uniform(0, 0.8, count)) / count * 2 * np.pi
    reach = rng.uniform(0.3, 2, count)
    outline = np.stack([reach * np.cos(angles), reach * np.sin(angles)], axis=1)
    triangles, _, positions = cut(in_space(outline))
    x, y = outline.T
    if (x * np.roll(y, -1) - y * np.roll(x, -1)).min() > 0:  # The centre sees every edge.
        covered = areas(triangles, positions)
        assert covered.sum() == pytest.approx(area_of(outline), rel=1e-4)
        assert covered.min() > -1e-4 * covered.sum()


def test_a_face_that_is_a_point_or_a_line_gives_its_triangles_all_the_same():
    line = np.float32([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [1, 0, 0]])
    assert len(cut(line)[0]) == len(cut(line * 0)[0]) == 3


def test_a_concave_face_of_an_obj_is_cut_right():
    rows = "".join(f"v {x} {y} {z}\n" for x, y, z in in_space(U).tolist())
    data = f"{rows}f {' '.join(str(i + 1) for i in range(len(U)))}\n".encode()
    mesh = load_format("obj").read(Source(name="u.obj", data=data)).model.parts[0].mesh
    assert areas(mesh.triangles, mesh.positions).min() > 0
