import numpy as np
import pytest

from bozzetto_train.objects.assembly import Part, assemble
from bozzetto_train.objects.filters import defect_of, silhouette_coverage, unwanted_by_name
from bozzetto_train.objects.procedural.shapes import placed
from tests.train.objects.build_object import GREY, a_cube, a_model


def test_cube_stays():
    assert defect_of(a_model()) is None


def test_plate_is_flat():
    assert defect_of(a_model(size=(1, 0.02, 1))) == "flat"


def test_rod_stays_but_a_thread_does_not():
    assert defect_of(a_model(size=(0.03, 1, 0.03))) is None
    assert defect_of(a_model(size=(0.01, 1, 0.01))) == "a thread"


def test_single_triangles_are_too_few():
    triangle = Part(
        positions=np.eye(3, dtype=np.float32), triangles=np.int32([[0, 1, 2]]), material=GREY
    )
    assert "triangles" in defect_of(assemble("test/triangle", [triangle]))


def test_scattered_crumbs_fill_too_little():
    corners = [(x, y, z) for x in (0, 50) for y in (0, 50) for z in (0, 50)]
    crumbs = assemble("test/crumbs", [placed(a_cube(), at=at) for at in corners])
    assert silhouette_coverage(crumbs) < 0.01
    assert "fill only" in defect_of(crumbs)


def test_coverage_of_a_box_is_whole():
    assert silhouette_coverage(a_model(size=(1, 2, 3))) == 1


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("quaternius/modular_sci_fi/Wall_3", False),
        ("quaternius/street_pack/Street_4Way", False),
        ("quaternius/street_pack/Streetlight_Double", True),
        ("aws/aws_hospital__aws_Sofa_01", False),
        ("aws/aws_hospital__aws_Sofa_01_visual", True),
        ("quaternius/platformer_game_pack/Cube_Grass_Single", True),
        ("quaternius/platformer_game_pack/Cube_Grass_Side_Tall", False),
        ("quaternius/house_interior_pack/Chair_1", True),
    ],
)
def test_names_tell_level_pieces_and_collision_shapes(name, wanted):
    assert (unwanted_by_name(name) is None) == wanted
