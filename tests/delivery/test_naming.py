from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.model import Part
from bozzetto.asset.skeleton import Skeleton
from bozzetto.delivery.export.joint_names import rename_joints
from bozzetto.delivery.export.targets import TARGETS, load_target
from bozzetto.delivery.naming import Naming, file_stem, rename_model, safe_stem
from bozzetto.errors import UnknownNameError
from bozzetto.formats.registry import format_names
from bozzetto.qa.profile import profile_names
from tests.models import a_box, a_figure, a_model, a_surface

UNREAL = load_target("unreal").naming
MIXAMO = (
    "mixamorig:Hips", "mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Neck", "mixamorig:Head",
    "mixamorig:LeftArm", "mixamorig:LeftForeArm", "mixamorig:LeftHand", "mixamorig:LeftUpLeg",
    "mixamorig:LeftFoot", "cape_01",
)  # fmt: skip


def with_joints(names):
    """A chain of joints with these names, and nothing that it moves."""
    skeleton = Skeleton(
        names=names,
        parents=np.arange(-1, len(names) - 1, dtype=np.int32),
        asset_from_joint=np.tile(np.eye(4), (len(names), 1, 1)),
    )
    return replace(a_model(), skeleton=skeleton)


def test_unreal_gets_its_prefixes():
    model = rename_model(a_model(), name="Old Chair", naming=UNREAL)
    (part,) = model.parts
    assert part.surface.name == "M_old_chair"
    assert [picture.name for picture in model.pictures] == [
        "T_old_chair_BC", "T_old_chair_ORM", "T_old_chair_N",
    ]  # fmt: skip
    assert file_stem(model, name="Old Chair", naming=UNREAL, level=0) == "SM_old_chair"
    assert file_stem(model, name="Old Chair", naming=UNREAL, level=2) == "SM_old_chair_LOD2"
    assert file_stem(a_figure(), name="hero", naming=UNREAL, level=0) == "SK_hero"


def test_plain_names_are_those_of_3d_commerce():
    model = rename_model(a_model(), name="Stuhl Grün 2", naming=Naming())
    names = [model.name, model.parts[0].name, *(picture.name for picture in model.pictures)]
    assert names == [
        "stuhl_gr_n_2", "stuhl_gr_n_2", "stuhl_gr_n_2_basecolor", "stuhl_gr_n_2_orm",
        "stuhl_gr_n_2_normal",
    ]  # fmt: skip
    assert safe_stem("42") == "a_42"


def test_several_materials_and_parts_keep_their_own_names():
    wood, metal = a_surface(name="Wood"), a_surface(name="wood ")
    model = a_model(
        Part(name="Seat", mesh=a_box(), surface=wood),
        Part(name="seat", mesh=a_box(), surface=metal),
    )
    named = rename_model(model, name="chair", naming=Naming())
    assert [part.name for part in named.parts] == ["seat", "seat_1"]
    assert [part.surface.name for part in named.parts] == ["chair_wood", "chair_wood_1"]
    pictures = [picture.name for picture in named.pictures]
    assert len(set(pictures)) == len(pictures) == 6


def test_separate_maps_of_roughness_and_occlusion_are_not_called_orm():
    surface = replace(a_surface(), occlusion=a_surface(name="o").occlusion)
    named = rename_model(
        a_model(Part(name="b", mesh=a_box(), surface=surface)), name="b", naming=Naming()
    )
    assert {"b_roughmetal", "b_occlusion"} <= {picture.name for picture in named.pictures}


@pytest.mark.parametrize(
    ("dialect", "wanted"),
    [
        ("unreal", ("pelvis", "spine_01", "spine_03", "neck_01", "head", "upperarm_l")),
        ("unity", ("Hips", "Spine", "Chest", "Neck", "Head", "LeftUpperArm")),
        ("vrm", ("hips", "spine", "chest", "neck", "head", "leftUpperArm")),
    ],
)
def test_joints_are_called_what_an_engine_calls_them(dialect, wanted):
    names = rename_joints(with_joints(MIXAMO), dialect=dialect).skeleton.names
    assert names[: len(wanted)] == wanted
    assert names[-1] == "cape_01"


def test_a_skeleton_that_is_no_figure_keeps_its_names():
    crane = with_joints(("base", "arm", "head", "hook"))
    assert rename_joints(crane, dialect="unreal") is crane


def test_two_joints_never_get_one_name():
    doubled = with_joints((*MIXAMO, "Hips_2", "hips"))
    names = rename_joints(doubled, dialect="unreal").skeleton.names
    assert len(set(names)) == len(names)


def test_no_dialect_changes_nothing():
    model = with_joints(MIXAMO)
    assert rename_joints(model, dialect="") is model


def test_every_target_names_formats_and_profiles_that_exist():
    assert set(TARGETS) == {
        "blender", "unity", "unreal", "godot", "web", "ar", "print", "roblox",
    }  # fmt: skip
    for target in TARGETS.values():
        assert {target.format, *target.also} <= set(format_names())
        assert target.profile in ("", *profile_names())
        assert target.hints


def test_an_unknown_target_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="unreal"):
        load_target("cryengine")
