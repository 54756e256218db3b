import numpy as np
import pytest
from PIL import Image

from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.furniture_source import list_furniture, read_furniture
from bozzetto_train.objects.obj_source import read_obj_parts

# An L of six corners: a fan from the first corner would fill the notch.
CONCAVE = """
v 0 0 0
v 0 2 0
v 1 2 0
v 1 1 0
v 2 1 0
v 2 0 0
f 6 5 4 3 2 1
"""
SQUARE = """mtllib own.mtl
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0.1 0.1
vt 0.9 0.1
vt 0.9 0.9
vt 0.1 0.9
usemtl board
f 1/1 2/2 3/3 4/4
"""
CATALOGUE = """id#1=Test#box
name#1=Box
category#1=Living room
creator#1=Somebody
model#1=/models/box/box.obj
width#1=10
depth#1=40
height#1=20
modelRotation#1=1 0 0 0 0 1 0 -1 0
"""


def write(folder, text, *, name="object.obj"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def area(parts):
    total = 0.0
    for part in parts:
        a, b, c = (part.positions[part.triangles[:, k]] for k in range(3))
        total += np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    return total


def test_concave_polygons_are_not_filled(tmp_path):
    assert area(read_obj_parts(write(tmp_path, CONCAVE), owner="test")) == pytest.approx(3)


@pytest.mark.parametrize(
    "faces", ["f 1 2 3 4", "f 1// 2// 3// 4//", "f -4 -3 -2 -1", "f 1 2 3\nf 1 3 4"]
)
def test_all_ways_to_name_corners_mean_the_same(tmp_path, faces):
    text = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n" + faces + "\n"
    assert area(read_obj_parts(write(tmp_path, text), owner="test")) == pytest.approx(1)


def test_uvs_are_turned_to_the_top_left(tmp_path):
    part = read_obj_parts(write(tmp_path, SQUARE), owner="test")[0]
    upper = part.positions[:, 1] > 0.5
    np.testing.assert_allclose(part.uvs[upper, 1], 0.1, atol=1e-6)


def test_materials_bring_colour_in_linear_light_and_roughness(tmp_path):
    write(tmp_path, "newmtl board\nKd 0.5 0 1\nKs 0.5 0.5 0.5\nNs 200\n", name="own.mtl")
    material = read_obj_parts(write(tmp_path, SQUARE), owner="test")[0].material
    np.testing.assert_allclose(material.base_color, [0.214, 0, 1], atol=1e-3)
    assert material.roughness == pytest.approx((2 / 202) ** 0.25)


def test_picture_replaces_the_colour(tmp_path):
    Image.fromarray(np.full((4, 4, 3), 200, np.uint8)).save(tmp_path / "p.png")
    write(tmp_path, "newmtl board\nKd 0.1 0.1 0.1\nmap_Kd p.png\n", name="own.mtl")
    material = read_obj_parts(write(tmp_path, SQUARE), owner="test")[0].material
    assert material.texture is not None
    np.testing.assert_array_equal(material.base_color, 1)


def test_cut_out_pictures_are_refused(tmp_path):
    picture = np.full((4, 4, 4), 255, np.uint8)
    picture[:, :2, 3] = 0
    Image.fromarray(picture).save(tmp_path / "p.png")
    write(tmp_path, "newmtl board\nmap_Kd p.png\n", name="own.mtl")
    with pytest.raises(ObjectError, match="cut-out"):
        read_obj_parts(write(tmp_path, SQUARE), owner="test")


def test_face_beyond_the_vertices_gives_the_one_error(tmp_path):
    with pytest.raises(ObjectError, match="does not exist"):
        read_obj_parts(write(tmp_path, "v 0 0 0\nf 1 2 3\n"), owner="test")


def a_catalogue(folder):
    write(folder / "Scopia", CATALOGUE, name="PluginFurnitureCatalog.properties")
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    lines = [f"v {x} {y} {z}" for x, y, z in corners]
    lines += ["f 1 2 4 3", "f 5 7 8 6", "f 1 5 6 2", "f 3 4 8 7", "f 1 3 7 5", "f 2 6 8 4"]
    write(folder / "Scopia/models/box", "\n".join(lines), name="box.obj")


def test_catalogue_gives_name_licence_author_and_size(tmp_path):
    a_catalogue(tmp_path)
    (piece,) = list_furniture(tmp_path)
    assert piece.name == "furniture/Scopia/box"
    assert (piece.licence, piece.author) == ("CC-BY-3.0", "Somebody")
    assert piece.size == (10, 20, 40)


def test_piece_is_stretched_to_the_catalogue_size_after_its_turn(tmp_path):
    a_catalogue(tmp_path)
    (piece,) = list_furniture(tmp_path)
    model = read_furniture(piece.path, name=piece.name, size=piece.size, turn=piece.turn)
    extents = np.ptp(model.positions, axis=0)
    np.testing.assert_allclose(extents / extents[0], [1, 2, 4], rtol=1e-5)
