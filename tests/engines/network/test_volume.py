import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.engines.network.sampling import cubic_weights
from bozzetto.engines.network.solid import volume_of
from bozzetto.engines.network.view import look_at
from bozzetto.engines.network.volume import fitted_field, outline_distance, predicted_field
from tests.engines.network.shapes import BOX, a_camera, photographed


@settings(max_examples=30)
@given(position=st.floats(1, 7.99), slope=st.floats(-3, 3))
def test_cubic_weights_reproduce_lines_and_samples(position, slope):
    weights = cubic_weights(np.array([position, 3.0]), size=10)
    line = (slope * np.arange(10) + 1).astype(np.float32)
    np.testing.assert_allclose(weights @ line, [slope * position + 1, slope * 3 + 1], atol=1e-4)
    np.testing.assert_array_equal(weights[1], np.arange(10) == 3)


def test_cubic_weights_repeat_the_border():
    np.testing.assert_allclose(cubic_weights(np.array([-5.0, 40.0]), size=4).sum(axis=1), 1)


def a_view(*, logits=None):
    photos, network = photographed(BOX, [a_camera(px=160)])
    if logits is not None:
        network.predictions[0] = dataclasses.replace(
            network.predictions[0], occupancy=np.full((64, 64, 64), logits, np.float32)
        )
    return look_at(photos[0], network, latent=np.zeros(16, np.float32))


def field_of(view):
    return predicted_field(view, volume_of(view))


@pytest.mark.parametrize("logits", [None, -8.0, 8.0])
def test_every_ray_of_the_mask_and_no_other_meets_something_whatever_was_predicted(logits):
    view = a_view(logits=logits)
    field = fitted_field(field_of(view), view)
    meets = (field.values > 0).any(axis=2)
    np.testing.assert_array_equal(meets, outline_distance(view) > 0)


def test_where_the_volume_fits_the_mask_it_stays_as_predicted():
    view = a_view()
    predicted = field_of(view)
    fitted = fitted_field(predicted, view)
    well_inside = outline_distance(view) > 0.11
    np.testing.assert_array_equal(fitted.values[well_inside], predicted.values[well_inside])


def test_what_the_network_did_not_see_stands_at_the_predicted_depth():
    view = a_view(logits=-8.0)
    field = fitted_field(field_of(view), view)
    front = field.front()
    wanted = float(np.median(view.prediction.depth))
    assert np.median(front[np.isfinite(front)]) == pytest.approx(wanted, abs=2 * field.step)


def test_a_shape_that_is_a_little_too_small_is_extended_sideways_with_its_depths():
    view = a_view()
    predicted = field_of(view)
    distance = outline_distance(view)
    smaller = dataclasses.replace(
        predicted, values=np.minimum(predicted.values, distance[..., None] - np.float32(0.02))
    )
    fitted = fitted_field(smaller, view)
    rim = (distance > 0) & (distance < 0.015)
    depths = (fitted.values > 0).sum(axis=2)
    near = (distance > 0.025) & (distance < 0.04)
    # Rims are rounded, too.
    assert np.median(depths[rim]) > 0.6 * np.median(depths[near])


def test_walls_stand_where_the_outline_is_between_two_rays():
    photos, network = photographed(BOX, [a_camera(px=160, roll=7.0)])
    view = look_at(photos[0], network, latent=np.zeros(16, np.float32))
    outline = outline_distance(view)
    widest = fitted_field(field_of(view), view).values.max(axis=2)
    crossed = (outline[:, :-1] > 0) & (outline[:, 1:] <= 0)

    def crossings(values):
        inner, outer = values[:, :-1][crossed], values[:, 1:][crossed]
        return inner / (inner - outer)

    wanted = crossings(outline)
    assert np.std(wanted) > 0.2  # The outline crosses the cells at all places.
    assert np.abs(crossings(widest) - wanted).mean() < 0.05
