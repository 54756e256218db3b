import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.watertight import enclosed_volume
from bozzetto.geometry.smooth import SmoothOptions, neighbour_mean, smooth
from tests.build import a_sphere


def a_noisy_ball(*, seed=0, amount=0.01):
    ball = a_sphere(subdivisions=4)
    noise = np.random.default_rng(seed).normal(0, amount, ball.positions.shape)
    return ball, Mesh(
        positions=(ball.positions + noise).astype(np.float32),
        triangles=ball.triangles,
        colors=np.array(ball.positions),
    )


def roughness(mesh):
    return np.std(np.linalg.norm(mesh.positions - [0, 0.5, 0], axis=1))


def test_takes_noise_off_and_keeps_the_volume():
    ball, noisy = a_noisy_ball()
    smoothed = smooth(noisy)
    assert roughness(smoothed) < roughness(noisy) / 2
    volume = enclosed_volume(ball.positions, ball.triangles)
    assert enclosed_volume(smoothed.positions, smoothed.triangles) == pytest.approx(
        volume, rel=0.01
    )
    np.testing.assert_array_equal(smoothed.colors, noisy.colors)


def test_no_iterations_change_nothing():
    ball, _ = a_noisy_ball()
    assert smooth(ball, options=SmoothOptions(iterations=0)) is ball


def test_neighbour_mean_equals_its_slow_twin():
    ball = a_sphere(subdivisions=1)
    mean = neighbour_mean(ball.num_vertices, ball.triangles) @ ball.positions.astype(np.float64)
    for vertex in range(ball.num_vertices):
        around = set(ball.triangles[(ball.triangles == vertex).any(1)].ravel()) - {vertex}
        np.testing.assert_allclose(mean[vertex], ball.positions[list(around)].mean(0), atol=1e-6)


def test_a_vertex_without_triangles_stays_where_it_is():
    ball = a_sphere(subdivisions=1)
    lonely = np.array([[5, 5, 5]], np.float32)
    mesh = Mesh(positions=np.concatenate([ball.positions, lonely]), triangles=ball.triangles)
    np.testing.assert_array_equal(smooth(mesh).positions[-1], lonely[0])
