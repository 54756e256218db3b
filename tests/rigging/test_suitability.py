import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.rigging.anatomy import find_anatomy
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.landmarks import Landmarks
from bozzetto.rigging.rig import find
from bozzetto.rigging.suitability import UnriggableError, is_likely, refusal
from bozzetto.rigging.voxels import voxelize
from tests.rigging.mannequin import a_mannequin


def a_model(solid):
    mesh = Mesh(
        positions=np.asarray(solid.vertices, np.float32),
        triangles=np.asarray(solid.faces, np.int32),
    )
    return Model(name="thing", parts=(Part(name="it", mesh=mesh, surface=Surface(name="clay")),))


def a_chair():
    legs = [
        trimesh.creation.box((0.06, 0.5, 0.06)).apply_translation((x, 0.25, z))
        for x in (-0.2, 0.2)
        for z in (-0.2, 0.2)
    ]
    seat = trimesh.creation.box((0.5, 0.06, 0.5)).apply_translation((0, 0.5, 0))
    back = trimesh.creation.box((0.5, 0.5, 0.06)).apply_translation((0, 0.75, -0.22))
    return trimesh.util.concatenate([*legs, seat, back])


def seen_as(score, scatter):
    """Landmarks as six views would give them that agree so far."""
    return Landmarks(
        points=np.zeros((33, 3)),
        disagreement=np.full(33, scatter),
        scores=np.full(6, score),
        sightings=(),
    )


@pytest.fixture(scope="module")
def network():
    return BlazePose()


@pytest.mark.parametrize("solid", [a_chair(), trimesh.creation.icosphere(3, 0.5)])
def test_objects_are_refused_with_advice(network, solid):
    with pytest.raises(UnriggableError, match="views show") as refused:
        find(a_model(solid), network=network)
    assert refused.value.advice


def test_what_lies_is_refused_before_any_work(network):
    plank = trimesh.creation.box((2, 0.3, 0.5))
    with pytest.raises(UnriggableError, match=r"2 m wide, 0\.3 m high"):
        find(a_model(plank), network=network)


def test_a_chair_has_too_many_feet_even_if_it_looked_like_somebody():
    chair = a_model(a_chair()).parts[0].mesh
    voxels = voxelize(chair, cells=60)
    reason = refusal(voxels, find_anatomy(voxels), seen_as(0.9, 0.1))
    assert reason is not None
    assert reason.code in ("rig.refused.two_legs", "rig.refused.arms", "rig.refused.shoulders")


def test_a_figure_of_the_right_shape_passes_though_the_views_disagree():
    voxels = voxelize(a_mannequin(), cells=90)
    assert refusal(voxels, find_anatomy(voxels), seen_as(0.6, 0.1)) is None


def test_legs_in_one_piece_are_named_even_on_a_person():
    robe = trimesh.creation.cone(0.4, 1.7)
    robe.apply_transform(trimesh.geometry.align_vectors((0, 0, 1), (0, 1, 0)))
    voxels = voxelize(a_model(robe).parts[0].mesh, cells=60)
    anatomy = find_anatomy(voxels)
    reason = refusal(voxels, anatomy, seen_as(0.95, 0.005))
    assert reason is not None
    assert reason.code in ("rig.refused.legs", "rig.refused.feet")


@pytest.mark.parametrize(("score", "likely"), [(0.49, False), (0.51, True)])
def test_the_gate_stands_at_one_half(score, likely):
    assert is_likely(seen_as(score, 0.01)) == likely
