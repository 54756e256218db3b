import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.geometry.isosurface import extract_isosurface


def distance_to_sphere(*, centre, radius, shape=(30, 32, 34)):
    """Positive inside, linear across the surface."""
    axes = np.ogrid[: shape[0], : shape[1], : shape[2]]
    square = sum((axis - c) ** 2 for axis, c in zip(axes, centre, strict=True))
    return (radius - np.sqrt(square)).astype(np.float32)


def a_solid(positions, triangles):
    return trimesh.Trimesh(positions, triangles, process=False)


@settings(max_examples=15)
@given(
    centre=st.tuples(st.floats(13, 17), st.floats(13, 18), st.floats(13, 20)),
    radius=st.floats(4, 11),
)
def test_a_sphere_is_closed_outward_and_met_with_sub_voxel_accuracy(centre, radius):
    positions, triangles = extract_isosurface(distance_to_sphere(centre=centre, radius=radius))
    solid = a_solid(positions, triangles)
    assert solid.is_watertight
    assert solid.euler_number == 2
    error = np.linalg.norm(positions - np.array(centre, np.float32), axis=1) - radius
    assert np.abs(error).max() < 0.16 / radius  # An eighth of the curvature, with a margin.
    assert solid.volume == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.8 / radius**2)


def test_a_plane_stands_exactly_where_the_field_says():
    field = np.broadcast_to((np.arange(6, dtype=np.float32) - 2.25)[:, None, None], (6, 5, 4))
    positions, _ = extract_isosurface(field.copy())
    np.testing.assert_allclose(positions[:, 0], 2.25, atol=1e-6)


def test_the_level_moves_the_surface():
    field = distance_to_sphere(centre=(15, 15, 15), radius=6)
    positions, _ = extract_isosurface(field, 2.0)
    np.testing.assert_allclose(np.linalg.norm(positions - 15, axis=1), 4, atol=0.05)


def test_padding_closes_a_surface_that_reaches_the_border():
    field = distance_to_sphere(centre=(15, 15, 15), radius=11)[:, :, :16].copy()
    assert not a_solid(*extract_isosurface(field)).is_watertight
    closed = a_solid(*extract_isosurface(field, padded=True))
    assert closed.is_watertight
    assert closed.volume > 0
    assert closed.bounds[1, 2] <= 16


def test_samples_on_the_level_make_no_double_vertices():
    field = distance_to_sphere(centre=(15, 15, 15), radius=8)  # Meets samples exactly.
    positions, triangles = extract_isosurface(field)
    assert len(np.unique(positions, axis=0)) == len(positions)
    assert a_solid(positions, triangles).is_watertight


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_a_field_that_is_not_finite(value):
    field = distance_to_sphere(centre=(15, 15, 15), radius=8)
    field[3, 3, 3] = value
    with pytest.raises(ValueError, match="finite"):
        extract_isosurface(field)


def test_refuses_a_field_without_a_surface():
    with pytest.raises(ValueError, match="never crosses"):
        extract_isosurface(np.ones((4, 4, 4), np.float32))
