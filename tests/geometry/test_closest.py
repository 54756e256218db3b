from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.asset.mesh import Origin
from bozzetto.geometry.closest import closest_points, interpolate, transfer_attributes
from tests.build import a_sphere


@given(seed=st.integers(0, 2**32 - 1))
def test_points_on_the_surface_are_found_where_they_are(seed):
    ball = a_sphere(subdivisions=2)
    rng = np.random.default_rng(seed)
    triangle = rng.integers(0, ball.num_triangles, 20)
    weights = rng.dirichlet(np.ones(3), 20)
    points = np.einsum("nk,nkc->nc", weights, ball.positions[ball.triangles[triangle]])
    found = closest_points(ball, points)
    assert found.distance.max() < 1e-6
    back = interpolate(ball.positions, ball.triangles, found.at)
    np.testing.assert_allclose(back, points, atol=1e-6)


@given(seed=st.integers(0, 2**32 - 1))
def test_no_sample_of_the_surface_is_nearer(seed):
    ball = a_sphere(subdivisions=1)
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 1, (10, 3))
    centres = ball.positions[ball.triangles].mean(1)
    samples = np.concatenate([ball.positions, centres])
    by_force = np.linalg.norm(points[:, None] - samples, axis=-1).min(1)
    assert (closest_points(ball, points).distance <= by_force + 1e-6).all()


def test_attributes_arrive_interpolated_and_origin_unmixed():
    source = a_sphere(subdivisions=4)
    left = source.positions[:, 0] < 0
    source = replace(
        source,
        colors=np.array(source.positions),
        confidence=np.clip(source.positions[:, 1], 0, 1),
        origin=np.where(left, Origin.OBSERVED, Origin.INFERRED).astype(np.uint8),
    )
    target = transfer_attributes(a_sphere(subdivisions=2), source=source)
    np.testing.assert_allclose(target.colors, target.positions, atol=2e-3)
    np.testing.assert_allclose(target.confidence, target.positions[:, 1], atol=2e-3)
    assert set(np.unique(target.origin)) == {Origin.OBSERVED, Origin.INFERRED}
    clear = np.abs(target.positions[:, 0]) > 0.05
    np.testing.assert_array_equal(
        target.origin[clear] == Origin.OBSERVED, target.positions[clear, 0] < 0
    )
