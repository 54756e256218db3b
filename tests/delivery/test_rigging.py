import json
import os
from pathlib import Path

import numpy as np
import pytest

from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.rigging import RigRequest, read_motions, rig_file
from bozzetto.errors import InputError
from bozzetto.formats.glb import encode_glb
from bozzetto.rigging.rig import RigOptions
from tests.rigging.mannequin import a_mannequin_model

SHARED = Path(os.environ.get("BOZZETTO_SHARED", Path(__file__).parents[3] / "shared"))
A_RIG = SHARED / "rigs" / "single_knight_pack__KnightCharacter.glb"
artists = pytest.mark.skipif(not A_RIG.exists(), reason="the shared rigs are not here")


@artists
@pytest.mark.shared
@pytest.mark.slow
def test_a_corrected_joint_is_where_the_person_put_it_and_the_clips_are_in_the_file(tmp_path):
    out = tmp_path / "man.glb"
    first = rig_file(RigRequest(source=A_RIG, output=out, options=RigOptions(clips=("walk",))))
    assert first.clips == ("walk", "walk_in_place")
    content = json.loads((tmp_path / "man.joints.json").read_text())
    elbow = np.add(content["joints"]["leftLowerArm"], 0.03)
    content["joints"]["leftLowerArm"] = elbow.tolist()
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(content | {"mirror": True}))
    rig_file(RigRequest(source=A_RIG, output=out, joints=edited))
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


def test_a_model_without_clips_gives_no_motion(tmp_path):
    path = tmp_path / "still.glb"
    path.write_bytes(encode_glb(a_mannequin_model()))
    with pytest.raises(InputError, match="no motion"):
        read_motions(path)
