import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bozzetto.formats.base import Source
from bozzetto.formats.gltf.glb_web import WebOptions, write_web_glb
from bozzetto.formats.registry import load_format
from tests.models import a_model, a_picture, a_surface
from tools.formats_check.subjects import a_cube


def texels_of(picture):
    """A picture, decoded."""
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"), int)


def reread(model, **options):
    """The model as the written file holds it."""
    written = write_web_glb(model, options=WebOptions(**options))
    return load_format("glb-web").read(Source.of(written)).model


def painted(texels):
    """A model with one picture."""
    model = a_model()
    surface = a_surface(base_color=a_picture(texels=texels, name="paint"))
    return replace(model, parts=(replace(model.parts[0], surface=surface),))


def test_pictures_of_few_colours_stay_exact():
    was, back = a_cube().parts[0].surface, reread(a_cube()).parts[0].surface
    for role in ("base_color", "metallic_roughness"):
        before, after = getattr(was, role), getattr(back, role)
        assert after.media_type == "image/webp"
        assert (texels_of(after) == texels_of(before)).all()
        assert len(after.data) < len(before.data)


def test_photos_lose_little_and_become_small():
    y, x = np.mgrid[:256, :256] / 255
    noise = np.random.default_rng(0).normal(0, 4, (256, 256, 3))
    soft = np.stack([200 * x, 220 * y, 255 * (1 - x * y)], axis=-1) + noise
    model = painted(np.clip(soft, 0, 255).astype(np.uint8))
    picture = reread(model).parts[0].surface.base_color
    before = model.parts[0].surface.base_color
    assert np.abs(texels_of(picture) - texels_of(before)).mean() < 4
    assert len(picture.data) < len(before.data) / 5


def test_large_pictures_shrink_to_the_side_asked_for():
    model = painted(np.random.default_rng(0).integers(0, 255, (64, 128, 3), dtype=np.uint8))
    picture = reread(model, max_side_px=32).parts[0].surface.base_color
    assert texels_of(picture).shape == (16, 32, 3)


@pytest.mark.parametrize("quality", [0, 101])
def test_qualities_that_there_are_not_are_refused(quality):
    with pytest.raises(ValueError, match="1 to 100"):
        WebOptions(webp_quality=quality)
