import numpy as np
import pytest

from bozzetto.texturing.materials import MaterialOptions, pack_orm


def test_packs_occlusion_roughness_metallic_in_this_order_and_within_range():
    gloss = np.array([[0.5, 1], [0.5, 1], [1.2, 0]], np.float32)
    orm = pack_orm(np.array([-0.1, 0.25, 1.5], np.float32), gloss)
    np.testing.assert_array_equal(orm, [[0, 0.5, 1], [0.25, 0.5, 1], [1, 1, 0]])


def test_metal_is_all_or_nothing_but_for_a_narrow_border():
    metallic = np.array([0, 0.3, 0.5, 0.7, 1], np.float32)
    gloss = np.stack([np.full(5, 0.5, np.float32), metallic], axis=1)
    np.testing.assert_allclose(
        pack_orm(np.ones(5, np.float32), gloss)[:, 2], [0, 0, 0.5, 1, 1], atol=1e-6
    )


def test_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="within 0 and 1"):
        MaterialOptions(roughness=1.2)
