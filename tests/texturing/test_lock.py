from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.asset import Asset
from bozzetto.errors import InputError
from bozzetto.formats.gltf.glb import read_glb, write_glb
from bozzetto.texturing.lock import TextureLock, keep_locked
from tests.texturing.scene import a_textured_ball, striped_paint


def an_asset(textured, **changes):
    return Asset(
        name="ball",
        mesh=replace(textured.mesh, **changes),
        material=textured.material,
        provenance=textured.provenance,
    )


def a_mask(size=256):
    mask = np.zeros((size, size), bool)
    mask[40:120, 60:200] = True
    return mask


def test_locked_texels_stay_bit_for_bit_in_the_file_and_the_rest_is_new():
    old, new = a_textured_ball(), a_textured_ball(paint=striped_paint)
    before = read_glb(write_glb(an_asset(old)), name="before.glb")
    before = replace(before, provenance=old.provenance)
    mask = a_mask()
    merged = keep_locked(new, TextureLock(mask=mask, previous=before))
    after = read_glb(write_glb(an_asset(merged)), name="after.glb").material
    plain = read_glb(write_glb(an_asset(new)), name="plain.glb").material
    for name in ("base_color", "normal", "orm"):
        found, kept, made = (getattr(m, name) for m in (after, before.material, plain))
        np.testing.assert_array_equal(found[mask], kept[mask])
        np.testing.assert_array_equal(found[~mask], made[~mask])
    np.testing.assert_array_equal(
        merged.provenance.confidence[mask], old.provenance.confidence[mask]
    )


def test_another_layout_or_shape_is_refused():
    ball = a_textured_ball()
    for name in ("uvs", "positions"):
        moved = an_asset(ball, **{name: getattr(ball.mesh, name) + np.float32(1e-3)})
        with pytest.raises(InputError, match="UV layout"):
            keep_locked(ball, TextureLock(mask=a_mask(), previous=moved))


def test_a_mask_of_another_size_is_refused():
    ball = a_textured_ball()
    with pytest.raises(InputError, match="256 x 256, got 128 x 128"):
        keep_locked(ball, TextureLock(mask=a_mask()[:128, :128], previous=an_asset(ball)))
