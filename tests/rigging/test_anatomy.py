from dataclasses import replace

import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.rigging.anatomy import find_anatomy, median_plane
from bozzetto.rigging.find_joints import FigureEvidence, find_joints
from bozzetto.rigging.template import BODY, mirrored
from bozzetto.rigging.voxels import voxelize
from tests.rigging.mannequin import a_mannequin, mannequin_joints


@pytest.fixture(scope="module")
def voxels():
    return voxelize(a_mannequin(), cells=90)


def test_finds_the_crotch_the_hands_and_the_neck(voxels):
    found = find_anatomy(voxels)
    assert found is not None
    assert found.crotch == pytest.approx(0.83, abs=0.05)
    assert found.arms[0].tip[0] == pytest.approx(0.87, abs=0.03)
    assert found.arms[1].tip[0] == pytest.approx(-0.87, abs=0.03)
    assert 1.42 < found.neck < 1.52


def test_sees_where_a_shape_mirrors(voxels):
    middle, share = median_plane(voxels)
    assert abs(middle) < 0.5 * voxels.step
    assert share > 0.99


def test_places_joints_by_shape_alone_within_eight_percent_of_the_height(voxels):
    anatomy = find_anatomy(voxels)
    assert anatomy is not None
    joints = find_joints(FigureEvidence(voxels=voxels, anatomy=anatomy, landmarks=None))
    truth = mannequin_joints()
    for bone in BODY:
        error = np.linalg.norm(joints.at(bone.role) - truth.at(bone.role)) / 1.7
        assert error < 0.08, bone.role


def test_left_and_right_are_mirror_images(voxels):
    anatomy = find_anatomy(voxels)
    assert anatomy is not None
    joints = find_joints(FigureEvidence(voxels=voxels, anatomy=anatomy, landmarks=None))
    for bone in BODY:
        x, y, z = joints.at(bone.role)
        flipped = (2 * anatomy.middle - x, y, z)
        np.testing.assert_allclose(joints.at(mirrored(bone.role)), flipped, atol=1e-9)


def test_a_pillar_has_no_anatomy_of_two_legs():
    pillar = trimesh.creation.cylinder(0.2, 1.7)
    pillar.apply_transform(trimesh.geometry.align_vectors((0, 0, 1), (0, 1, 0)))
    mesh = Mesh(
        positions=np.asarray(pillar.vertices, np.float32),
        triangles=np.asarray(pillar.faces, np.int32),
    )
    found = find_anatomy(voxelize(mesh, cells=60))
    assert found is None or (found.crotch - found.ground) < 0.1 * found.height


def test_legs_cut_short_leave_the_hips_where_they_are_in_the_trunk():
    whole = a_mannequin()
    positions, places = whole.positions.copy(), []
    for shorter in (0.0, 0.4):
        moved = positions.copy()
        moved[:, 1] -= shorter * np.clip(moved[:, 1] / 0.8, 0, 1)  # Legs shrink, the rest sinks.
        voxels = voxelize(replace(whole, positions=moved), cells=100)
        anatomy = find_anatomy(voxels)
        joints = find_joints(FigureEvidence(voxels=voxels, anatomy=anatomy, landmarks=None))
        places.append(joints.at("leftUpperLeg")[1] + shorter)
    assert places[1] == pytest.approx(places[0], abs=0.025)
