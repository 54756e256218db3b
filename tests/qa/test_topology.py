from dataclasses import replace

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.qa.topology import measure_topology
from tests.build import a_sphere
from tests.textured import a_globe


def mesh_of(shape):
    """Ours from trimesh's."""
    return Mesh(
        positions=np.asarray(shape.vertices, np.float32),
        triangles=np.asarray(shape.faces, np.int32),
    )


def joined(*meshes):
    """All meshes in one."""
    starts = np.cumsum([0, *(mesh.num_vertices for mesh in meshes)])
    return Mesh(
        positions=np.concatenate([mesh.positions for mesh in meshes]),
        triangles=np.concatenate(
            [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=False)]
        ).astype(np.int32),
    )


def moved(mesh, *, scale=1.0, by=(0, 0, 0)):
    """The mesh scaled about its centre, then moved."""
    centre = (mesh.bounds[0] + mesh.bounds[1]) / 2
    positions = (mesh.positions - centre) * np.float32(scale) + centre + np.float32(by)
    return Mesh(positions=positions.astype(np.float32), triangles=mesh.triangles)


def turned_inside_out(mesh):
    """The mesh with all triangles reversed."""
    return Mesh(positions=mesh.positions, triangles=np.ascontiguousarray(mesh.triangles[:, ::-1]))


def test_a_cube_by_hand():
    facts = measure_topology(mesh_of(trimesh.creation.box((1, 2, 3))))
    assert (facts.vertices, facts.welded_vertices, facts.triangles) == (8, 8, 12)
    assert facts.watertight
    assert facts.manifold
    assert (facts.euler_number, facts.genus, facts.pieces) == (2, 0, 1)
    assert facts.size_m == (1, 2, 3)
    assert facts.area_m2 == pytest.approx(22)
    assert facts.volume_m3 == pytest.approx(6)
    assert (facts.degenerate_triangles, facts.border_edges) == (0, 0)


def test_a_ring_has_one_handle():
    ring = trimesh.creation.torus(major_radius=1, minor_radius=0.3)
    assert measure_topology(mesh_of(ring)).genus == 1


def test_seams_do_not_open_a_mesh():
    globe = a_globe(columns=12, rows=8)
    poles = globe.positions.copy()
    poles[:13], poles[-13:] = poles[0], poles[-1]
    edge = np.arange(9) * 13
    poles[edge] = poles[edge + 12]
    facts = measure_topology(replace(globe, positions=poles))
    assert facts.watertight
    assert facts.welded_vertices == 12 * 7 + 2 < facts.vertices


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_trimesh_on_a_damaged_ball(seed):
    ball = a_sphere(subdivisions=2)
    rng = np.random.default_rng(seed)
    kept = ball.triangles[rng.random(len(ball.triangles)) > 0.05 * seed]
    facts = measure_topology(Mesh(positions=ball.positions, triangles=kept))
    twin = trimesh.Trimesh(ball.positions, kept, process=False)
    twin.remove_unreferenced_vertices()
    assert facts.watertight == twin.is_watertight
    assert facts.euler_number == twin.euler_number
    assert facts.pieces == twin.body_count
    assert facts.border_edges == len(trimesh.grouping.group_rows(twin.edges_sorted, 1))
    assert facts.area_m2 == pytest.approx(twin.area, rel=1e-5)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), cells=st.integers(1, 12))
def test_watertight_as_a_slow_count_of_edges_says(seed, cells):
    rng = np.random.default_rng(seed)
    boxes = [moved(mesh_of(trimesh.creation.box()), by=rng.integers(0, 3, 3)) for _ in range(cells)]
    mesh = joined(*boxes)
    facts = measure_topology(mesh)
    welded = [tuple(position) for position in mesh.positions.tolist()]
    count = {}
    for triangle in mesh.triangles.tolist():
        for i in range(3):
            ends = welded[triangle[i]], welded[triangle[i - 2]]
            forward, backward = count.setdefault(frozenset(ends), [0, 0])
            count[frozenset(ends)] = [forward + (ends[0] < ends[1]), backward + (ends[0] > ends[1])]
    assert facts.watertight == all(uses == [1, 1] for uses in count.values())


def test_two_cones_that_touch_in_a_point_are_not_manifold():
    up = np.float32([[0, 0, 0], [1, 1, 0], [-1, 1, 1], [-1, 1, -1]])
    faces = np.int32([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])
    cones = joined(
        Mesh(positions=up, triangles=faces),
        Mesh(positions=-up, triangles=np.ascontiguousarray(faces[:, ::-1])),
    )
    facts = measure_topology(cones)
    assert facts.watertight
    assert not facts.manifold
    assert facts.genus is None
    assert facts.pieces == 2


def test_one_reversed_triangle_breaks_watertightness():
    ball = a_sphere(subdivisions=1)
    triangles = ball.triangles.copy()
    triangles[5] = triangles[5, ::-1]
    facts = measure_topology(Mesh(positions=ball.positions, triangles=triangles))
    assert not facts.watertight
    assert facts.border_edges == 0
    assert facts.volume_m3 is None


def test_a_ball_inside_a_ball_is_an_interior_shell():
    ball = a_sphere(subdivisions=2)
    inner = moved(ball, scale=0.5)
    assert measure_topology(joined(ball, inner)).interior_shells == 1
    hollow = measure_topology(joined(ball, turned_inside_out(inner)))
    assert (hollow.interior_shells, hollow.inverted_pieces) == (1, 0)
    beside = measure_topology(joined(ball, moved(ball, scale=0.2, by=(0.49, 0.49, 0.49))))
    assert (beside.interior_shells, beside.pieces) == (0, 2)


def test_a_piece_inside_out_is_inverted():
    ball = a_sphere(subdivisions=1)
    facts = measure_topology(joined(ball, turned_inside_out(moved(ball, by=(3, 0, 0)))))
    assert facts.inverted_pieces == 1
    assert facts.watertight


def test_degenerate_triangles_are_counted():
    positions = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0.5, 0, 0], [1, 0, 0]])
    triangles = np.int32([[0, 1, 2], [0, 3, 1], [1, 4, 2]])
    facts = measure_topology(Mesh(positions=positions, triangles=triangles))
    assert facts.degenerate_triangles == 2


def test_an_empty_mesh_has_nothing():
    empty = Mesh(positions=np.zeros((3, 3), np.float32), triangles=np.zeros((0, 3), np.int32))
    facts = measure_topology(empty)
    assert (facts.pieces, facts.area_m2, facts.size_m) == (0, 0, (0, 0, 0))
    assert not facts.watertight
