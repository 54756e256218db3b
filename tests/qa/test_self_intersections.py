from itertools import product

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.qa.self_intersections import count_self_intersections
from tests.build import a_sphere


def crossing_one_by_one(mesh):
    """The same by the slowest way: each edge against each triangle, solving for the crossing."""
    points = mesh.positions.astype(np.float64)
    hit = set()
    for one, other, k in product(range(len(mesh.triangles)), range(len(mesh.triangles)), range(3)):
        edge, second = mesh.triangles[one][[k, (k + 1) % 3]], mesh.triangles[other]
        if one == other or set(edge) & set(second):
            continue
        (p, q), (a, b, c) = points[edge], points[second]
        system = np.stack([q - p, a - b, a - c], axis=1)
        if abs(np.linalg.det(system)) < 1e-12:
            continue
        s, u, v = np.linalg.solve(system, a - p)
        if 0 < s < 1 and u > 0 and v > 0 and u + v < 1:
            hit |= {one, other}
    return len(hit)


def test_a_ball_does_not_cut_itself():
    assert count_self_intersections(a_sphere()) == 0


@given(seed=st.integers(0, 2**31))
@settings(max_examples=8)
def test_agrees_with_trying_every_edge_on_every_triangle(seed):
    rng = np.random.default_rng(seed)
    triangles = rng.permuted(np.tile(np.arange(12), (9, 1)), axis=1)[:, :3].astype(np.int32)
    mesh = Mesh(positions=rng.random((12, 3), dtype=np.float32), triangles=triangles)
    assert count_self_intersections(mesh) == crossing_one_by_one(mesh)


def test_a_spike_pushed_through_the_other_side_counts():
    ball = a_sphere(subdivisions=2)
    positions = ball.positions.copy()
    top = int(positions[:, 1].argmax())
    positions[top, 1] = -0.5
    positions[top, 0] = 0.013
    pushed = Mesh(positions=positions, triangles=ball.triangles)
    fan = int((ball.triangles == top).any(axis=1).sum())
    assert fan + 1 <= count_self_intersections(pushed) <= fan + 12


def test_touching_boxes_do_not_count():
    boxes = [trimesh.creation.box((1, 1, 1)).apply_translation((x, 0, 0)) for x in (0, 1)]
    both = trimesh.util.concatenate(boxes)
    mesh = Mesh(
        positions=np.asarray(both.vertices, np.float32), triangles=np.asarray(both.faces, np.int32)
    )
    assert count_self_intersections(mesh) == 0


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_triangles_to_cut_each_other(count):
    ball = a_sphere(subdivisions=0)
    mesh = Mesh(positions=ball.positions, triangles=ball.triangles[:count])
    assert count_self_intersections(mesh) == 0
