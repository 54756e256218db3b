"""Files that other programs wrote; `files/README.md` says how."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import cKDTree

from bozzetto.asset.poses import posed_part
from bozzetto.delivery.inspect.inspection import inspect_opened
from bozzetto.delivery.open_model import open_model
from tests.models import a_figure
from tools.formats_check.subjects import a_cube

FILES = Path(__file__).parent / "files"
PLACES = json.loads((FILES / "blender.json").read_text())


def apart(a, b):
    """Largest distance from a point of one set to the other set."""
    return max(cKDTree(a).query(b)[0].max(), cKDTree(b).query(a)[0].max())


def test_draco_gives_back_shape_and_layout():
    opened = open_model(FILES / "draco_static.glb")
    assert opened.file.extensions_required == ("KHR_draco_mesh_compression",)
    for part, was in zip(opened.model.parts, a_cube().parts, strict=True):
        assert (part.name, part.mesh.num_triangles) == (was.name, was.mesh.num_triangles)
        assert apart(part.mesh.positions, was.mesh.positions) < 1e-4
        assert apart(part.mesh.uvs, was.mesh.uvs) < 1e-3
        assert np.abs(np.linalg.norm(part.mesh.normals, axis=1) - 1).max() < 1e-3


def test_draco_gives_back_skins_that_bend_as_before():
    opened, was = open_model(FILES / "draco_skinned.glb"), a_figure()
    model, frame = opened.model, 3 * 10  # Ten frames a second come back as thirty.
    bent = posed_part(model, model.parts[0], clip=model.clips[0], frame=frame)
    wanted = posed_part(was, was.parts[0], clip=was.clips[0], frame=10)
    assert apart(bent, wanted) < 1e-3 * 1.7


def test_a_static_fbx_by_blender_stands_as_in_blender_with_its_materials():
    opened = open_model(FILES / "blender_static.fbx")
    crate, lid = opened.model.parts
    for part in (crate, lid):
        assert apart(part.mesh.positions, np.array(PLACES["static"][part.name])) < 1e-5
    assert (crate.surface.name, lid.surface.name) == ("wood", "metal")
    assert lid.surface.base_color_factor == pytest.approx((0.8, 0.1, 0.1, 1), abs=1e-4)
    assert (lid.surface.roughness_factor, lid.surface.metallic_factor) == pytest.approx(
        (0.4, 0.25), abs=1e-4
    )
    assert crate.surface.base_color.media_type == "image/png"
    assert inspect_opened(opened).model.size_m[1] == pytest.approx(1, abs=1e-5)


def test_the_picture_inside_a_blender_fbx_is_the_one_blender_had():
    picture = open_model(FILES / "blender_static.fbx").model.parts[0].surface.base_color
    texels = np.asarray(Image.open(BytesIO(picture.data)).convert("RGB"))
    assert texels.shape == (8, 8, 3)
    assert texels[-1, 0].tolist() == [0, 0, 0]  # Blender's first row is the lowest.
    assert texels[0, -1].tolist() == [255, 255, 0]


def test_a_skinned_fbx_by_blender_bends_as_in_blender():
    opened = open_model(FILES / "blender_skinned.fbx")
    model = opened.model
    (tube,), (clip,) = model.parts, model.clips
    assert model.skeleton.names == ("lower", "upper")
    assert apart(tube.mesh.positions, np.array(PLACES["rest"]["tube"])) < 1e-5
    bent = posed_part(model, tube, clip=clip, frame=10)
    assert apart(bent, np.array(PLACES["frame_10"]["tube"])) < 1e-5 * 1.7
    assert inspect_opened(opened).model.size_m[1] == pytest.approx(1.7, abs=1e-5)
