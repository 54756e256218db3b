"""Relief is gained where shading shows it, and prints stay flat."""

from functools import cache

import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.sculpting.detail import add_detail
from bozzetto.sculpting.lit import estimate_light, look
from bozzetto.views.foreground import Foreground
from tests.build import a_front_camera, a_sphere

SIDE_PX = 320
LIGHT = np.array([0.5, -0.55, -0.67]) / np.linalg.norm([0.5, -0.55, -0.67])
"""Towards the lamp: from the upper right, in front; camera frame."""


def camera():
    return a_front_camera(width=SIDE_PX, height=SIDE_PX, focal_px=800.0, distance=3.0)


@cache
def a_smooth_ball():
    return a_sphere(subdivisions=6)


@cache
def a_bumpy_ball():
    ball = trimesh.creation.icosphere(subdivisions=6, radius=0.5)
    outwards = np.asarray(ball.vertices)
    directions = np.random.default_rng(5).normal(size=(12, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    waves = sum(np.sin(90 * (outwards @ d) + i) for i, d in enumerate(directions))
    moved = outwards * (1 + 0.0006 * waves)[:, None] + np.array([0, 0.5, 0])
    return Mesh(positions=moved.astype(np.float32), triangles=np.asarray(ball.faces, np.int32))


def a_box_and_a_can():
    box = trimesh.creation.box((0.6, 0.7, 0.5))
    box.apply_transform(trimesh.transformations.rotation_matrix(0.5, (0, 1, 0)))
    can = trimesh.creation.cylinder(radius=0.3, height=0.75, sections=90)
    can.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    for shape in (box, can):
        fine = shape.subdivide_to_size(0.02)
        positions = np.asarray(fine.vertices) + np.array([0, 0.5, 0])
        yield Mesh(
            positions=positions.astype(np.float32), triangles=np.asarray(fine.faces, np.int32)
        )


def faceted_normals(mesh):
    """Normals of the faces that the camera's pixels see, camera frame, and where there are any."""
    view = camera()
    places = np.indices((SIDE_PX, SIDE_PX)).reshape(2, -1).T[:, ::-1] + 0.5
    rays = view.rays_in_world(places)
    origins = np.repeat(view.position[None], len(rays), axis=0)
    hits = Raycaster(mesh.positions, mesh.triangles).first_hits(origins, rays)
    corners = mesh.positions[mesh.triangles].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    seen = normals[hits.triangle] @ view.world_from_camera.rotation
    return seen.reshape(SIDE_PX, SIDE_PX, 3), hits.found.reshape(SIDE_PX, SIDE_PX)


def photographed(mesh, *, albedo=0.5):
    """A matt object in known light; the sensor adds some noise."""
    normals, found = faceted_normals(mesh)
    shading = 0.3 + 0.7 * np.maximum(normals @ LIGHT, 0)
    rgb = shading[..., None] * np.broadcast_to(np.asarray(albedo, float), (SIDE_PX, SIDE_PX, 3))
    rgb = rgb + np.random.default_rng(0).normal(0, 0.001, rgb.shape)
    return Foreground(
        name="photo.png",
        sha256="0" * 64,
        linear_rgb=np.clip(rgb, 0, 1).astype(np.float32),
        alpha=found.astype(np.float32),
    )


def mean_error_deg(mesh, truth):
    """Mean angle between what is seen of two shapes, where neither is grazed."""
    (one, _), (other, _) = faceted_normals(mesh), faceted_normals(truth)
    sound = (one[..., 2] < -0.7) & (other[..., 2] < -0.4)
    cosine = np.einsum("ij,ij->i", one[sound], other[sound])
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean())


def rms_relief(mesh, *, albedo):
    """Of the longest side."""
    moved = add_detail(mesh, photographed(mesh, albedo=albedo), camera()).mesh.positions
    size = np.ptp(mesh.positions, axis=0).max()
    return float(np.sqrt((np.linalg.norm(moved - mesh.positions, axis=1) ** 2).mean()) / size)


def lettering():
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX]
    return ((x // 6 + 3 * (y // 10)) % 5 < 2) & (y % 10 < 7) & (abs(y - SIDE_PX // 2) < 50)


def label(contrast, *, tint=(1.0, 1.0, 1.0)):
    """Albedo of a paper with printed letters."""
    paper = np.full((SIDE_PX, SIDE_PX, 3), 0.5)
    ink = np.where(lettering()[..., None], 1 - contrast * np.array(tint), 1.0)
    return paper * ink


def test_relief_of_one_colour_gains_true_detail():
    before = mean_error_deg(a_smooth_ball(), a_bumpy_ball())
    detailed = add_detail(a_smooth_ball(), photographed(a_bumpy_ball()), camera())
    assert before > 2
    assert mean_error_deg(detailed.mesh, a_bumpy_ball()) < 0.88 * before


def test_a_smooth_object_stays_smooth():
    assert rms_relief(a_smooth_ball(), albedo=0.5) < 1e-4


@pytest.mark.parametrize("contrast", [0.1, 0.3, 0.8])
def test_printed_letters_stay_flat_on_boxes_and_cans(contrast):
    for mesh in a_box_and_a_can():
        plain = rms_relief(mesh, albedo=0.5)
        assert rms_relief(mesh, albedo=label(contrast)) < plain + 5e-5


def test_coloured_letters_stay_flat():
    (box, _) = a_box_and_a_can()
    assert rms_relief(box, albedo=label(0.3, tint=(0.0, 1.0, 1.0))) < 1e-4


def test_the_outline_does_not_move():
    detailed = add_detail(a_smooth_ball(), photographed(a_bumpy_ball()), camera()).mesh
    ways = np.linalg.norm(detailed.positions - a_smooth_ball().positions, axis=1)
    middle = camera().position - np.array([0, 0.5, 0])
    outwards = a_smooth_ball().positions - np.array([0, 0.5, 0])
    facing = outwards @ (middle / np.linalg.norm(middle)) / 0.5
    assert ways[facing < 0.25].max() == 0
    assert ways[facing > 0.6].max() > 0


def test_the_light_is_found():
    sight = look(a_smooth_ball(), photographed(a_smooth_ball()), camera(), longest_px=320)
    light = estimate_light(sight)
    towards = np.array(light.towards) / np.linalg.norm(light.towards)
    assert towards @ LIGHT > np.cos(np.radians(15))
    assert light.explained > 0.9


def test_a_photo_that_shows_next_to_nothing_changes_nothing():
    photo = photographed(a_smooth_ball())
    empty = Foreground(
        name="x",
        sha256="0" * 64,
        linear_rgb=np.array(photo.linear_rgb),
        alpha=np.zeros((SIDE_PX, SIDE_PX), np.float32),
    )
    assert add_detail(a_smooth_ball(), empty, camera()).mesh is a_smooth_ball()
