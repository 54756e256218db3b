import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reconstruction
from bozzetto.errors import InputError
from bozzetto.formats.gltf.glb import read_glb, write_glb
from bozzetto.pipeline.draft_to_asset import sculpt_draft, shape_draft, texture_shape
from bozzetto.pipeline.options import RefineOptions, Topology, level_settings
from bozzetto.pipeline.retopology import dense_surface
from bozzetto.qa.topology import measure_topology
from bozzetto.views.capture import capture_of_foregrounds
from tests.build import a_foreground, a_front_camera, a_sphere


def a_draft(mesh):
    return Reconstruction(
        mesh=mesh,
        posed=(PosedPhoto(photo_id=a_foreground().sha256, camera=a_front_camera()),),
        resolved_detail=0.08,
        engine="test",
        variant="test",
        seed=0,
        reasons=(),
    )


@given(topology=st.sampled_from(Topology), level=st.integers(1, 4), budget=st.integers(1000, 5000))
def test_every_level_has_half_the_faces_and_an_even_number_of_triangles(topology, level, budget):
    quads = topology is Topology.QUAD
    given = {"target_quads": budget} if quads else {"target_triangles": budget}
    options = RefineOptions(topology=topology, lods=level, texture_size=2048, **given)
    levels = [made.shape for made in level_settings(options, name="ball")]
    assert levels[0].budget == budget
    for k, made in enumerate(levels[1:], start=1):
        assert 0 <= budget / 2**k - made.budget < 2
        assert quads or made.budget % 2 == 0
        assert made.texture_size == max(2048 >> k, 512)


def test_given_budgets_come_before_halves():
    options = RefineOptions(target_triangles=8000, lods=4, lod_budgets=(5000, 700))
    budgets = [made.shape.budget for made in level_settings(options, name="ball")]
    assert budgets == [8000, 5000, 700, 1000]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"target_triangles": 99}, "100 to 500000 triangles"),
        ({"topology": Topology.QUAD, "target_triangles": 1000}, "budget of quads"),
        ({"target_quads": 1000}, "budget of triangles"),
        ({"topology": Topology.LOWPOLY, "target_triangles": 5001}, "50 to 5000"),
        ({"lods": 5}, "1 to 4"),
        ({"lods": 2, "lod_budgets": (500, 200)}, "2 levels and 2 budgets"),
        ({"lods": 2, "lod_budgets": (50,)}, "got 50"),
    ],
)
def test_refuses_what_cannot_be_made(options, why):
    with pytest.raises(InputError, match=why):
        RefineOptions(**options)


def test_what_lies_inside_is_removed_and_said():
    outer, inner = a_sphere(radius=0.5), a_sphere(radius=0.3)
    both = Mesh(
        positions=np.concatenate([outer.positions, inner.positions + np.float32([0, 0.2, 0])]),
        triangles=np.concatenate([outer.triangles, inner.triangles + outer.num_vertices]),
    )
    dense = dense_surface(a_draft(both))
    assert dense.mesh.num_triangles == outer.num_triangles
    assert [finding.code for finding in dense.findings] == ["refine.interior.removed"]


@pytest.mark.parametrize("topology", [Topology.TRI, Topology.LOWPOLY])
def test_nothing_after_the_shape_moves_a_vertex(topology):
    draft, steps = a_draft(a_sphere(subdivisions=3)), []
    capture = capture_of_foregrounds([a_foreground()])
    options = RefineOptions(topology=topology, target_triangles=200, texture_size=512)
    settings = level_settings(options, name="ball")[0]
    sculpted = sculpt_draft(draft, capture, step=steps.append)
    shaped = shape_draft(draft, sculpted, capture, options=settings.shape, step=steps.append)
    assert steps == ["repair", "sculpt", "topology", "unwrap"]
    assert shaped.mesh.num_triangles == 200
    assert measure_topology(shaped.mesh).watertight
    assert shaped.mesh.bounds[0][1] == 0
    refined = texture_shape(shaped, draft, capture, options=settings.texture)
    written = read_glb(write_glb(refined.asset), name="ball.glb").mesh
    np.testing.assert_array_equal(
        written.positions[written.triangles], shaped.mesh.positions[shaped.mesh.triangles]
    )
    flat = written.normals[written.triangles]
    assert (flat == flat[:, :1]).all() == (topology is Topology.LOWPOLY)
