import json
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from bozzetto.asset.model import Part
from bozzetto.delivery.export.comparing import compare
from bozzetto.delivery.export.exporting import (
    Deliverable,
    Placing,
    export,
    load_deliverable,
    plain_target,
)
from bozzetto.delivery.export.targets import load_target
from bozzetto.delivery.open_model import SIZE_KEY, open_model
from bozzetto.delivery.pictures import decode_texels
from bozzetto.delivery.placing import Pivot, Placement, bounds_of, place_model
from bozzetto.delivery.provenance import PROVENANCE_KEY, provenance_of_file
from bozzetto.delivery.sizing import parse_size
from bozzetto.formats.fbx.nodes import decode_fbx
from bozzetto.formats.registry import load_format
from tests.models import a_box, a_figure, a_model, a_picture, a_surface

CARD = load_format("glb").card


def a_deliverable(*levels, name="crate"):
    """Something to deliver that came from a file."""
    levels = levels or (a_crate(),)
    return Deliverable(
        name=name,
        levels=levels,
        provenance=provenance_of_file(levels[0], file_name="crate.glb", sha256="0" * 64),
    )


def a_crate(size=(1.0, 2.0, 0.5)):
    """A box beside the origin, with a normal map that leans to one side."""
    leaning = a_picture(color=(128, 178, 238), name="leaning")
    mesh = a_box(size=size, centre=(3, 1, 0))
    return a_model(Part(name="box", mesh=mesh, surface=a_surface(normal=leaning)))


def first(model, role):
    """A map's first texel."""
    return decode_texels(getattr(model.parts[0].surface, role))[0, 0].tolist()


@pytest.mark.parametrize(
    "name", ["blender", "unity", "unreal", "godot", "web", "ar", "print", "roblox"]
)
def test_every_target_writes_files_that_read_back_the_same(tmp_path, name):
    placing = Placing(size=parse_size("height=50cm"), pivot=Pivot.BOTTOM)
    exported = export(a_deliverable(), load_target(name), placing=placing, folder=tmp_path)
    assert exported.passed
    for file in exported.files:
        model = open_model(tmp_path / file.path).model
        low, high = bounds_of(model)
        assert (high - low)[1] == pytest.approx(0.5, rel=1e-3)
        assert low[1] == pytest.approx(0, abs=1e-4)
    assert {file.format for file in exported.files} == {
        load_target(name).format, *load_target(name).also,
    }  # fmt: skip


def test_only_unreal_gets_directx_normals_capitals_and_its_front_at_plus_x(tmp_path):
    for name, green, wide in (("unreal", 255 - 178, 2), ("unity", 178, 0)):
        exported = export(
            a_deliverable(), load_target(name), placing=Placing(), folder=tmp_path / name
        )
        model = open_model(tmp_path / name / exported.files[0].path).model
        low, high = bounds_of(model)
        assert first(model, "normal")[1] == pytest.approx(green, abs=1)
        assert (high - low)[wide] == pytest.approx(1.0, rel=1e-3)
    assert (tmp_path / "unreal" / "SM_crate.fbx").is_file()
    assert (tmp_path / "unity" / "crate.fbx").is_file()


def test_unity_gets_metal_and_smoothness_and_all_levels_in_one_file(tmp_path):
    fine, coarse = a_crate(), a_crate(size=(1.0, 2.0, 0.4))
    exported = export(
        a_deliverable(fine, coarse), load_target("unity"), placing=Placing(), folder=tmp_path
    )
    (file,) = exported.files
    names = {part.name for part in open_model(tmp_path / file.path).model.parts}
    assert names == {"crate_LOD0", "crate_LOD1"}
    (smooth,) = [name for name in exported.beside if "smoothness" in name]
    data = (tmp_path / smooth).read_bytes()
    texel = decode_texels(replace(a_picture(), data=data))[0, 0].tolist()
    assert texel == [0, 0, 0, 255 - 128]


def test_levels_of_detail_are_files_of_their_own_elsewhere(tmp_path):
    exported = export(
        a_deliverable(a_crate(), a_crate()),
        load_target("unreal"),
        placing=Placing(),
        folder=tmp_path,
    )
    assert [file.path for file in exported.files] == ["SM_crate.fbx", "SM_crate_LOD1.fbx"]


def test_a_plain_format_keeps_names_and_textures(tmp_path):
    exported = export(a_deliverable(), plain_target("gltf"), placing=Placing(), folder=tmp_path)
    model = open_model(tmp_path / exported.files[0].path).model
    assert model.parts[0].surface.name == "paint"
    assert [p.data for p in model.pictures] == [p.data for p in a_crate().pictures]


def test_size_and_origin_are_recorded_beside_and_inside(tmp_path):
    export(
        a_deliverable(),
        load_target("blender"),
        placing=Placing(size=parse_size("height=42cm")),
        folder=tmp_path,
    )
    beside = json.loads((tmp_path / "crate.provenance.json").read_text())
    inside = dict(open_model(tmp_path / "crate.glb").model.metadata)
    assert beside["size"].startswith("height 0.42 m")
    assert inside[SIZE_KEY] == beside["size"]
    assert json.loads(inside[PROVENANCE_KEY]) == beside
    assert "sha256:" + "0" * 64 in inside["dc:source"]


def test_what_a_file_said_of_itself_survives(tmp_path):
    signed = replace(a_crate(), metadata=(("dc:rights", "CC0-1.0"),))
    path = tmp_path / "signed.glb"
    path.write_bytes(load_format("glb").write(signed).data)
    deliverable, _ = load_deliverable(path)
    export(deliverable, load_target("ar"), placing=Placing(), folder=tmp_path / "out")
    for suffix in ("glb", "usdz"):
        said = dict(open_model(tmp_path / "out" / f"signed.{suffix}").model.metadata)
        assert said["dc:rights"] == "CC0-1.0"
    assert deliverable.provenance.rights == "CC0-1.0"


def test_the_same_export_gives_the_same_bytes(tmp_path):
    hashes = [
        [
            file.sha256
            for file in export(
                a_deliverable(a_figure()), load_target("unreal"), placing=Placing(),
                folder=tmp_path / str(turn),
            ).files
        ]
        for turn in range(2)
    ]  # fmt: skip
    assert hashes[0] == hashes[1]


def test_a_comparison_finds_what_a_format_lost():
    model = a_figure()
    bare = replace(model, clips=())
    shrunk = place_model(model, placement=Placement(scale=0.99))
    repainted = replace(
        model, parts=(replace(model.parts[0], surface=a_surface(normal=a_picture(name="x"))),)
    )
    fewer = replace(
        model,
        parts=(
            replace(
                model.parts[0],
                mesh=replace(model.parts[0].mesh, triangles=model.parts[0].mesh.triangles[:-1]),
            ),
        ),
    )
    found = {
        name: {check.name for check in compare(model, other, card=CARD).failures}
        for name, other in {
            "same": model, "bare": bare, "shrunk": shrunk, "repainted": repainted, "fewer": fewer,
        }.items()
    }  # fmt: skip
    assert found == {
        "same": set(), "bare": {"clips"}, "shrunk": {"bounds"}, "repainted": {"texture hashes"},
        "fewer": {"triangles"},
    }  # fmt: skip


def test_a_thousandth_of_the_size_is_allowed_and_more_is_not():
    model = a_crate()
    for scale, passed in ((1.0004, True), (1.01, False)):
        other = place_model(model, placement=Placement(scale=scale))
        centred = place_model(other, placement=Placement(pivot=Pivot.CENTRE))
        mine = place_model(model, placement=Placement(pivot=Pivot.CENTRE))
        assert compare(mine, centred, card=CARD).passed is passed
    assert np.isfinite(bounds_of(model)[0]).all()


def test_unreal_gets_centimetres_and_others_metres(tmp_path):
    placing = Placing(size=parse_size("height=50cm"))
    for name, unit, number in (("unreal", 1, 50), ("unity", 100, 0.5), ("roblox", 100, 0.5)):
        folder = tmp_path / name
        exported = export(
            a_deliverable(a_figure()), load_target(name), placing=placing, folder=folder
        )
        data = (folder / exported.files[0].path).read_bytes()
        root = decode_fbx(data, name=name)
        settings = root.find("GlobalSettings").find("Properties70").all("P")
        stated = {entry.text(): entry.number(4) for entry in settings}
        heights = root.find("Objects").find("Geometry").array("Vertices")[1::3]
        assert stated["UnitScaleFactor"] == pytest.approx(unit)  # Of a file's units, in cm.
        assert np.ptp(heights) == pytest.approx(number, rel=1e-5)
        assert exported.passed


def test_slicers_get_millimetres_with_z_up(tmp_path):
    placing = Placing(size=parse_size("height=50cm"), pivot=Pivot.BOTTOM)
    export(a_deliverable(), load_target("print"), placing=placing, folder=tmp_path)
    mesh = trimesh.load_mesh(tmp_path / "crate.stl")
    assert mesh.extents == pytest.approx([250, 125, 500], rel=1e-3)
    assert mesh.bounds[0][2] == pytest.approx(0, abs=1e-3)
    assert mesh.volume > 0  # Not mirrored.
