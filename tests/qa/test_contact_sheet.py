import numpy as np
import pytest

from bozzetto.asset.reconstruction import Reason, Reconstruction
from bozzetto.formats.gltf.glb import write_glb
from bozzetto.qa.agreement import measure_agreement
from bozzetto.qa.contact_sheet import (
    SheetFacts,
    asset_sheet,
    draft_sheet,
    draw_asset,
    draw_draft,
)
from bozzetto.qa.rendering.raycast import RaycastRenderer
from tests.build import a_foreground, a_front_camera, a_sphere
from tests.textured import a_plain_material, an_asset

CELL_PX = 48
FACTS = SheetFacts(
    name="globe",
    engine="inflate",
    renderer="raycast",
    triangles=1234,
    charts=1,
    texture_size_px=8,
    percent_unseen=43.0,
)


@pytest.fixture(scope="module")
def pictures():
    asset = an_asset(material=a_plain_material(srgb8=(200, 60, 30)))
    foreground = a_foreground()
    agreement = measure_agreement(
        asset.mesh, asset.material, camera=a_front_camera(), foreground=foreground
    )
    return draw_asset(
        asset,
        linear_rgb=foreground.linear_rgb,
        alpha=foreground.alpha,
        agreement=agreement,
        renderer=RaycastRenderer(),
        glb=write_glb(asset),
        cell_px=CELL_PX,
    )


def a_draft(*, variant="round", score=0.8):
    """A scored ball."""
    reason = Reason(name="r", value=score, score=score, weight=1.0, text="a round ball")
    return Reconstruction(
        mesh=a_sphere(subdivisions=2),
        posed=(),
        resolved_detail=0.08,
        engine="inflate",
        variant=variant,
        seed=0,
        reasons=(reason,),
    )


def test_every_picture_of_the_asset_shows_something(pictures):
    assert len(pictures.clay) == len(pictures.textured) == 6
    for picture in (*pictures.clay, *pictures.textured, pictures.hero, pictures.wireframe):
        assert picture.shape == (CELL_PX, CELL_PX, 4)
        assert (picture[..., 3] == 255).mean() > 0.3
    red, green, blue = pictures.textured[0][24, 24, :3]
    assert red > green > blue


def test_the_sheet_of_an_asset_has_four_rows_of_six(pictures):
    sheet = asset_sheet(pictures, FACTS, cell_px=CELL_PX)
    assert sheet.shape[1] == 2 * 64 + 6 * CELL_PX + 5 * 20
    assert sheet.shape[0] == 64 + 76 + 4 * (CELL_PX + 42 + 22) - 22 + 64


def test_the_same_pictures_give_the_same_sheet(pictures):
    first = asset_sheet(pictures, FACTS, cell_px=CELL_PX)
    np.testing.assert_array_equal(first, asset_sheet(pictures, FACTS, cell_px=CELL_PX))


def test_the_sheet_of_drafts_has_a_row_per_variant():
    drawn = [
        draw_draft(a_draft(variant=name), renderer=RaycastRenderer(), cell_px=CELL_PX)
        for name in ("round", "flat")
    ]
    one = draft_sheet(drawn[:1], name="globe", cell_px=CELL_PX)
    two = draft_sheet(drawn, name="globe", cell_px=CELL_PX)
    assert two.shape[0] - one.shape[0] == CELL_PX + 42 + 22
    with_photo = draft_sheet(
        drawn, name="globe", photo=np.zeros((9, 9, 3), np.uint8), cell_px=CELL_PX
    )
    assert with_photo.shape[1] - two.shape[1] == CELL_PX + 20


def test_a_sheet_without_drafts_is_refused():
    with pytest.raises(ValueError, match="at least one variant"):
        draft_sheet([], name="nothing")
