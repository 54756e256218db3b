import numpy as np

from bozzetto.geometry.raycast import Raycaster
from tests.build import a_sphere


def test_short_rays_find_just_what_lies_within_their_reach():
    ball = a_sphere(subdivisions=3)
    caster = Raycaster(ball.positions, ball.triangles)
    rng = np.random.default_rng(0)
    starts = (rng.normal(size=(500, 3)) + np.array([0, 0.5, 0])).astype(np.float32)
    towards = (np.array([0, 0.5, 0]) - starts).astype(np.float32)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    far, near = caster.first_hits(starts, towards), caster.first_hits(starts, towards, reach=0.7)
    within = far.distance <= 0.7
    assert 50 < within.sum() < 450
    np.testing.assert_array_equal(near.found, within)
    np.testing.assert_array_equal(near.triangle[within], far.triangle[within])
    np.testing.assert_array_equal(near.distance[within], far.distance[within])
    assert np.isinf(near.distance[~within]).all()
