import numpy as np
import pytest

from bozzetto.geometry.compare.hausdorff import measure_deviation
from bozzetto.geometry.measure.watertight import enclosed_volume, is_closed_manifold
from bozzetto.geometry.remesh.fit import FitOptions, fit
from tests.build import a_sphere


def test_gives_a_coarse_ball_the_volume_of_the_dense_one():
    dense, coarse = a_sphere(subdivisions=4), a_sphere(subdivisions=1)
    fitted = fit(coarse, reference=dense)
    volumes = [enclosed_volume(m.positions, m.triangles) for m in (coarse, fitted, dense)]
    assert volumes[0] < 0.9 * volumes[2]
    assert volumes[1] == pytest.approx(volumes[2], rel=0.04)
    assert is_closed_manifold(fitted)
    before, after = (measure_deviation(m, dense, samples=2000) for m in (coarse, fitted))
    assert after.inward_mean < 0.6 * before.inward_mean


def test_leaves_a_mesh_that_fits_where_it_is():
    ball = a_sphere()
    fitted = fit(ball, reference=ball)
    np.testing.assert_allclose(fitted.positions, ball.positions, atol=2e-3)


def test_no_rounds_change_nothing():
    ball = a_sphere(subdivisions=1)
    assert fit(ball, reference=a_sphere(), options=FitOptions(rounds=0)) is ball
