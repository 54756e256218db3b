import numpy as np
import trimesh
from scipy.spatial import cKDTree

from bozzetto.asset.mesh import Mesh
from bozzetto.rigging.accessories import stiffen_accessories
from bozzetto.rigging.binding import BindOptions, Segment, bind
from bozzetto.rigging.segments import segments_of
from bozzetto.rigging.template import BODY
from bozzetto.rigging.voxels import voxelize
from tests.rigging.mannequin import a_mannequin, mannequin_joints

ROLES = [bone.role for bone in BODY]


def weight_of(skin, joint):
    return np.where(skin.joints == joint, skin.weights, 0).sum(axis=1)


def a_bound_mannequin():
    mesh, joints = a_mannequin(), mannequin_joints()
    segments = segments_of(joints, ROLES)
    return mesh, bind(mesh.positions, segments, voxelize(mesh, cells=80)), segments


def test_flesh_follows_the_bone_it_surrounds():
    mesh, skin, _ = a_bound_mannequin()
    x, y, _ = mesh.positions.T
    forearm = (x > 0.5) & (x < 0.62)
    assert weight_of(skin, ROLES.index("leftLowerArm"))[forearm].min() > 0.85
    shin = (y > 0.15) & (y < 0.4) & (x < 0)
    assert weight_of(skin, ROLES.index("rightLowerLeg"))[shin].min() > 0.85


def test_no_limb_moves_the_one_beside_it():
    mesh, skin, _ = a_bound_mannequin()
    left = mesh.positions[:, 0] > 0.02
    low = mesh.positions[:, 1] < 0.8
    for role in ("rightUpperLeg", "rightLowerLeg", "rightFoot"):
        assert weight_of(skin, ROLES.index(role))[left & low].max() == 0


def test_weights_are_mirrored_on_a_mirrored_figure():
    mesh, skin, _ = a_bound_mannequin()
    mirrored = mesh.positions * np.array([-1, 1, 1], np.float32)
    gap, partner = cKDTree(mirrored).query(mesh.positions)
    exact = gap < 1e-6
    assert exact.mean() > 0.3
    left = weight_of(skin, ROLES.index("leftUpperArm"))
    right = weight_of(skin, ROLES.index("rightUpperArm"))
    # To what half a cell of the grid does to it.
    assert np.abs(left[exact] - right[partner[exact]]).mean() < 0.02


def test_a_bend_is_smooth_along_the_limb():
    pole = trimesh.creation.cylinder(0.1, 2.0, sections=24).subdivide().subdivide().subdivide()
    pole.apply_transform(trimesh.geometry.align_vectors((0, 0, 1), (0, 1, 0)))
    mesh = Mesh(
        positions=np.asarray(pole.vertices, np.float32), triangles=np.asarray(pole.faces, np.int32)
    )
    ends = (np.array([0, -1.0, 0]), np.zeros(3), np.array([0, 1.0, 0]))
    segments = (
        Segment(joint=0, start=ends[0], end=ends[1]),
        Segment(joint=1, start=ends[1], end=ends[2]),
    )
    skin = bind(mesh.positions, segments, voxelize(mesh, cells=80))
    upper, height = weight_of(skin, 1), mesh.positions[:, 1]
    assert upper[height > 0.35].min() > 0.97
    assert upper[height < -0.35].max() < 0.03
    middle = upper[np.abs(height) < 0.03]
    assert (np.abs(middle - 0.5) < 0.2).all()


def test_what_hangs_on_a_figure_keeps_its_shape():
    mesh, _, segments = a_bound_mannequin()
    bag = trimesh.creation.box((0.25, 0.3, 0.12)).apply_translation((0, 1.2, -0.17))
    count = mesh.num_vertices
    whole = Mesh(
        positions=np.concatenate([mesh.positions, np.asarray(bag.vertices, np.float32)]),
        triangles=np.concatenate([mesh.triangles, np.asarray(bag.faces, np.int32) + count]),
    )
    skin = bind(whole.positions, segments, voxelize(whole, cells=80))
    stiff = stiffen_accessories(whole, skin, segments, options=BindOptions())
    assert np.ptp(stiff.weights[count:], axis=0).max() == 0
    assert np.ptp(stiff.joints[count:].astype(int), axis=0).max() == 0
    arm = mesh.positions[:, 0] > 0.3
    np.testing.assert_array_equal(stiff.joints[:count][arm], skin.joints[:count][arm])
