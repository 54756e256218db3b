import contextlib

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bozzetto.errors import InputError
from bozzetto.formats.glb import write_glb, write_white_glb
from bozzetto.qa.inspect import SUFFIXES, inspect_file
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
    assert (found.file_bytes, found.geometries) == (len(glb), 1)
    assert found.materials == ("glaze",)
    assert {(note.role, note.width) for note in found.textures} == {
        ("baseColorTexture", 32),
        ("metallicRoughnessTexture", 32),
        ("normalTexture", 32),
        ("occlusionTexture", 32),
    }
    assert found.topology.triangles == asset.mesh.num_triangles
    assert found.uv is not None
    assert found.uv.charts == 1
    assert found.uv.mirrored_share == 0
    assert "metres" in found.unit_note
    assert found.lowest_y == pytest.approx(0)


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".ply", ".stl"])
def test_one_ball_is_the_same_in_every_format(tmp_path, suffix):
    ball = a_sphere(subdivisions=2)
    path = tmp_path / f"ball{suffix}"
    trimesh.Trimesh(ball.positions, ball.triangles, process=False).export(path)
    found = inspect_file(path)
    assert (found.topology.triangles, found.topology.watertight) == (320, True)
    assert found.topology.size_m == pytest.approx((1, 1, 1), rel=1e-3)
    assert found.unit_note.startswith("metres" if suffix == ".glb" else "unknown")
    assert codes(found) == set()


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
    assert (found.geometries, found.topology.pieces) == (3, 3)
    assert found.topology.size_m[0] == pytest.approx(8)


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


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("photo.png", b"\x89PNG", "not of a kind"),
        ("empty.glb", b"", "is empty"),
        ("text.glb", b"this is no mesh", "damaged or not what"),
        ("text.obj", b"this is no mesh", "text.obj"),
        ("text.ply", b"ply\nformat nonsense", "damaged or not what"),
        ("text.stl", b"solid nothing\nendsolid", "text.stl"),
        ("text.gltf", b'{"asset": {"version": "2.0"}', "damaged or not what"),
        ("lonely.gltf", b'{"asset":{"version":"2.0"},"buffers":[{"uri":"no.bin"}]}', "lonely"),
        ("points.ply", "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\n"
         "property float y\nproperty float z\nend_header\n0 0 0\n", "holds no triangles"),
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


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_damaged_files_raise_only_input_errors(tmp_path, data):
    suffix = data.draw(st.sampled_from(SUFFIXES))
    content = bytearray(SOUND[suffix])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = write(
        tmp_path, f"damaged{suffix}", bytes(content[: data.draw(st.integers(1, len(content)))])
    )
    with contextlib.suppress(InputError):
        assert inspect_file(path).topology.triangles > 0
