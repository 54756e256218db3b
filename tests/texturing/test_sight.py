import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.sight import Observer
from tests.build import a_sphere
from tests.texturing.scene import CENTRE, camera_at, with_normals


def an_observer(mesh, azimuth_deg=0):
    return Observer(
        camera_at(azimuth_deg), Raycaster(mesh.positions, mesh.triangles), tolerance=0.004
    )


def two_balls():
    """A small ball in front of the middle of a large one."""
    ball = a_sphere(subdivisions=4)
    small = (ball.positions - CENTRE) * 0.3 + CENTRE + np.array([0, 0, 0.9])
    return with_normals(
        Mesh(
            positions=np.concatenate([ball.positions, small]).astype(np.float32),
            triangles=np.concatenate([ball.triangles, ball.triangles + ball.num_vertices]).astype(
                np.int32
            ),
        )
    )


def test_the_near_side_of_a_ball_is_seen_and_the_far_side_is_not():
    ball = with_normals(a_sphere(subdivisions=4))
    sight = an_observer(ball).look_at(ball.positions, ball.normals)
    np.testing.assert_array_equal(sight.seen[sight.facing > 0.15], 1)
    np.testing.assert_array_equal(sight.seen[sight.facing < -0.2], 0)
    # A ray to a vertex may slip through between its triangles.
    assert sight.floating[sight.facing > 0.3].mean() < 0.01


def test_points_well_in_front_of_what_the_photo_shows_float():
    ball = with_normals(a_sphere(subdivisions=4))
    ahead = ball.normals[:, 2] > 0.8
    points = ball.positions[ahead] + 0.05 * ball.normals[ahead]
    sight = an_observer(ball).look_at(points.astype(np.float32), ball.normals[ahead])
    assert sight.floating.all()


def test_what_stands_in_the_shadow_of_something_else_is_not_seen():
    mesh = two_balls()
    sight = an_observer(mesh).look_at(mesh.positions, mesh.normals)
    large = np.arange(mesh.num_vertices) < mesh.num_vertices // 2
    offset = np.linalg.norm(mesh.positions - CENTRE, axis=1)
    sideways = np.hypot(*(mesh.positions - CENTRE)[:, :2].T)
    hidden = large & (offset < 0.51) & (sideways < 0.15)
    assert hidden.sum() > 50
    np.testing.assert_array_equal(sight.seen[hidden], 0)


def test_trust_fades_towards_the_outline_of_what_stands_in_front():
    mesh = two_balls()
    x = np.linspace(0.15, 0.3, 200)
    points = CENTRE + np.stack([x, 0 * x, np.sqrt(0.25 - x**2)], axis=1)
    normals = ((points - CENTRE) / 0.5).astype(np.float32)
    seen = an_observer(mesh).look_at(points.astype(np.float32), normals).seen
    edge = int(np.argmax(seen > 0))
    assert 0 < edge < 150
    assert seen[-1] == 1
    assert np.abs(np.diff(seen)).max() < 0.4


def test_points_behind_the_camera_are_not_seen():
    ball = a_sphere(subdivisions=2)
    behind = np.array([[0, 0.5, 5.0]], np.float32)
    sight = an_observer(ball).look_at(behind, np.array([[0, 0, -1]], np.float32))
    assert sight.seen[0] == 0


def test_pixels_are_those_of_the_camera():
    ball = with_normals(a_sphere(subdivisions=1))
    sight = an_observer(ball, 30).look_at(ball.positions, ball.normals)
    wanted, _ = camera_at(30).project(ball.positions)
    np.testing.assert_allclose(sight.pixels, wanted, atol=1e-3)
