import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.measure.outside import directions_all_round, sample_outside, visible_from
from bozzetto.geometry.raycast import Raycaster
from tests.geometry.shapes import a_box, mesh_of


@pytest.mark.parametrize("count", [6, 26, 60, 600])
def test_directions_are_units_that_leave_no_gap_and_favour_no_side(count):
    directions = directions_all_round(count)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert np.linalg.norm(directions.mean(axis=0)) < 2 / count
    assert len(np.unique(directions.round(9), axis=0)) == count


def test_faces_inside_another_part_get_no_point():
    core = trimesh.creation.box((0.5, 0.5, 0.5))
    both = mesh_of(trimesh.util.concatenate([trimesh.creation.box((1, 1, 1)), core]))
    points = sample_outside(both, count=500, seed=0).points
    assert len(points) == 500
    np.testing.assert_allclose(np.abs(points).max(axis=1), 0.5, atol=1e-6)


def test_parts_that_cut_through_each_other_keep_only_their_outer_faces():
    bars = [trimesh.creation.box(extents) for extents in ((1, 0.2, 0.2), (0.2, 1, 0.2))]
    points = sample_outside(mesh_of(trimesh.util.concatenate(bars)), count=2000, seed=0).points
    within = [
        (np.abs(points) < np.array(e) / 2 - 1e-3).all(axis=1)
        for e in ((1, 0.2, 0.2), (0.2, 1, 0.2))
    ]
    assert not np.logical_or(*within).any()


def test_the_inside_of_an_open_box_is_seen():
    box = a_box()
    top = box.positions[box.triangles].mean(axis=1)[:, 1] > 0.4
    points = sample_outside(
        Mesh(positions=box.positions, triangles=box.triangles[~top]), count=3000, seed=0
    )
    low = np.isclose(points.points[:, 1], -0.5)
    upward = points.normals[low][:, 1] > 0  # The floor, seen from above through the opening.
    assert 0.1 < upward.mean() < 0.9


def test_normals_point_to_where_the_surface_is_seen_from():
    box = a_box()
    inside_out = Mesh(positions=box.positions, triangles=box.triangles[:, ::-1].copy())
    sample = sample_outside(inside_out, count=300, seed=1)
    assert (np.einsum("ij,ij->i", sample.normals, sample.points) > 0).all()


def test_the_front_of_the_list_is_a_fair_sample():
    points = sample_outside(a_box(), count=4000, seed=0).points[:1000]
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.06)


def test_an_eye_sees_the_near_side_of_a_box_only():
    box = a_box()
    sample = sample_outside(box, count=1000, seed=0)
    seen = visible_from(
        Raycaster(box.positions, box.triangles),
        sample.points,
        position=np.array([0.0, 0.0, 3.0]),
        slack=1e-4,
    )
    np.testing.assert_array_equal(seen, np.isclose(sample.points[:, 2], 0.5))


def test_what_stands_before_hides_what_is_behind():
    pair = mesh_of(
        trimesh.util.concatenate(
            [
                trimesh.creation.box((1, 1, 0.1)).apply_translation((0, 0, 1)),
                trimesh.creation.box((1, 1, 0.1)),
            ]
        )
    )
    position = np.array([0.0, 0.0, 50.0])
    caster = Raycaster(pair.positions, pair.triangles)
    front, back = np.array([[0.1, 0.2, 1.05]]), np.array([[0.1, 0.2, 0.05]])
    assert visible_from(caster, front, position=position, slack=1e-3).all()
    assert not visible_from(caster, back, position=position, slack=1e-3).any()
