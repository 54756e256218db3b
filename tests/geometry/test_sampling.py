import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import closest_points, interpolate
from bozzetto.geometry.sampling import sample_surface
from tests.geometry.shapes import a_box, a_crooked_shape, a_square


@given(seed=st.integers(0, 2**32 - 1))
def test_points_lie_where_they_say_on_the_surface(seed):
    mesh = a_crooked_shape()
    sample = sample_surface(mesh, count=200, seed=seed)
    assert closest_points(mesh, sample.points).distance.max() < 1e-6
    there = interpolate(mesh.positions, mesh.triangles, sample.at)
    np.testing.assert_allclose(there, sample.points, atol=1e-6)


def test_every_place_gets_its_share_of_the_area():
    box = a_box(extents=(1.0, 2.0, 3.0))
    sample = sample_surface(box, count=22_000, seed=0)
    for axis, area in enumerate((6.0, 3.0, 2.0)):  # Of both faces across that axis; 22 in all.
        share = (np.abs(sample.normals[:, axis]) > 0.5).mean()
        np.testing.assert_allclose(share, 2 * area / 22, atol=1e-3)


@given(cells=st.integers(1, 12), seed=st.integers(0, 99))
def test_how_many_triangles_make_a_surface_does_not_matter(cells, seed):
    points = sample_surface(a_square(cells=cells), count=4000, seed=seed).points
    counts, *_ = np.histogram2d(points[:, 0], points[:, 2], bins=4, range=[[-0.5, 0.5]] * 2)
    np.testing.assert_allclose(counts, 250, atol=85)  # Five standard deviations and more.


def test_triangles_without_area_get_no_point():
    square = a_square()
    flat = np.array([[0, 0, 1]], np.int32)
    for triangles in (
        np.concatenate([flat, square.triangles, flat]),
        np.concatenate([square.triangles, flat, flat]),
    ):
        mesh = Mesh(positions=square.positions, triangles=triangles)
        sample = sample_surface(mesh, count=500, seed=3)
        assert np.isfinite(sample.normals).all()
        np.testing.assert_allclose(np.abs(sample.normals[:, 1]), 1)


def test_the_seed_decides_the_points():
    first, again, other = (
        sample_surface(a_box(), count=50, seed=seed).points for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_mesh_without_area_is_refused():
    mesh = Mesh(positions=np.zeros((3, 3), np.float32), triangles=np.array([[0, 1, 2]], np.int32))
    with pytest.raises(ValueError, match="area"):
        sample_surface(mesh, count=10, seed=0)
