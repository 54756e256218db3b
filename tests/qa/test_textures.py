from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.material import TexelProvenance
from bozzetto.asset.mesh import Origin
from bozzetto.imaging.color import linear_from_srgb
from bozzetto.qa.textures import measure_border, measure_textures
from tests.textured import a_plain_material


def test_a_plain_material_by_hand():
    facts = measure_textures(a_plain_material(srgb8=(128, 128, 128), size=8))
    assert (facts.size_px, facts.power_of_two) == (8, True)
    assert facts.base_luminance_p01 == pytest.approx(128, abs=0.01)
    assert facts.base_luminance_p99 == pytest.approx(128, abs=0.01)
    assert facts.base_clipped_share == 0
    assert facts.normal_tilt_mean_deg == pytest.approx(0, abs=1e-3)
    assert facts.roughness_range == (0.5, 0.5)
    assert facts.metallic_range == (0, 0)
    assert facts.observed_share == 0


def test_texels_outside_the_charts_do_not_count():
    material = a_plain_material(srgb8=(255, 0, 0), size=4)
    base = material.base_color.copy()
    base[:2] = 0.2
    origin = np.zeros((4, 4), np.uint8)
    origin[0], origin[1] = Origin.OBSERVED, Origin.INFERRED
    provenance = TexelProvenance(origin=origin, confidence=np.ones((4, 4), np.float32))
    facts = measure_textures(replace(material, base_color=base), provenance)
    assert facts.base_clipped_share == 0
    assert (facts.observed_share, facts.mirrored_share, facts.inferred_share) == (0.5, 0, 0.5)
    assert measure_textures(replace(material, base_color=base)).base_clipped_share == 0.5


def test_a_tilted_and_an_inward_normal_are_noticed():
    material = a_plain_material(srgb8=(100, 100, 100), size=2)
    normal = material.normal.copy()
    normal[0, 0] = [0.5, 0, np.sqrt(0.75)]
    normal[1, 1] = [0, 0, -1]
    facts = measure_textures(replace(material, normal=normal))
    assert facts.normal_tilt_mean_deg == pytest.approx((30 + 180) / 4, abs=0.1)
    assert facts.normal_inward_share == 0.25


def test_sizes_that_are_no_power_of_two_are_noticed():
    assert not measure_textures(a_plain_material(srgb8=(1, 2, 3), size=12)).power_of_two


def a_page_with_a_border(*, step, blend=1):
    """Grain of 0.02 everywhere; the hidden right half is brighter by `step`."""
    grain = np.random.default_rng(1).random((64, 64, 3)) * 0.02
    rise = np.clip((np.arange(64) - 31) / blend, 0, 1) * step
    encoded = 0.4 + grain + rise[None, :, None]
    origin = np.full((64, 64), Origin.OBSERVED, np.uint8)
    origin[:, 32:] = Origin.INFERRED
    material = a_plain_material(srgb8=(1, 2, 3), size=64)
    material = replace(material, base_color=linear_from_srgb(encoded.astype(np.float32)))
    return material, TexelProvenance(origin=origin, confidence=np.ones((64, 64), np.float32))


def test_a_border_that_nobody_sees_has_the_textures_own_jump():
    assert measure_border(*a_page_with_a_border(step=0.0)) == pytest.approx(1, abs=0.15)


def test_a_step_is_told_as_a_multiple_of_the_grain_and_a_steep_blend_does_not_hide_it():
    grain = 0.02 / 3  # Mean difference of two uniform values.
    sharp = measure_border(*a_page_with_a_border(step=0.1))
    assert sharp == pytest.approx(0.1 / grain, rel=0.1)
    assert measure_border(*a_page_with_a_border(step=0.1, blend=4)) > 5


def test_a_page_without_a_border_has_no_jump():
    material, provenance = a_page_with_a_border(step=0.0)
    seen = np.full((64, 64), Origin.OBSERVED, np.uint8)
    assert measure_border(material, replace(provenance, origin=seen)) is None
