import contextlib
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bozzetto.delivery.inspect.inspection import inspect_file
from bozzetto.delivery.open_model import format_of
from bozzetto.errors import InputError, UnknownNameError
from bozzetto.formats.gltf.glb import write_glb, write_white_glb
from tests.build import a_sphere
from tests.textured import a_globe, a_material, an_asset

TRIANGLE = """{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],
"meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"buffers":[{"byteLength":36,
"uri":"data:application/octet-stream;base64,AAAAAAAAAAAAAAAAAACAPwAAAAAAAAAAAAAAAAAAgD8AAAAA"}],
"bufferViews":[{"buffer":0,"byteLength":36}],
"accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3"}]}"""
BALL = trimesh.creation.icosphere(subdivisions=0)
SOUND = {
    ".glb": write_white_glb(a_sphere(subdivisions=0), name="ball"),
    ".gltf": TRIANGLE.encode(),
    ".obj": BALL.export(file_type="obj").encode(),
    ".ply": BALL.export(file_type="ply"),
    ".stl": BALL.export(file_type="stl"),
}


def write(folder, name, data):
    """A file of these bytes."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def codes(inspection):
    """What was found."""
    return {finding.code for finding in inspection.findings}


def test_our_own_file_holds_what_was_written(tmp_path):
    asset = an_asset(mesh=a_globe(columns=20, rows=10), material=a_material(size=32))
    glb = write_glb(asset)
    found = inspect_file(write(tmp_path, "globe.glb", glb))
    assert (found.file.num_bytes, found.model.num_parts) == (len(glb), 1)
    assert [material.name for material in found.model.materials] == ["glaze"]
    assert [(picture.roles, picture.width) for picture in found.model.pictures] == [
        (("base_color",), 32), (("metallic_roughness", "occlusion"), 32), (("normal",), 32),
    ]  # fmt: skip
    assert found.model.topology.triangles == asset.mesh.num_triangles
    assert found.model.materials[0].uv.charts == 1
    assert found.model.materials[0].uv.mirrored_share == 0
    assert "metres" in found.file.unit_note
    assert found.model.low[1] == pytest.approx(0)
    assert (found.file.uv_sets, found.file.influences, found.file.morph_targets) == (1, 0, 0)


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".ply", ".stl"])
def test_one_ball_is_the_same_in_every_format(tmp_path, suffix):
    ball = a_sphere(subdivisions=2)
    path = tmp_path / f"ball{suffix}"
    trimesh.Trimesh(ball.positions, ball.triangles, process=False).export(path)
    found = inspect_file(path)
    topology = found.model.topology
    assert (topology.triangles, topology.watertight) == (320, True)
    assert topology.size_m == pytest.approx((1, 1, 1), rel=1e-3)
    assert found.file.unit_note.startswith("metres" if suffix == ".glb" else "unknown")
    assert {code for code in codes(found) if code.startswith("asset")} == set()


def test_every_placement_in_a_scene_counts(tmp_path):
    scene = trimesh.Scene()
    ball = trimesh.creation.icosphere(subdivisions=1)
    for i in range(3):
        scene.add_geometry(
            ball, transform=trimesh.transformations.translation_matrix([3 * i, 1, 0])
        )
    path = tmp_path / "three.glb"
    scene.export(path)
    found = inspect_file(path)
    assert (found.model.num_parts, found.model.topology.pieces) == (3, 3)
    assert found.model.size_m[0] == pytest.approx(8)


def test_what_is_wrong_with_an_object_is_said(tmp_path):
    ball = a_sphere(subdivisions=2)
    positions = ball.positions * np.float32(100) + np.float32([0, 500, 0])
    broken = trimesh.Trimesh(positions, ball.triangles[:-5], process=False)
    path = tmp_path / "broken.glb"
    broken.export(path)
    assert codes(inspect_file(path)) >= {
        "asset.topology.open",
        "asset.size.implausible",
        "asset.origin.ground",
    }


def test_profiles_are_judged_in_the_order_they_are_named(tmp_path):
    path = write(tmp_path, "globe.glb", write_glb(an_asset()))
    found = inspect_file(path, profiles=("shopify", "roblox"))
    assert [result.profile for result in found.profiles] == ["shopify", "roblox"]
    assert found.accepted
    refused = inspect_file(path, profiles=("shopify", "quick_look"))
    assert not refused.accepted


def test_a_profile_that_nobody_knows_is_refused_before_any_work():
    with pytest.raises(UnknownNameError, match="etsy"):
        inspect_file(Path("nowhere.glb"), profiles=("etsy",))


def test_a_usd_file_is_what_its_bytes_say(tmp_path):
    assert format_of(write(tmp_path, "a.usd", b"#usda 1.0")) == "usda"
    assert format_of(write(tmp_path, "b.usd", b"PXR-USDC....")) == "usdc"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("photo.png", b"\x89PNG", "not of a kind"),
        ("empty.glb", b"", "is empty"),
        ("text.glb", b"this is no mesh", "text.glb"),
        ("text.obj", b"this is no mesh", "text.obj"),
        ("text.ply", b"ply\nformat nonsense", "text.ply"),
        ("text.stl", b"solid nothing\nendsolid", "text.stl"),
        ("text.gltf", b'{"asset": {"version": "2.0"}', "text.gltf"),
        ("lonely.gltf", b'{"asset":{"version":"2.0"},"buffers":[{"uri":"no.bin"}]}', "lonely"),
        ("points.ply", "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\n"
         "property float y\nproperty float z\nend_header\n0 0 0\n", "holds no faces"),
        ("nan.obj", "v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "nan.obj"),
        ("beyond.obj", "v 0 0 0\nf 1 2 3\n", "beyond.obj"),
    ],
)  # fmt: skip
def test_says_in_one_sentence_why_a_file_cannot_be_inspected(tmp_path, name, data, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        inspect_file(write(tmp_path, name, data))
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    (tmp_path / "folder.glb").mkdir()
    for name in ("none.glb", "folder.glb"):
        with pytest.raises(InputError, match="cannot be read"):
            inspect_file(tmp_path / name)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_files_raise_only_input_errors(tmp_path, data):
    suffix = data.draw(st.sampled_from(sorted(SOUND)))
    content = bytearray(SOUND[suffix])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = write(
        tmp_path, f"damaged{suffix}", bytes(content[: data.draw(st.integers(1, len(content)))])
    )
    with contextlib.suppress(InputError):
        assert inspect_file(path).model.triangles > 0
