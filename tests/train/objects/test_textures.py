import numpy as np
import pytest

from bozzetto_train.objects.palette import LOOKS, make_material, make_palette
from bozzetto_train.objects.textures import TEXTURES, make_texture, noise

COLOURS = ((0.8, 0.2, 0.1), (0.1, 0.3, 0.7), (0.9, 0.9, 0.9))


@pytest.mark.parametrize("kind", sorted(TEXTURES))
def test_same_seed_same_picture(kind):
    first, second = (
        make_texture(np.random.default_rng(3), kind, colours=COLOURS) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert first.std() > 2


def test_noise_has_no_seam():
    field = noise(np.random.default_rng(0))
    inside = np.abs(np.diff(field, axis=0)).max()
    assert np.abs(field[0] - field[-1]).max() < 1.5 * inside


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_finish_stays_in_the_range_of_its_look(look):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        material = make_material(rng, look, palette=make_palette(rng))
        low, high = LOOKS[look].roughness
        assert low <= material.roughness <= high
        assert material.metallic == LOOKS[look].metallic
        assert material.base_color.min() >= 0
        assert material.base_color.max() <= 1
