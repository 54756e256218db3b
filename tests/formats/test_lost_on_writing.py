"""What a format cannot hold of a material is told when it is written."""

from dataclasses import replace

import pytest

from bozzetto.asset.model import AlphaMode, Part, Sampler, Transmission, Wrap
from bozzetto.formats.base import Source
from bozzetto.formats.registry import load_format
from tests.models import a_box, a_model, a_surface

MIRRORED = Sampler(wrap_u=Wrap.MIRRORED_REPEAT, wrap_v=Wrap.CLAMP_TO_EDGE)


def written(name, **fields):
    """A box with such a material, written: the findings' codes, and the material read back."""
    part = Part(name="box", mesh=a_box(), surface=replace(a_surface(), **fields))
    made = load_format(name).write(a_model(part))
    back = load_format(name).read(Source.of(made)).model.parts[0].surface
    return {finding.code for finding in made.findings}, back


@pytest.mark.parametrize("name", ["fbx", "obj", "usda", "3mf"])
def test_transmission_becomes_alpha_and_that_is_told(name):
    codes, back = written(name, transmission=Transmission(factor=0.5))
    assert "material.transmission" in codes
    if name != "3mf":  # Which holds plain colours.
        assert back.alpha_mode is AlphaMode.BLEND
        assert back.base_color_factor[3] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("name", ["glb", "gltf", "glb-web", "usda"])
def test_mirrored_textures_stay_mirrored_where_the_format_can(name):
    codes, back = written(name, sampler=MIRRORED)
    assert back.sampler == MIRRORED
    assert codes == set()


@pytest.mark.parametrize("name", ["fbx", "obj"])
def test_mirrored_textures_are_told_of_where_it_cannot(name):
    assert "material.mirrored" in written(name, sampler=MIRRORED)[0]


@pytest.mark.parametrize("name", ["fbx", "obj", "usda"])
def test_hard_texels_are_told_of(name):
    assert "material.nearest" in written(name, sampler=Sampler(nearest=True))[0]


@pytest.mark.parametrize("name", ["glb", "fbx", "obj", "usda", "3mf", "stl", "ply"])
def test_damaged_pictures_are_refused(name):
    surface = a_surface()
    cut = replace(surface.base_color, data=surface.base_color.data[:200])
    part = Part(name="box", mesh=a_box(), surface=replace(surface, base_color=cut))
    with pytest.raises(Exception, match="damaged and cannot be decoded"):
        load_format(name).write(a_model(part))
