from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.model import AlphaMode, Part, Picture
from bozzetto.delivery.pictures import (
    JPEG,
    PNG,
    PictureRules,
    change_pictures,
    decode_texels,
    resize_texels,
)
from bozzetto.errors import FormatError
from bozzetto.qa.picture_facts import picture_size
from tests.models import a_box, a_model, a_picture, a_surface


def noise(side=32, channels=3, seed=0):
    """Random texels."""
    return np.random.default_rng(seed).integers(0, 256, (side, side, channels), dtype=np.uint8)


def painted(**fields):
    """A box with these maps."""
    return a_model(Part(name="b", mesh=a_box(), surface=a_surface(**fields)))


def texels(model, role):
    """The decoded texels of a map."""
    return decode_texels(getattr(model.parts[0].surface, role))


def test_what_obeys_the_rules_stays_byte_for_byte():
    model = painted()
    assert change_pictures(model, rules=PictureRules()).pictures == model.pictures


def test_green_of_normal_maps_is_mirrored_and_nothing_else():
    model = painted(normal=a_picture(texels=noise()))
    flipped = change_pictures(model, rules=PictureRules(flips_green=True))
    old, new = texels(model, "normal"), texels(flipped, "normal")
    assert (new[..., 1] == 255 - old[..., 1]).all()
    assert (new[..., [0, 2]] == old[..., [0, 2]]).all()
    assert flipped.parts[0].surface.base_color is model.parts[0].surface.base_color


def test_flipping_twice_is_flipping_never():
    model = painted(normal=a_picture(texels=noise()))
    rules = PictureRules(flips_green=True)
    twice = change_pictures(change_pictures(model, rules=rules), rules=rules)
    assert (texels(twice, "normal") == texels(model, "normal")).all()


@settings(max_examples=30)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 64), st.booleans())
def test_sides_stay_within_the_limit_and_are_powers_of_two_where_asked(width, height, most, power):
    picture = a_picture(texels=np.zeros((height, width, 3), np.uint8))
    rules = PictureRules(longest_px=most, power_of_two=power)
    model = change_pictures(painted(base_color=picture), rules=rules)
    sides = picture_size(model.parts[0].surface.base_color.data)
    assert 1 <= min(sides) <= max(sides) <= max(most, 1)
    assert not power or all(side & (side - 1) == 0 for side in sides)


def test_a_picture_used_twice_stays_one_picture():
    model = painted(side=64)
    small = change_pictures(model, rules=PictureRules(longest_px=16))
    surface = small.parts[0].surface
    assert surface.metallic_roughness is surface.occlusion
    assert len(small.pictures) == 3


def test_shrunk_colours_keep_their_light_and_shrunk_normals_their_length():
    stripes = np.zeros((16, 16, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize_texels(stripes, width=8, height=8, role="base_color")
    assert small == pytest.approx(np.full((8, 8, 3), 188), abs=1)  # Half the light, as sRGB.
    plain = resize_texels(stripes, width=8, height=8, role="metallic_roughness")
    assert plain == pytest.approx(np.full((8, 8, 3), 128), abs=1)
    tilted = np.zeros((16, 16, 3), np.uint8)
    tilted[:, ::2], tilted[:, 1::2] = (218, 128, 218), (38, 128, 218)
    vectors = resize_texels(tilted, width=8, height=8, role="normal") / 127.5 - 1
    assert np.linalg.norm(vectors, axis=-1) == pytest.approx(np.ones((8, 8)), abs=0.02)


def test_alpha_is_kept_where_it_is_used_and_dropped_where_it_is_not():
    clear = a_picture(texels=noise(channels=4))
    rules = PictureRules(longest_px=16, media_types=(JPEG, PNG))
    opaque = change_pictures(painted(base_color=clear), rules=rules)
    blended = change_pictures(painted(base_color=clear, alpha_mode=AlphaMode.BLEND), rules=rules)
    assert texels(opaque, "base_color").shape[2] == 3
    assert texels(blended, "base_color").shape[2] == 4


def test_other_encodings_become_the_first_allowed_one():
    webp = a_picture(texels=noise(), kind="WEBP")
    model = painted(base_color=webp, normal=webp)
    rules = PictureRules(media_types=(JPEG, PNG))
    changed = change_pictures(model, rules=rules).parts[0].surface
    assert changed.base_color.media_type == JPEG
    assert changed.normal.media_type == PNG  # Blocks of JPEG would show in reflections.


def test_encoding_again_never_makes_what_obeys_larger():
    smooth = a_picture(color=(10, 20, 30), side=64, kind="JPEG")
    rules = PictureRules(media_types=(JPEG,), recodes=True, jpeg_quality=95)
    changed = change_pictures(painted(base_color=smooth), rules=rules).parts[0].surface.base_color
    assert len(changed.data) <= len(smooth.data)


def test_a_picture_that_must_change_and_cannot_be_read_is_refused_by_name():
    broken = Picture(name="skin", media_type="image/ktx2", data=b"\xabKTX 20\xbb nothing")
    model = painted(base_color=broken)
    assert (
        change_pictures(model, rules=PictureRules(media_types=("image/ktx2", PNG, JPEG)))
        is not None
    )
    with pytest.raises(FormatError, match="skin"):
        change_pictures(model, rules=PictureRules(media_types=(PNG,)))


def test_parts_that_share_a_material_share_the_changed_one():
    surface = a_surface()
    model = a_model(
        Part(name="a", mesh=a_box(), surface=surface), Part(name="b", mesh=a_box(), surface=surface)
    )
    small = change_pictures(model, rules=PictureRules(longest_px=8))
    assert small.parts[0].surface is small.parts[1].surface
    assert replace(small.parts[0].surface, base_color=None) != surface
