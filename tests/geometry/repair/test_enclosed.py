import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.repair.enclosed import drop_enclosed_components
from tests.geometry.shapes import a_box


def joined(*meshes):
    """All meshes in one."""
    starts = np.cumsum([0, *(mesh.num_vertices for mesh in meshes)])[:-1]
    triangles = [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=True)]
    return Mesh(
        positions=np.concatenate([mesh.positions for mesh in meshes]),
        triangles=np.concatenate(triangles).astype(np.int32),
    )


def small(*, at):
    return a_box(extents=(0.2, 0.2, 0.2), centre=at)


def test_a_part_inside_goes_and_one_outside_or_reaching_in_stays():
    outer = a_box()
    mesh, dropped = drop_enclosed_components(
        joined(outer, small(at=(0.1, 0, 0.2)), small(at=(0.5, 0, 0)), small(at=(2, 0, 0)))
    )
    assert dropped == 1
    assert mesh.num_triangles == 36
    assert not (np.abs(mesh.positions - np.float32((0.1, 0, 0.2))).max(axis=1) < 0.11).any()


@given(order=st.permutations([0, 1, 2, 3]))
@settings(max_examples=6)
def test_nested_parts_leave_the_outermost_whatever_their_order(order):
    nested = [a_box(extents=(s, s, s)) for s in (0.2, 0.4, 0.7, 1.0)]
    mesh, dropped = drop_enclosed_components(joined(*(nested[k] for k in order)))
    assert dropped == 3
    assert np.abs(mesh.positions).max() == 0.5
    assert mesh.num_triangles == 12


def test_a_mesh_of_one_part_comes_back_as_it_is():
    box = a_box()
    assert drop_enclosed_components(box) == (box, 0)
