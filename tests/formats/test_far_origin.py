"""Shapes far from the origin keep their form: 64 bits until the origin has moved."""

import math
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from bozzetto.asset.model import Part
from bozzetto.formats.base import Source
from bozzetto.formats.fbx.nodes import decode_fbx, encode_fbx
from bozzetto.formats.meshes.far_origin import offset_of
from bozzetto.formats.registry import load_format
from tests.formats.gltf.test_glb import changed
from tests.models import a_box, a_figure, a_model, a_surface

AT = (437215.25, 312.5, -5419876.5)


def a_model_of_a_box():
    return a_model(Part(name="box", mesh=a_box(size=(0.5, 0.25, 0.125)), surface=a_surface()))


def read(name, data):
    return load_format(name).read(Source(name=f"far.{name}", data=data))


def an_obj(at):
    corners = [(x, y, z) for x in (0, 0.5) for y in (0, 0.25) for z in (0, 0.125)]
    points = "".join("v {:.6f} {:.6f} {:.6f}\n".format(*tuple(np.add(at, c))) for c in corners)
    faces = "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n"
    return (points + faces).encode()


def a_ply(at):
    corners = [(x, y, z) for x in (0, 0.5) for y in (0, 0.25) for z in (0, 0.125)]
    points = np.array([np.add(at, c) for c in corners], "<f8").tobytes()
    header = "ply\nformat binary_little_endian 1.0\nelement vertex 8\n" + "".join(
        f"property double {axis}\n" for axis in "xyz"
    )
    faces = np.array([[0, 1, 3], [4, 6, 7]], "<i4")
    rows = b"".join(b"\x03" + face.tobytes() for face in faces)
    header += "element face 2\nproperty list uchar int vertex_indices\nend_header\n"
    return header.encode() + points + rows


def a_text_stl(at):
    a, b, c = (np.add(at, corner) for corner in ((0, 0, 0), (0.5, 0, 0), (0, 0.25, 0.125)))
    rows = "".join("vertex {:.6f} {:.6f} {:.6f}\n".format(*tuple(p)) for p in (a, b, c))
    return f"solid s\nfacet normal 0 0 1\nouter loop\n{rows}endloop\nendfacet\nendsolid\n".encode()


def a_far_3mf(at):
    written = load_format("3mf").write(a_model_of_a_box())
    x, y, z = (1000 * value for value in at)
    place = f'transform="1 0 0 0 1 0 0 0 1 {x} {-z} {y}"'
    archive, far = zipfile.ZipFile(BytesIO(written.data)), BytesIO()
    with zipfile.ZipFile(far, "w") as out:
        for item in archive.namelist():
            data = archive.read(item)
            out.writestr(item, data.replace(b"<item ", b"<item " + place.encode() + b" "))
    return far.getvalue()


def a_far_glb(at):
    glb = load_format("glb").write(a_model_of_a_box()).data
    return changed(glb, lambda d: d["nodes"][0].update(translation=list(at)))


def a_far_usda(at):
    text = load_format("usda").write(a_model_of_a_box()).data.decode()
    x, y, z = at
    move = (
        f"    double3 xformOp:translate = ({x}, {y}, {z})\n"
        '    uniform token[] xformOpOrder = ["xformOp:translate"]\n'
    )
    head, brace, rest = text.partition("\n{\n")
    return (head + brace + move + rest).encode()


def a_far_fbx(at):
    """Its points themselves are far away, as scanners' programs write them."""
    root = decode_fbx(load_format("fbx").write(a_model_of_a_box()).data, name="near.fbx")

    def moved(made):
        if made.name == "Vertices":
            points = made.values[0].reshape(-1, 3) + np.array(at)
            return replace(made, values=(points.reshape(-1),))
        return replace(made, children=tuple(moved(child) for child in made.children))

    return encode_fbx(moved(root).children)


MAKERS = {
    "obj": an_obj, "ply": a_ply, "stl": a_text_stl, "3mf": a_far_3mf, "glb": a_far_glb,
    "usda": a_far_usda, "fbx": a_far_fbx,
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_a_shape_far_away_is_the_shape_at_the_origin(name):
    near, far = read(name, MAKERS[name]((0, 0, 0))), read(name, MAKERS[name](AT))
    (moved,) = [f for f in far.findings if f.code == "model.far_from_origin"]
    assert not any(finding.code == moved.code for finding in near.findings)
    a, b = (np.concatenate([p.mesh.positions for p in r.model.parts]) for r in (near, far))
    np.testing.assert_allclose(np.ptp(b, axis=0), np.ptp(a, axis=0), atol=1e-5)
    np.testing.assert_allclose(b - b.min(axis=0), a - a.min(axis=0), atol=1e-5)
    assert np.abs(b).max() < 3
    assert moved.measured == pytest.approx(math.hypot(*AT), rel=1e-6)
    assert [f.code for f in far.findings if f is not moved] == [f.code for f in near.findings]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ((0, 0, 0), (1, 1, 1), (0, 0, 0)),
        ((100, 0, 0), (104, 2, 2), (0, 0, 0)),
        ((100_000, 0, 0), (100_001, 1, 1), (100_000, 0, 0)),
        ((0, 0, 0), (1e6, 1e6, 1e6), (0, 0, 0)),
    ],
)
def test_only_what_is_far_for_its_size_is_moved(low, high, expected):
    offset = offset_of(np.array(low, float), np.array(high, float))
    assert offset.tolist() == pytest.approx(list(expected), abs=1)


def test_joints_move_with_the_shape():
    figure = a_figure()
    glb = load_format("glb").write(figure).data

    def move(document):
        armature = document["skins"][0]["skeleton"]
        document["nodes"][armature]["translation"] = [0, 0, 3_000_000]

    near = load_format("glb").read(Source(name="a.glb", data=glb)).model
    far = load_format("glb").read(Source(name="a.glb", data=changed(glb, move))).model
    np.testing.assert_allclose(
        far.skeleton.asset_from_joint[:, :3, 3] - far.skeleton.asset_from_joint[0, :3, 3],
        near.skeleton.asset_from_joint[:, :3, 3] - near.skeleton.asset_from_joint[0, :3, 3],
        atol=1e-4,
    )
    assert np.abs(far.parts[0].mesh.positions).max() < 3
