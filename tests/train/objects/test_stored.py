import numpy as np
import pytest

from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.stored import read_stored, write_stored
from tests.train.objects.build_object import a_model


def test_comes_back_as_it_was_stored(tmp_path):
    model = a_model(size=(1, 2, 3))
    write_stored(model, tmp_path / "cube.npz")
    back = read_stored(tmp_path / "cube.npz", name="other")
    np.testing.assert_array_equal(back.positions, model.positions)
    np.testing.assert_array_equal(back.triangles, model.triangles)
    np.testing.assert_allclose(back.normals, model.normals, atol=1e-3)
    assert back.materials[0].roughness == model.materials[0].roughness


def test_textures_are_refused(tmp_path):
    texture = np.zeros((2, 2, 3), np.uint8)
    material = Material(base_color=np.ones(3, np.float32), texture=texture)
    with pytest.raises(ObjectError, match="texture"):
        write_stored(a_model(material=material), tmp_path / "cube.npz")


def test_damaged_file_gives_the_one_error(tmp_path):
    (tmp_path / "cube.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ObjectError, match="cannot be read"):
        read_stored(tmp_path / "cube.npz", name="people/0")
