import json

import numpy as np
import pytest

from bozzetto.formats.gltf.container import unpack_glb
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.gltf_source import read_gltf_object
from bozzetto_train.objects.model import look_up
from tests.train.objects.build_object import CUBE, CUBE_TRIANGLES, a_glb


def read(tmp_path, data, *, turn=None):
    path = tmp_path / "object.glb"
    path.write_bytes(data)
    return read_gltf_object(path, name="test/object", turn=turn)


def signed_volume(model):
    a, b, c = (model.positions[model.triangles[:, k]].astype(float) for k in range(3))
    return np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6


def test_centres_the_box_and_puts_the_farthest_vertex_at_half(tmp_path):
    model = read(tmp_path, a_glb(node={"translation": [5, -3, 1], "scale": [1, 2, 3]}))
    middle = (model.positions.min(axis=0) + model.positions.max(axis=0)) / 2
    np.testing.assert_allclose(middle, 0, atol=1e-6)
    assert np.linalg.norm(model.positions, axis=1).max() == pytest.approx(0.5, abs=1e-6)


def test_applies_scale_then_rotation(tmp_path):
    quarter_about_x = [np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)]
    model = read(tmp_path, a_glb(node={"scale": [1, 2, 3], "rotation": quarter_about_x}))
    extents = np.ptp(model.positions, axis=0)
    np.testing.assert_allclose(extents / extents[0], [1, 3, 2], rtol=1e-5)


def test_matrix_is_stored_column_by_column(tmp_path):
    swaps_x_and_y = [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 7, 8, 9, 1]
    model = read(
        tmp_path, a_glb(node={"matrix": swaps_x_and_y}, positions=CUBE * np.float32([1, 2, 3]))
    )
    extents = np.ptp(model.positions, axis=0)
    np.testing.assert_allclose(extents / extents[1], [2, 1, 3], rtol=1e-5)


@pytest.mark.parametrize("scale", [[1, 1, 1], [-1, 1, 1], [-1, -1, -1]])
def test_mirrored_nodes_still_face_outwards(tmp_path, scale):
    assert signed_volume(read(tmp_path, a_glb(node={"scale": scale}))) > 0.1


def test_turn_is_applied_last(tmp_path):
    quarter_about_z = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    model = read(tmp_path, a_glb(node={"scale": [1, 2, 3]}), turn=quarter_about_z)
    extents = np.ptp(model.positions, axis=0)
    np.testing.assert_allclose(extents / extents[1], [2, 1, 3], rtol=1e-5)


def test_uv_origin_is_the_top_left_of_the_picture(tmp_path):
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0, 0] = (255, 0, 0)
    corners = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    uvs = np.float32([[0.1, 0.1], [0.9, 0.1], [0.1, 0.9]])
    material = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}
    data = a_glb(
        positions=corners,
        triangles=np.int32([[0, 1, 2]]),
        uvs=uvs,
        picture=picture,
        material=material,
    )
    model = read(tmp_path, data)
    at_vertices = np.eye(3, dtype=np.float32)[np.argsort(model.triangles[0])]
    points = look_up(model, np.zeros(3, np.int32), at_vertices)
    red = points.albedo[:, 0] > 0.5
    np.testing.assert_array_equal(model.uvs[red], [[np.float32(0.1), np.float32(0.1)]])


def test_separate_files_give_what_one_file_gives(tmp_path):
    corners = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    picture = np.full((2, 2, 3), (0, 0, 255), np.uint8)
    together = read(
        tmp_path,
        a_glb(
            positions=corners,
            triangles=np.int32([[0, 1, 2]]),
            uvs=corners[:, :2].copy(),
            picture=picture,
            material={"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}},
        ),
    )
    content = unpack_glb((tmp_path / "object.glb").read_bytes(), name="object.glb")
    document = dict(content.document.fields)
    (tmp_path / "blue.png").write_bytes(content.view_bytes(document["images"][0]["bufferView"]))
    (tmp_path / "object.bin").write_bytes(content.binary)
    document["images"] = [{"uri": "blue.png"}]
    document["buffers"][0]["uri"] = "object.bin"
    apart = tmp_path / "apart.gltf"
    apart.write_text(json.dumps(document))
    model = read_gltf_object(apart, name="test/object")
    for name in ("positions", "triangles", "normals", "uvs"):
        np.testing.assert_array_equal(getattr(model, name), getattr(together, name))
    points = look_up(model, np.zeros(1, np.int32), np.full((1, 3), 1 / 3, np.float32))
    np.testing.assert_allclose(points.albedo, [[0, 0, 1]], atol=0.01)
    (tmp_path / "blue.png").unlink()
    with pytest.raises(ObjectError, match="not there"):
        read_gltf_object(apart, name="test/object")


def test_cube_without_normals_gets_sharp_edges(tmp_path):
    model = read(tmp_path, a_glb())
    assert len(model.positions) == 24
    np.testing.assert_allclose(np.abs(model.normals).max(axis=1), 1, atol=1e-6)


def test_factors_of_a_converter_are_not_believed(tmp_path):
    converter = {"metallicFactor": 0.4, "roughnessFactor": 0.4}
    material = {"name": "DarkMetal", "pbrMetallicRoughness": converter}
    steel = read(tmp_path, a_glb(material=material)).materials[0]
    cloth = read(tmp_path, a_glb(material={**material, "name": "Cloth"})).materials[0]
    assert steel.metallic > 0.8
    assert cloth.metallic == 0
    assert cloth.roughness > 0.8


def test_factors_that_somebody_chose_are_kept(tmp_path):
    chosen = {"metallicFactor": 0.9, "roughnessFactor": 0.25, "baseColorFactor": [0.1, 0.2, 0.3, 1]}
    material = read(tmp_path, a_glb(material={"pbrMetallicRoughness": chosen})).materials[0]
    assert (material.metallic, material.roughness) == (0.9, 0.25)
    np.testing.assert_allclose(material.base_color, [0.1, 0.2, 0.3])


def test_triangles_without_area_are_dropped(tmp_path):
    with_flat = np.concatenate([CUBE_TRIANGLES, np.int32([[0, 0, 1], [3, 3, 3]])])
    assert len(read(tmp_path, a_glb(triangles=with_flat)).triangles) == 12


def test_damaged_file_gives_the_one_error(tmp_path):
    with pytest.raises(ObjectError, match="test/object cannot be read"):
        read(tmp_path, a_glb()[:200])


def test_nodes_in_a_circle_give_the_one_error(tmp_path):
    with pytest.raises(ObjectError, match="cycle"):
        read(tmp_path, a_glb(node={"children": [0]}))


def test_positions_that_are_not_finite_give_the_one_error(tmp_path):
    broken = CUBE.copy()
    broken[3, 1] = np.inf
    writer_cannot_bound = broken  # JSON refuses infinity, so the file is patched instead.
    data = a_glb().replace(CUBE.tobytes(), writer_cannot_bound.tobytes())
    with pytest.raises(ObjectError, match="not finite"):
        read(tmp_path, data)
