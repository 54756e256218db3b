import contextlib
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.errors import BozzettoError, FormatError
from bozzetto.formats.gltf.glb import GlbOptions, read_glb, slug, write_glb, write_white_glb
from bozzetto.formats.pictures.texture_images import ImageFormat
from tests.build import a_sphere
from tests.textured import a_globe, a_material, an_asset

FULL = GlbOptions(provenance_attributes=True)
ATTRIBUTES = ("positions", "triangles", "normals", "uvs", "tangents", "confidence", "origin")


def document_of(glb):
    """The JSON part of a file."""
    (length,) = struct.unpack_from("<I", glb, 12)
    return json.loads(glb[20 : 20 + length])


def with_document(glb, document):
    """The file with another JSON part."""
    (length,) = struct.unpack_from("<I", glb, 12)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + glb[20 + length :]
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def changed(glb, change):
    """The file after `change(document)`."""
    document = document_of(glb)
    change(document)
    return with_document(glb, document)


@settings(max_examples=15)
@given(
    columns=st.integers(3, 40), rows=st.integers(2, 20), size=st.sampled_from([1, 2, 16]),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_reading_gives_back_what_was_written(columns, rows, size, seed):
    mesh, material = a_globe(columns=columns, rows=rows), a_material(size=size, seed=seed)
    back = read_glb(
        write_glb(an_asset(mesh=mesh, material=material), options=FULL), name="globe.glb"
    )
    for field in ATTRIBUTES:
        np.testing.assert_array_equal(getattr(back.mesh, field), getattr(mesh, field))
    for field in ("base_color", "normal", "orm"):
        np.testing.assert_array_equal(getattr(back.material, field), getattr(material, field))
    assert (back.name, back.material.name) == ("globe", "glaze")


def test_writing_what_was_read_gives_the_same_bytes():
    rng = np.random.default_rng(0)
    material = replace(a_material(), base_color=rng.random((16, 16, 3), np.float32))
    first = write_glb(an_asset(material=material))
    assert write_glb(read_glb(first, name="globe.glb")) == first


def test_attributes_that_some_viewers_refuse_are_left_out_by_default():
    document = document_of(write_glb(an_asset()))
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    assert set(attributes) == {"POSITION", "NORMAL", "TANGENT", "TEXCOORD_0"}


def test_more_than_65535_vertices_take_32_bit_indices():
    for columns, component in ((253, 5123), (256, 5125)):
        mesh = a_globe(columns=columns, rows=255)
        glb = write_white_glb(mesh, name="globe")
        document = document_of(glb)
        primitive = document["meshes"][0]["primitives"][0]
        assert document["accessors"][primitive["indices"]]["componentType"] == component
        np.testing.assert_array_equal(read_glb(glb, name="x").mesh.triangles, mesh.triangles)


def test_position_bounds_are_those_of_the_mesh():
    asset = an_asset()
    document = document_of(write_glb(asset))
    primitive = document["meshes"][0]["primitives"][0]
    accessor = document["accessors"][primitive["attributes"]["POSITION"]]
    low, high = asset.mesh.bounds
    assert np.float32(accessor["min"]).tolist() == low.tolist()
    assert np.float32(accessor["max"]).tolist() == high.tolist()


def test_every_view_starts_at_a_multiple_of_four():
    document = document_of(write_glb(an_asset(mesh=a_globe(columns=5, rows=3)), options=FULL))
    assert all(view["byteOffset"] % 4 == 0 for view in document["bufferViews"])


def test_names_are_lower_case_and_plain():
    document = document_of(write_glb(an_asset(name="Mein Stuhl (2).JPG")))
    names = [document[key][0]["name"] for key in ("nodes", "meshes", "scenes")]
    assert names == ["mein_stuhl_2_jpg"] * 3
    assert {image["name"] for image in document["images"]} == {
        f"mein_stuhl_2_jpg_{role}" for role in ("base_color", "orm", "normal")
    }


@given(st.text())
def test_a_slug_is_never_empty_and_stays_itself(text):
    assert slug(text)
    assert slug(slug(text)) == slug(text)


def test_jpeg_is_smaller_and_close():
    smooth = np.linspace(0.1, 0.9, 128, dtype=np.float32)
    rng = np.random.default_rng(0)
    base = smooth[:, None, None] * np.ones((128, 128, 3), np.float32)
    base = np.clip(base + rng.normal(0, 0.02, base.shape).astype(np.float32), 0, 1)
    material = replace(
        a_material(size=128), base_color=base, orm=np.full((128, 128, 3), 0.5, np.float32)
    )
    asset = an_asset(material=material)
    png, jpeg = (
        write_glb(asset),
        write_glb(asset, options=GlbOptions(image_format=ImageFormat.JPEG)),
    )
    back = read_glb(jpeg, name="globe.glb").material
    assert len(jpeg) < len(png)
    assert np.abs(back.base_color - base).mean() < 0.02
    np.testing.assert_array_equal(back.normal, material.normal)


def test_a_white_model_has_a_shape_and_no_pictures():
    ball = a_sphere()
    glb = write_white_glb(ball, name="Ball")
    back = read_glb(glb, name="ball.glb")
    np.testing.assert_array_equal(back.mesh.positions, ball.positions)
    outward = ball.positions - np.float32([0, 0.5, 0])
    assert ((back.mesh.normals * outward).sum(axis=1) > 0.49).all()
    assert "images" not in document_of(glb)
    assert back.mesh.colors is None


def test_a_white_model_shows_vertex_colours_on_request():
    ball = a_sphere(subdivisions=1)
    colors = np.random.default_rng(0).random(ball.positions.shape, np.float32)
    glb = write_white_glb(replace(ball, colors=colors), name="ball", with_colors=True)
    np.testing.assert_array_equal(read_glb(glb, name="ball.glb").mesh.colors, colors)
    plain = write_white_glb(replace(ball, colors=colors), name="ball")
    assert read_glb(plain, name="ball.glb").mesh.colors is None


def test_the_same_asset_gives_the_same_bytes():
    assert write_glb(an_asset()) == write_glb(an_asset())


def test_refuses_normals_that_are_not_unit():
    mesh = a_globe()
    with pytest.raises(FormatError, match="normals must have unit length, got one of 2"):
        write_glb(an_asset(mesh=replace(mesh, normals=mesh.normals * np.float32(2))))


def test_refuses_a_textured_asset_without_uvs():
    with pytest.raises(FormatError, match="needs uvs"):
        write_glb(an_asset(mesh=replace(a_globe(), uvs=None)))


def test_refuses_an_empty_mesh():
    mesh = replace(a_sphere(), triangles=np.zeros((0, 3), np.int32))
    with pytest.raises(FormatError, match="without triangles"):
        write_white_glb(mesh, name="nothing")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a GLB file"),
        (b"\x89PNG\r\n", "not a GLB file"),
        (b"glTF\x02\x00", "cut off after 6 bytes"),
        (struct.pack("<4sII", b"glTF", 1, 12), "version 1"),
        (struct.pack("<4sII", b"glTF", 2, 12), "no JSON part"),
        (struct.pack("<4sIIII4s", b"glTF", 2, 24, 4, 0x4E4F534A, b"{oh!"), "cannot be parsed"),
        (struct.pack("<4sIIII4s", b"glTF", 2, 24, 4, 0x4E4F534A, b"[ ] "), "must be a JSON object"),
    ],
)
def test_says_what_is_wrong_with_bytes_that_are_no_glb(data, sentence):
    with pytest.raises(FormatError, match=sentence):
        read_glb(data, name="broken.glb")


def test_says_that_a_file_is_cut_off():
    glb = write_glb(an_asset())
    with pytest.raises(FormatError, match=f"{len(glb) // 2} of {len(glb)} bytes"):
        read_glb(glb[: len(glb) // 2], name="half.glb")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d["buffers"][0].update(uri="a.bin"), "is not there"),
        (lambda d: d.update(buffers=[]), r"buffers\[0\] is referred to"),
        (lambda d: d["bufferViews"][0].update(byteLength=10**9), "needs 1000000000 bytes"),
        (lambda d: d["bufferViews"][0].update(byteOffset=-4), "whole number of 0 or more, got -4"),
        (lambda d: d["accessors"][0].update(count=10**6), "does not fit"),
        (lambda d: d["accessors"][0].update(sparse={}), "sparse"),
        (lambda d: d["accessors"][0].update(type="MAT2"), "type that cannot be read"),
        (lambda d: d["nodes"][0].update(scale=[2, 2, 2]), "moves its mesh"),
        (lambda d: d["meshes"].append(d["meshes"][0]), "holds 2 meshes"),
        (lambda d: d.update(extensionsRequired=["KHR_draco_mesh_compression"]), "KHR_draco"),
        (lambda d: d["images"][0].pop("bufferView"), "another file"),
        (lambda d: d["images"][0].update(bufferView=0), "cannot be decoded"),
        (lambda d: d["meshes"][0]["primitives"][0].update(mode=1), "not made of triangles"),
        (lambda d: d["materials"][0]["normalTexture"].update(index="0"), "whole number"),
    ],
)
def test_says_what_an_asset_cannot_hold(change, sentence):
    with pytest.raises(FormatError, match=sentence):
        read_glb(changed(write_glb(an_asset()), change), name="odd.glb")


@settings(max_examples=150)
@given(st.data())
def test_damaged_files_raise_only_our_errors(data):
    glb = bytearray(
        write_glb(an_asset(mesh=a_globe(columns=4, rows=3), material=a_material(size=2)))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        glb[data.draw(st.integers(0, len(glb) - 1))] = data.draw(st.integers(0, 255))
    stop = data.draw(st.integers(0, len(glb)))
    with contextlib.suppress(BozzettoError):
        assert read_glb(bytes(glb[:stop]), name="damaged.glb").mesh.num_triangles > 0
