import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.sculpting.rim import find_rim
from tests.sculpting.shapes import a_ball, big_camera


def two_balls(*, behind):
    """A ball and a smaller one right in front of or behind it."""
    ball = a_ball()
    small = (ball.positions - np.array([0, 0.5, 0])) * 0.3
    placed = small + np.array([0, 0.5, -1.2 if behind else 1.2])
    return Mesh(
        positions=np.concatenate([ball.positions, placed]).astype(np.float32),
        triangles=np.concatenate([ball.triangles, ball.triangles + ball.num_vertices]),
    )


def test_the_rim_of_a_sphere_is_the_circle_where_rays_touch_it():
    camera = big_camera()
    rim = find_rim(a_ball(), camera, spacing_px=1.0)
    radius = 600 * 0.5 / np.sqrt(3**2 - 0.5**2)
    apart = rim.pixels - 128
    assert abs(np.linalg.norm(apart, axis=1) - radius).max() < 1.0
    assert (np.einsum("ij,ij->i", apart / radius, rim.normals)).min() > 0.8
    assert rim.weight.sum() == pytest.approx(2 * np.pi * radius, rel=0.1)


def test_points_lie_on_their_edges():
    camera = big_camera()
    mesh = a_ball()
    rim = find_rim(mesh, camera, spacing_px=1.0)
    first, second = (mesh.positions[rim.ends[:, k]].astype(np.float64) for k in range(2))
    points = first + rim.share[:, None] * (second - first)
    pixels, _ = camera.project(points)
    np.testing.assert_allclose(pixels, rim.pixels, atol=1e-6)


@pytest.mark.parametrize("behind", [True, False])
def test_outlines_before_or_behind_the_object_are_no_rim(behind):
    camera = big_camera()
    both = find_rim(two_balls(behind=behind), camera, spacing_px=1.0)
    alone = find_rim(a_ball(), camera, spacing_px=1.0)
    np.testing.assert_allclose(both.pixels, alone.pixels)
