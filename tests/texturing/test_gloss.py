import numpy as np

from bozzetto.texturing.gloss import estimate_gloss
from bozzetto.texturing.materials import MaterialOptions

DEFAULT = MaterialOptions()


def two_paints(count=2000):
    """Red and blue vertices, of which the first half of each is seen."""
    red = np.arange(count) % 2 == 0
    colors = np.where(red[:, None], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]).astype(np.float32)
    return colors, red, np.arange(count) < count // 2


def test_hidden_places_take_over_the_gloss_of_their_paint_and_noise_goes():
    colors, red, seen = two_paints()
    noise = np.random.default_rng(0).normal(size=(len(colors), 2)) * 0.1
    found = (np.where(red[:, None], [0.25, 0.9], [0.85, 0.05]) + noise).astype(np.float32)
    gloss = estimate_gloss(colors, seen=seen, found=found, options=DEFAULT)
    np.testing.assert_array_equal(gloss.metallic, red)
    assert np.ptp(gloss.roughness[red]) < 0.06
    assert gloss.roughness[red].max() < DEFAULT.roughness < gloss.roughness[~red].min()


def test_what_engines_are_unsure_of_is_no_metal():
    colors, red, seen = two_paints()
    found = np.full((len(red), 2), 0.5, np.float32)
    assert not estimate_gloss(colors, seen=seen, found=found, options=DEFAULT).metallic.any()


def test_without_a_word_from_an_engine_the_defaults_hold():
    colors, red, seen = two_paints()
    found = np.zeros((len(red), 2), np.float32)
    gloss = estimate_gloss(colors, seen=seen & False, found=found, options=DEFAULT)
    np.testing.assert_allclose(gloss.roughness, DEFAULT.roughness)
    np.testing.assert_array_equal(gloss.metallic, 0)
