import numpy as np
import pytest

from bozzetto.texturing.delight import DelightOptions, basis, fit_light

RNG = np.random.default_rng(4)


def a_lit_surface(*, count=4000, noise=0.0, side=0.45):
    """Two paints under a light from +x, as an artist would say: log-linear in the normal."""
    normals = RNG.normal(size=(count, 3))
    normals[:, 2] = np.abs(normals[:, 2])
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    paint = np.where(RNG.random(count)[:, None] < 0.5, [0.5, 0.3, 0.2], [0.2, 0.3, 0.5])
    light = np.exp(side * normals[:, :1] + noise * RNG.normal(size=(count, 1)))
    return normals, paint.astype(np.float32), (paint * light).astype(np.float32)


def fitted(normals, colors, *, strength=1.0, albedo=None):
    ones = np.ones(len(normals), np.float32)
    return fit_light(
        colors,
        normals,
        ones,
        weights=ones,
        albedo=albedo,
        options=DelightOptions(strength=strength),
    )


def spread(values):
    return float(np.log(values).std())


def test_light_from_one_side_is_taken_out_and_paints_stay_apart():
    normals, paint, colors = a_lit_surface()
    light = fitted(normals, colors)
    flat = colors / light.shading(normals, np.ones(len(normals), np.float32))[:, None]
    assert spread((flat / paint)[:, 1]) < 0.25 * spread((colors / paint)[:, 1])
    assert light.correlation_before > 0.9
    assert abs(light.correlation_after) < 0.5 * light.correlation_before


def test_strength_scales_what_is_taken_out():
    normals, _, colors = a_lit_surface()
    whole, half = (fitted(normals, colors, strength=s).coefficients for s in (1.0, 0.5))
    np.testing.assert_allclose(half, whole / 2, atol=1e-9)
    assert not fitted(normals, colors, strength=0.0).coefficients.any()


def test_paint_that_has_nothing_to_do_with_the_form_is_left_alone():
    normals, _, colors = a_lit_surface(side=0.0, noise=0.4)
    light = fitted(normals, colors)
    shading = light.shading(normals, np.ones(len(normals), np.float32))
    assert np.abs(np.log(shading)).max() < 0.06


def test_an_engines_albedo_is_heard_whatever_its_exposure():
    normals, paint, colors = a_lit_surface()
    light = fitted(normals, colors, albedo=paint * np.float32(0.4))
    flat = colors / light.shading(normals, np.ones(len(normals), np.float32))[:, None]
    assert spread((flat / paint)[:, 1]) < 0.25 * spread((colors / paint)[:, 1])


def test_a_correction_has_bounds_and_few_points_get_none():
    normals, _, colors = a_lit_surface(side=3.0)
    shading = fitted(normals, colors).shading(normals, np.ones(len(normals), np.float32))
    assert 0.6 < shading.min() < shading.max() < 1.7
    assert not fitted(normals[:100], colors[:100]).coefficients.any()


def test_the_basis_has_no_constant_and_refuses_strengths_beyond_one():
    ones = np.ones(6, np.float32)
    axes = np.concatenate([np.eye(3), -np.eye(3)]).astype(np.float32)
    np.testing.assert_allclose(basis(axes, ones).mean(axis=0), 0, atol=1e-12)
    with pytest.raises(ValueError, match="0 to 1"):
        DelightOptions(strength=1.1)
