import dataclasses

import numpy as np

from bozzetto.engines.network.variants import latent_of, variant_name
from tests.engines.network.shapes import BOX, a_camera, photographed


def test_seed_zero_is_the_origin_of_the_latent_space_and_others_spread_around_it():
    assert not latent_of(0, size=16).any()
    spread = np.concatenate([latent_of(seed, size=16) for seed in range(1, 200)])
    assert abs(spread.mean()) < 0.1
    assert abs(spread.std() - 1) < 0.05
    np.testing.assert_array_equal(latent_of(7, size=16), latent_of(7, size=16))


def test_names_tell_deeper_from_flatter():
    likely = photographed(BOX, [a_camera(px=96)])[1].predictions[0]

    def shifted(logits):
        return dataclasses.replace(likely, occupancy=likely.occupancy + np.float32(logits))

    names = [variant_name(shifted(x), likeliest=likely, seed=3) for x in (-4, 0, 4)]
    assert names == ["flatter 3", "similar 3", "deeper 3"]
