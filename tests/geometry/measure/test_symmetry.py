from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.hausdorff import measure_deviation
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.symmetry import find_mirror_plane
from bozzetto.geometry.measure.watertight import is_closed_manifold
from bozzetto.geometry.remesh.mirror import cut_half, join_halves, same_genus
from tests.build import a_sphere
from tests.geometry.shapes import a_crooked_shape


@cache
def a_shape(cells=24):
    """Symmetric about x = 0 only: a body with a nose in front, on genus 0."""
    x, y, z = np.mgrid[-1 : 1 : cells * 1j, -1 : 1 : cells * 1j, -1 : 1 : cells * 1j]
    body = 0.5 - np.sqrt((x / 1.3) ** 2 + y**2 + (z / 0.8) ** 2)
    nose = 0.25 - np.sqrt((x / 1.5) ** 2 + (y - 0.2) ** 2 + (z - 0.5) ** 2)
    positions, triangles = extract_isosurface(np.maximum(body, nose).astype(np.float32))
    placed = positions / (cells - 1) * 2 - 1
    return Mesh(positions=placed.astype(np.float32), triangles=triangles)


def turned(mesh, *, angle, by):
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return replace(mesh, positions=(mesh.positions @ turn.T + by).astype(np.float32))


@given(angle=st.floats(-1.4, 1.4), shift=st.floats(-3, 3))
@settings(max_examples=4)
def test_finds_the_plane_wherever_the_object_stands_and_faces(angle, shift):
    moved = turned(a_shape(), angle=angle, by=[shift, 0, 1 - shift])
    plane = find_mirror_plane(moved)
    expected = np.array([np.cos(angle), 0, -np.sin(angle)])
    assert abs(np.array(plane.normal) @ expected) > np.cos(np.radians(1))
    middle = np.array([shift, 0, 1 - shift])
    assert middle @ np.array(plane.normal) == pytest.approx(plane.offset, abs=0.01)
    assert plane.score > 0.98


def test_a_crooked_shape_scores_low():
    assert find_mirror_plane(a_crooked_shape()).score < 0.8


def test_of_equally_good_planes_the_one_between_left_and_right_wins():
    plane = find_mirror_plane(a_sphere())
    assert abs(plane.normal[0]) > 0.9


def test_mirroring_twice_comes_back():
    plane = find_mirror_plane(a_shape())
    points = np.random.default_rng(0).random((20, 3))
    np.testing.assert_allclose(plane.mirrored(plane.mirrored(points)), points, atol=1e-12)


@given(target=st.integers(100, 780).map(lambda half: 2 * half))
@settings(max_examples=5)
def test_joined_halves_are_closed_exact_and_their_own_mirror_image(target):
    shape = turned(a_shape(), angle=0.4, by=[0.2, 0, 0.1])
    plane = find_mirror_plane(shape)
    whole = join_halves(cut_half(shape, plane=plane), target_triangles=target)
    assert whole.num_triangles == target
    assert is_closed_manifold(whole)
    assert same_genus(whole, shape)
    image = plane.mirrored(whole.positions.astype(np.float64))
    apart = np.linalg.norm(image[:, None] - whole.positions[None], axis=-1).min(axis=1)
    assert apart.max() < 1e-5
    assert measure_deviation(whole, shape, samples=2000).percent_of_diagonal < 3


def test_the_half_that_photos_show_is_the_one_that_is_kept():
    shape = a_shape()
    bump = shape.positions.copy()
    right = bump[:, 0] > 0.3
    bump[right, 1] *= 1.1
    plane = find_mirror_plane(shape)
    for seen_right in (True, False):
        confidence = np.where(right == seen_right, 1, 0.1).astype(np.float32)
        seen = Mesh(positions=bump, triangles=shape.triangles, confidence=confidence)
        whole = join_halves(cut_half(seen, plane=plane))
        height = np.ptp(whole.positions[np.abs(whole.positions[:, 0]) > 0.35, 1])
        kept = np.ptp(bump[(bump[:, 0] > 0.35) if seen_right else (bump[:, 0] < -0.35), 1])
        assert height == pytest.approx(kept, rel=0.02)


def test_a_plane_beside_the_object_cuts_nothing():
    plane = replace(find_mirror_plane(a_sphere()), offset=9.0)
    assert cut_half(a_sphere(), plane=plane) is None
