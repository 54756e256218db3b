from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.geometry.compare.hausdorff import measure_deviation
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.watertight import enclosed_volume, euler_number, is_closed_manifold
from bozzetto.geometry.remesh.simplify import SimplifyOptions, simplify
from tests.build import a_sphere


@cache
def a_bumpy_ring():
    """A draft-like mesh of genus 1: about 47,000 triangles from marching cubes."""
    x, y, z = np.mgrid[-1:1:96j, -1:1:96j, -1:1:96j]
    ring = 0.3 - np.hypot(np.hypot(x, y) - 0.6, z) + 0.03 * np.sin(9 * x) * np.sin(8 * y)
    positions, triangles = extract_isosurface(ring.astype(np.float32))
    return Mesh(positions=positions / 96, triangles=triangles, colors=positions / 96)


@given(target=st.integers(600, 24_000))
@settings(max_examples=8)
def test_meets_the_number_and_keeps_the_mesh_closed_its_genus_and_its_volume(target):
    ring = a_bumpy_ring()
    result = simplify(ring, options=SimplifyOptions(target_triangles=target))
    assert result.mesh.num_triangles == target - target % 2
    assert [f.code for f in result.findings] == ["refine.simplify.odd_target"] * (target % 2)
    assert is_closed_manifold(result.mesh)
    assert euler_number(result.mesh.triangles) == euler_number(ring.triangles)
    assert enclosed_volume(result.mesh.positions, result.mesh.triangles) == pytest.approx(
        enclosed_volume(ring.positions, ring.triangles), rel=0.02
    )


def test_carries_colours_and_makes_fresh_unit_normals():
    result = simplify(a_bumpy_ring(), options=SimplifyOptions(target_triangles=4000)).mesh
    np.testing.assert_allclose(result.colors, result.positions, atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(result.normals, axis=1), 1, atol=1e-5)


def test_gives_the_same_mesh_twice():
    first, second = (
        simplify(a_bumpy_ring(), options=SimplifyOptions(target_triangles=2000)).mesh
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.positions, second.positions)
    np.testing.assert_array_equal(first.triangles, second.triangles)


def test_has_next_to_no_slivers():
    mesh = simplify(a_bumpy_ring(), options=SimplifyOptions(target_triangles=6000)).mesh
    corners = mesh.positions[mesh.triangles].astype(np.float64)
    sides = corners - np.roll(corners, 1, axis=1)
    area = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1) / 2
    quality = 4 * np.sqrt(3) * area / (sides**2).sum((1, 2))  # 1 for equilateral, 0 for slivers.
    assert (quality < 0.05).mean() < 0.01


def test_keeps_a_mesh_that_is_small_already_and_says_so():
    ball = a_sphere(subdivisions=1)
    result = simplify(ball, options=SimplifyOptions(target_triangles=1000))
    assert result.mesh.num_triangles == ball.num_triangles
    assert result.findings[0].code == "refine.simplify.below_budget"


def test_says_when_the_number_cannot_be_reached():
    result = simplify(a_bumpy_ring(), options=SimplifyOptions(target_triangles=4))
    assert is_closed_manifold(result.mesh)
    assert result.findings[0].code == "refine.simplify.over_budget"


def test_refuses_fewer_than_a_tetrahedron():
    with pytest.raises(InputError, match="At least 4"):
        simplify(a_sphere(), options=SimplifyOptions(target_triangles=3))


def test_keeps_the_edges_of_a_box_sharp_at_a_strong_reduction():
    x, y, z = np.mgrid[-1:1:112j, -1:1:112j, -1:1:112j]
    apart = np.stack([np.abs(x) - 0.6, np.abs(y) - 0.4, np.abs(z) - 0.5])
    outside = np.linalg.norm(np.maximum(apart, 0), axis=0)
    distance = outside + np.minimum(apart.max(axis=0), 0)
    positions, triangles = extract_isosurface(-distance.astype(np.float32))
    box = Mesh(positions=positions / 111, triangles=triangles)
    small = simplify(box, options=SimplifyOptions(target_triangles=500)).mesh
    assert measure_deviation(small, box, samples=5000).percent_of_diagonal < 0.3
