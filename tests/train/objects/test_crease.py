import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto_train.objects.crease import crease_normals
from bozzetto_train.objects.procedural.shapes import rotation
from tests.build import a_sphere
from tests.train.objects.build_object import CUBE, CUBE_TRIANGLES


def test_cube_is_sharp_everywhere():
    found = crease_normals(CUBE, CUBE_TRIANGLES)
    a, b, c = (CUBE[CUBE_TRIANGLES[:, k]] for k in range(3))
    faces = np.repeat(np.cross(b - a, c - a), 3, axis=0)
    np.testing.assert_allclose(found.normals, faces, atol=1e-6)


def test_sphere_is_round_even_when_no_vertex_is_shared():
    sphere = a_sphere()
    centred = sphere.positions - sphere.positions.mean(axis=0)
    loose = centred[sphere.triangles].reshape(-1, 3)
    found = crease_normals(loose, np.arange(len(loose), dtype=np.int32).reshape(-1, 3))
    outward = loose / np.linalg.norm(loose, axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", found.normals, outward).min() > 0.995


def test_sheet_seen_from_both_sides_does_not_cancel_out():
    corners = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    found = crease_normals(corners, np.int32([[0, 1, 2], [0, 2, 1]]))
    np.testing.assert_allclose(found.normals[:3], [[0, 0, 1]] * 3)
    np.testing.assert_allclose(found.normals[3:], [[0, 0, -1]] * 3)


@settings(max_examples=20)
@given(st.tuples(*[st.floats(-180, 180)] * 3))
def test_turns_with_the_mesh(turn_deg):
    turn = rotation(turn_deg).astype(np.float32)
    still = crease_normals(CUBE, CUBE_TRIANGLES).normals
    turned = crease_normals(CUBE @ turn.T, CUBE_TRIANGLES).normals
    np.testing.assert_allclose(turned, still @ turn.T, atol=1e-5)
