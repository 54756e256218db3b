import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.detail import BakeSource
from tests.build import a_sphere
from tests.texturing.scene import CENTRE, with_normals


def a_dense(mesh, *, cage=0.05):
    return BakeSource(mesh, Raycaster(mesh.positions, mesh.triangles), cage=cage)


@pytest.mark.parametrize("scale", [0.97, 1.0, 1.03])
def test_finds_the_dense_surface_below_and_above(scale):
    ball = with_normals(a_sphere(subdivisions=5))
    directions = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    dense = a_dense(ball)
    anchors = dense.anchor(CENTRE + directions * np.float32(0.5 * scale), directions)
    assert anchors.agrees.all()
    np.testing.assert_allclose(dense.normals_at(anchors), directions, atol=0.01)
    positions = dense.interpolate(ball.positions, anchors)
    np.testing.assert_allclose(positions, CENTRE + directions * np.float32(0.5), atol=2e-3)


def test_never_takes_the_other_side_of_a_thin_wall():
    sheet = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
    top = np.array([[0, 2, 1], [0, 3, 2]], np.int32)
    wall = with_normals(
        Mesh(
            positions=np.concatenate([sheet, sheet - np.array([0, 0.01, 0], np.float32)]),
            triangles=np.concatenate([top, top[:, ::-1] + 4]).astype(np.int32),
        )
    )
    # A little above the top: the bottom is within the cage as well, but faces down.
    points = np.array([[0.1, 0.02, 0.2], [0.1, -0.03, 0.2]], np.float32)
    normals = np.array([[0, 1, 0], [0, -1, 0]], np.float32)
    dense = a_dense(wall)
    anchors = dense.anchor(points, normals)
    np.testing.assert_allclose(dense.normals_at(anchors), normals, atol=1e-6)
    np.testing.assert_allclose(
        dense.interpolate(wall.positions, anchors)[:, 1], [0, -0.01], atol=1e-6
    )


def test_out_of_reach_it_takes_the_nearest_point_and_says_so():
    ball = with_normals(a_sphere(subdivisions=4))
    far = CENTRE[None] + np.array([[0, 0, 0.8]], np.float32)
    dense = a_dense(ball)
    anchors = dense.anchor(far, np.array([[0, 0, 1]], np.float32))
    assert not anchors.agrees[0]
    np.testing.assert_allclose(
        dense.interpolate(ball.positions, anchors)[0], [0, 0.5, 0.5], atol=1e-3
    )
