import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.sculpting.outline import hard_silhouette, mask_outline, outline_error, outline_of
from tests.build import a_disc, a_front_camera, a_sphere
from tests.sculpting.shapes import a_ball, big_camera, soft_alpha, stretched


@given(radius=st.floats(10, 40), dx=st.floats(0, 1), dy=st.floats(0, 1))
def test_the_outline_of_a_disc_is_its_circle_to_a_tenth_of_a_pixel(radius, dx, dy):
    centre = (48 + dy, 64 + dx)
    outline = outline_of(a_disc(radius=radius, centre=centre), spacing_px=0.5)
    apart = outline.points - np.array(centre[::-1])
    assert abs(np.linalg.norm(apart, axis=1) - radius).max() < 0.1
    assert (np.einsum("ij,ij->i", apart, outline.normals) / radius).min() > 0.98


def test_normals_point_into_a_hole():
    ring = a_disc(radius=40) - a_disc(radius=20)
    outline = outline_of(ring, spacing_px=0.5)
    apart = outline.points - np.array([64, 48])
    inner = np.linalg.norm(apart, axis=1) < 30
    outwards = np.einsum("ij,ij->i", apart, outline.normals) > 0
    np.testing.assert_array_equal(outwards, ~inner)


def test_the_outline_is_closed_where_the_object_leaves_the_picture():
    alpha = np.ones((40, 60), np.float32)
    outline = outline_of(alpha, spacing_px=0.5)
    assert len(outline.points) == pytest.approx(400, rel=0.05)
    assert outline.points.min() > -0.6


def test_large_masks_are_traced_at_the_spacing_asked_for():
    alpha = a_disc(height=400, width=400, radius=150)
    outline = mask_outline(alpha, spacing_px=5.0)
    radius = np.linalg.norm(outline.points - 200, axis=1)
    assert abs(radius - 150).max() < 0.5
    assert len(outline.points) == pytest.approx(2 * np.pi * 150 / 5, rel=0.1)


def test_a_silhouette_covers_the_pixels_whose_rays_meet_the_sphere():
    camera = a_front_camera(width=96, height=64, focal_px=90.0)
    mesh = a_sphere(subdivisions=4)
    y, x = np.mgrid[:64, :96] + 0.5
    rays = np.stack([(x - 48) / 90, (y - 32) / 90, np.ones_like(x)], axis=-1)
    # Distance of each ray from the sphere's middle, 3 m ahead.
    away = 3 * np.sin(np.arccos(rays[..., 2] / np.linalg.norm(rays, axis=-1)))
    sure = abs(away - 0.5) > 0.005
    np.testing.assert_array_equal(hard_silhouette(mesh, camera)[sure], (away < 0.5)[sure])


def test_a_mesh_agrees_with_its_own_silhouette():
    camera = big_camera()
    error = outline_error(a_ball(), camera=camera, alpha=soft_alpha(a_ball(), camera))
    assert error.median_px < 0.5
    assert error.p95_px < 1.0


def test_the_error_is_how_far_the_outline_was_moved_in_pixels_of_1024():
    camera = big_camera()
    wider = stretched(a_ball(), by=(1.05, 1.05, 1.05))
    error = outline_error(wider, camera=camera, alpha=soft_alpha(a_ball(), camera))
    radius = 1024 / 256 * 600 * 0.5 / np.sqrt(3**2 - 0.5**2)
    assert error.median_px == pytest.approx(0.05 * radius, rel=0.08)


def test_a_mesh_out_of_sight_is_as_far_off_as_can_be():
    error = outline_error(a_ball(), camera=big_camera(), alpha=np.zeros((256, 256), np.float32))
    assert error.median_px == 1024
