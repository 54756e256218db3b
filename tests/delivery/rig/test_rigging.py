import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.rig.rigging import RigOrder, read_motions, rig_file
from bozzetto.delivery.rig.vrm import REQUIRED, encode_vrm
from bozzetto.errors import InputError
from bozzetto.formats.base import Source
from bozzetto.formats.gltf.glb import encode_glb
from bozzetto.formats.registry import load_format
from bozzetto.rigging.canonical import RestPose
from bozzetto.rigging.figure import figure_of
from bozzetto.rigging.pose import at_frame, bent_model
from bozzetto.rigging.rig import JointedFigure, RigOptions, bind_found
from bozzetto.rigging.voxels import voxelize
from tests.rigging.mannequin import a_mannequin_model, mannequin_joints

SHARED = Path(os.environ.get("BOZZETTO_SHARED", Path(__file__).parents[4] / "shared"))
A_RIG = SHARED / "rigs" / "single_knight_pack__KnightCharacter.glb"
artists = pytest.mark.skipif(not A_RIG.exists(), reason="the shared rigs are not here")


@artists
@pytest.mark.shared
@pytest.mark.slow
def test_a_corrected_joint_is_where_the_person_put_it_and_the_clips_are_in_the_file(tmp_path):
    out = tmp_path / "man.glb"
    first = rig_file(RigOrder(source=A_RIG, output=out, options=RigOptions(clips=("walk",))))
    assert first.clips == ("walk", "walk_in_place")
    content = json.loads((tmp_path / "man.joints.json").read_text())
    elbow = np.add(content["joints"]["leftLowerArm"], 0.03)
    content["joints"]["leftLowerArm"] = elbow.tolist()
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(content | {"mirror": True}))
    rig_file(RigOrder(source=A_RIG, output=out, joints=edited))
    skeleton = open_model(out).model.skeleton
    assert skeleton is not None
    left = skeleton.positions[skeleton.names.index("mixamorig:LeftForeArm")]
    right = skeleton.positions[skeleton.names.index("mixamorig:RightForeArm")]
    np.testing.assert_allclose(left, elbow, atol=1e-4)
    np.testing.assert_allclose(right, elbow * (-1, 1, 1), atol=0.1)


@pytest.mark.parametrize("text", ["no bvh", ""])
def test_a_file_that_holds_no_motion_is_refused(tmp_path, text):
    path = tmp_path / "walk.bvh"
    path.write_text(text)
    with pytest.raises(Exception, match=r"BVH|HIERARCHY|wanted"):
        read_motions(path)


def a_bound_mannequin(*, pose=RestPose.KEEP, dialect="mixamo"):
    """The mannequin with its true joints, uvs and a walk; no picture is looked at."""
    model = a_mannequin_model()
    part = model.parts[0]
    uvs = np.random.default_rng(3).random((part.mesh.num_vertices, 2), np.float32)
    model = replace(model, parts=(replace(part, mesh=replace(part.mesh, uvs=uvs)),))
    figure = figure_of(model)
    found = JointedFigure(
        figure=figure,
        voxels=voxelize(figure.mesh, cells=50),
        joints=mannequin_joints(),
        landmarks=None,
        facing=0.0,
        middle=0.0,
        findings=(),
    )
    options = RigOptions(dialect=dialect, pose=pose, clips=("walk",))
    return bind_found(model, found, options=options)


@pytest.mark.parametrize("name", ["glb", "fbx", "usdz"])
def test_a_rigged_figure_bends_and_keeps_its_uvs_in_every_format(name):
    model = a_bound_mannequin().model
    form = load_format(name)
    back = form.read(Source.of(form.write(model))).model
    assert back.skeleton is not None
    assert len(back.skeleton.names) == 22
    assert [clip.name for clip in back.clips] == ["walk", "walk_in_place"]
    places, uvs = [], []
    for some in (model, back):
        bent = bent_model(some, at_frame(some.skeleton, some.clips[0], 7))[0]
        mesh = some.parts[0].mesh
        corners = mesh.triangles.reshape(-1)
        # Formats may split and renumber vertices, but corner by corner all is as it was.
        places.append(bent[corners])
        uvs.append(mesh.uvs[corners])
    np.testing.assert_allclose(places[1], places[0], atol=1e-4)
    np.testing.assert_allclose(uvs[1], uvs[0], atol=1e-5)


def test_a_vrm_knows_its_bones_and_its_licence():
    data = encode_vrm(a_bound_mannequin(pose=RestPose.T, dialect="vrm"))
    size = int.from_bytes(data[12:16], "little")
    document = json.loads(data[20 : 20 + size])
    vrm = document["extensions"]["VRMC_vrm"]
    assert document["extensionsUsed"] == ["VRMC_vrm"]
    assert vrm["specVersion"] == "1.0"
    assert vrm["meta"]["licenseUrl"] == "https://vrm.dev/licenses/1.0/"
    assert vrm["meta"]["name"]
    assert vrm["meta"]["authors"]
    bones = vrm["humanoid"]["humanBones"]
    assert set(bones) >= REQUIRED
    assert len(REQUIRED) == 15
    for role, bone in bones.items():
        assert document["nodes"][bone["node"]]["name"] == role
    # The file is a GLB that any reader of glTF opens.
    read = load_format("glb").read(Source(name="it.vrm", data=data))
    assert read.model.skeleton is not None


def test_a_model_without_clips_gives_no_motion(tmp_path):
    path = tmp_path / "still.glb"
    path.write_bytes(encode_glb(a_mannequin_model()))
    with pytest.raises(InputError, match="no motion"):
        read_motions(path)
