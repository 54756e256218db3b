import numpy as np
import pytest

from bozzetto.engines.network.columns import Spans
from bozzetto.engines.network.expected import Volume
from bozzetto.engines.network.refinement import fine_rays, ironed

SIDE = 16
FINE = np.linspace(1, SIDE - 2, 57)


def a_slab(front, back, *, slices=64):
    """Distances of a slab whose front and back are functions of row and column."""
    row, column = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    depth = np.arange(slices, dtype=np.float64)[:, None, None]
    distances = np.minimum(depth - front(row, column), back(row, column) - depth) * 0.02
    return Volume(
        distances=np.clip(distances, -0.12, 0.12).astype(np.float32),
        meets=np.ones((SIDE, SIDE), bool),
    )


@pytest.mark.parametrize("slope", [0.0, 0.7, 2.4])
def test_a_slanting_slab_stays_flat_between_the_rays_of_the_network(slope):
    volume = a_slab(lambda y, x: 8 + slope * x, lambda y, x: 24 + 0.5 * slope * x)
    wanted = np.ones((len(FINE), len(FINE)), bool)
    rays = fine_rays(volume, rows=FINE, columns=FINE, wanted=wanted)
    x = np.broadcast_to(FINE, wanted.shape)[wanted]
    inner = (x > 3) & (x < SIDE - 4)
    np.testing.assert_allclose(rays.spans.front[inner], (8 + slope * x)[inner], atol=0.15)
    np.testing.assert_allclose(rays.spans.back[inner], (24 + 0.5 * slope * x)[inner], atol=0.15)


def test_a_leg_behind_the_end_of_a_seat_stays_joined_to_it():
    volume = a_slab(
        lambda y, x: np.where(y < 8, 10.0, 34.0), lambda y, x: np.where(y < 8, 44.0, 40.0)
    )
    wanted = np.ones((len(FINE), len(FINE)), bool)
    rays = fine_rays(volume, rows=FINE, columns=FINE, wanted=wanted)
    values = rays.at(np.arange(64.0), spans=(rays.spans.front, rays.spans.back))
    inside = (values > 0).reshape(len(FINE), len(FINE), 64)
    middle = inside[:, len(FINE) // 2]
    assert (middle[1:] & middle[:-1]).any(axis=1).all()


def spans(front, back):
    return Spans(front=front, back=back, meets=np.ones(len(front), bool))


def test_ironing_gives_quantised_slopes_back_and_keeps_higher_steps():
    wanted = np.ones((60, 60), bool)
    x = np.broadcast_to(np.arange(60.0), wanted.shape)[wanted]
    slope = 10 + x / 6
    front, _ = ironed(spans(np.round(slope), np.full(len(x), 40.0)), wanted)
    inner = (x > 8) & (x < 52)
    assert np.abs(front - slope)[inner].max() < 0.3 < np.abs(np.round(slope) - slope).max()
    step = np.where(x < 30, 10.0, 18.0)
    front, _ = ironed(spans(step, np.full(len(x), 40.0)), wanted)
    assert np.abs(front - step).max() <= 0.7 + 1e-5


def test_ironing_does_not_shrink_what_is_round():
    row, column = np.mgrid[:80, :80] - 39.5
    radius = np.hypot(row, column)
    wanted = radius < 36
    height = np.sqrt(40.0**2 - radius[wanted] ** 2) / 2
    front, back = ironed(spans(30 - height, 30 + height), wanted)
    middle = radius[wanted] < 20
    assert np.abs(front - (30 - height))[middle].max() < 0.25
    assert np.abs(back - (30 + height))[middle].max() < 0.25
