import numpy as np
import pytest

from bozzetto.texturing.materials import MaterialOptions, pack_orm


def test_packs_occlusion_roughness_metallic_in_this_order_and_within_range():
    orm = pack_orm(
        np.array([-0.1, 0.25, 1.5], np.float32),
        options=MaterialOptions(roughness=0.5, metallic=1.0),
    )
    np.testing.assert_array_equal(orm, [[0, 0.5, 1], [0.25, 0.5, 1], [1, 0.5, 1]])


def test_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="within 0 and 1"):
        MaterialOptions(roughness=1.2)
