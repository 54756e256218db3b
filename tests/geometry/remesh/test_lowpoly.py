import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.geometry.measure.crossings import crossing_triangles
from bozzetto.geometry.measure.watertight import enclosed_volume, is_closed_manifold
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.remesh.lowpoly import LowPolyOptions, facet, make_lowpoly
from bozzetto.geometry.repair.faults import move_out_of_faults
from tests.build import a_sphere


@pytest.mark.parametrize("target", [60, 300])
def test_meets_the_number_stays_closed_and_keeps_the_volume(target):
    ball = a_sphere(subdivisions=4)
    made = make_lowpoly(ball, options=LowPolyOptions(target_triangles=target))
    assert made.mesh.num_triangles == target
    assert is_closed_manifold(made.mesh)
    assert enclosed_volume(made.mesh.positions, made.mesh.triangles) == pytest.approx(
        enclosed_volume(ball.positions, ball.triangles), rel=0.03
    )


def a_comb(*, teeth=10):
    solids = [trimesh.creation.box((1, 0.1, 0.4)).apply_translation((0, 0.5, 0))]
    lay = trimesh.geometry.align_vectors((0, 0, 1), (0, 1, 0))
    for k in range(teeth):
        tooth = trimesh.creation.cylinder(0.015, 1, sections=16).apply_transform(lay)
        solids.append(tooth.apply_translation((-0.4 + 0.05 * k, 0, 0)))
    whole = trimesh.boolean.union(solids, engine="manifold").subdivide_to_size(0.03, max_iter=20)
    whole.merge_vertices()
    positions = np.asarray(whole.vertices, np.float32)
    triangles = np.asarray(whole.faces, np.int32)
    normals = vertex_normals(positions, triangles)
    return Mesh(positions=positions, triangles=triangles, normals=normals)


def test_facets_of_thin_parts_neither_cut_each_other_nor_fold():
    comb = a_comb()
    made = make_lowpoly(comb, options=LowPolyOptions(target_triangles=150)).mesh
    assert made.num_triangles == 150
    assert len(crossing_triangles(made.positions, made.triangles)) == 0
    assert len(move_out_of_faults(made, source=comb)[1]) == 0


def test_facets_are_flat_and_stay_where_they_are():
    ball = a_sphere(subdivisions=1)
    flat = facet(ball)
    assert flat.num_vertices == 3 * ball.num_triangles
    np.testing.assert_array_equal(flat.positions[flat.triangles], ball.positions[ball.triangles])
    corners = flat.positions[flat.triangles]
    for k in range(3):
        edge = corners[:, k] - corners[:, k - 1]
        across = np.einsum("ij,ij->i", edge, flat.normals[flat.triangles[:, k]])
        np.testing.assert_allclose(across, 0, atol=1e-6)


def test_refuses_more_than_reads_as_facets():
    with pytest.raises(InputError, match="at most 5000"):
        make_lowpoly(a_sphere(), options=LowPolyOptions(target_triangles=5001))
