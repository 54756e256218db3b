import dataclasses

import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.engines.reasons import (
    Look,
    depth_reason,
    look_through,
    pieces_reason,
    shading_reason,
    silhouette_reason,
    thin_parts_reason,
)
from bozzetto.geometry.normals import vertex_normals
from tests.build import a_front_camera, a_sphere
from tests.engines.silhouettes import cut_out, silhouette

DIRECTION = np.array([0.48, 0.6, 0.64])


def a_ball_with_normals(*, squash=1.0):
    ball = a_sphere(subdivisions=4)
    positions = ball.positions * np.array([1, 1, squash], np.float32)
    return Mesh(
        positions=positions,
        triangles=np.array(ball.triangles),
        normals=vertex_normals(positions, ball.triangles),
    )


def a_lit_photo(mesh, camera):
    """The mesh as a matt white object under one distant light."""
    mask = silhouette(mesh, camera)
    dark = cut_out(mask.astype(np.float32))
    look = look_through(camera, mesh=mesh, foreground=dark)
    y, x = np.nonzero(mask)
    light = np.zeros((*mask.shape, 3), np.float32)
    shade = np.clip(look.normals @ DIRECTION.astype(np.float32), 0, 1)
    box = np.s_[y.min() : y.max() + 1, x.min() : x.max() + 1]
    rows, columns = np.nonzero(look.covered)
    inner = shade[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    light[box] = inner[: light[box].shape[0], : light[box].shape[1], None]
    return dataclasses.replace(dark, linear_rgb=light)


def a_look(*, opaque, covered=None):
    covered = opaque if covered is None else covered
    return Look(
        opaque=opaque,
        covered=covered,
        normals=np.zeros((*opaque.shape, 3), np.float32),
        brightness=np.zeros(opaque.shape, np.float32),
    )


def test_a_mesh_agrees_with_its_own_silhouette():
    camera = a_front_camera()
    ball = a_ball_with_normals()
    photo = cut_out(silhouette(ball, camera).astype(np.float32))
    reason = silhouette_reason(look_through(camera, mesh=ball, foreground=photo))
    assert reason.value == pytest.approx(1, abs=0.005)
    assert reason.score == 1


def test_the_silhouette_is_compared_by_counting_pixels():
    opaque, covered = np.zeros((2, 40, 40), bool)
    opaque[:, :20], covered[:, 10:30] = True, True
    assert silhouette_reason(a_look(opaque=opaque, covered=covered)).value == pytest.approx(1 / 3)


def test_light_and_shade_favour_the_depth_that_was_photographed():
    camera = a_front_camera()
    photo = a_lit_photo(a_ball_with_normals(), camera)
    scores = {
        squash: shading_reason(
            look_through(camera, mesh=a_ball_with_normals(squash=squash), foreground=photo)
        ).value
        for squash in (0.25, 1.0)
    }
    assert scores[1.0] > 0.99
    assert scores[1.0] > scores[0.25] + 0.003


def test_an_evenly_bright_photo_says_nothing_about_depth():
    camera = a_front_camera()
    photo = cut_out(silhouette(a_sphere(), camera).astype(np.float32))
    even = dataclasses.replace(photo, linear_rgb=np.full_like(photo.linear_rgb, 0.5))
    look = look_through(camera, mesh=a_ball_with_normals(), foreground=even)
    assert shading_reason(look).value == 0


def test_an_unusual_depth_scores_less_on_either_side():
    flat, usual, deep = (
        depth_reason(a_ball_with_normals(squash=squash)).score for squash in (0.1, 1.06, 11)
    )
    assert usual == pytest.approx(1, abs=0.01)
    assert flat < 0.2
    assert deep < 0.2


def test_a_lost_leg_is_counted_and_a_lost_rim_is_not():
    opaque = np.zeros((200, 200), bool)
    opaque[20:100, 40:160] = True
    opaque[100:190, 60:63] = opaque[100:190, 140:143] = True
    without_leg = opaque.copy()
    without_leg[100:, 140:] = False
    without_rim = opaque.copy()
    without_rim[20:24] = False
    assert thin_parts_reason(a_look(opaque=opaque)).value == 1
    assert thin_parts_reason(a_look(opaque=opaque, covered=without_leg)).value < 0.65
    assert thin_parts_reason(a_look(opaque=opaque, covered=without_rim)).value > 0.85


def test_pieces_are_counted_however_they_are_numbered():
    balls = [trimesh.creation.icosphere(subdivisions=1) for _ in range(3)]
    for k, ball in enumerate(balls):
        ball.apply_translation([3 * k, 0, 0])
    joined = trimesh.util.concatenate(balls)
    order = np.random.default_rng(0).permutation(len(joined.vertices))
    mesh = Mesh(
        positions=np.asarray(joined.vertices, np.float32)[order],
        triangles=np.argsort(order)[joined.faces].astype(np.int32),
    )
    assert pieces_reason(mesh).value == 3
    assert pieces_reason(a_sphere()).score == 1


def test_a_look_needs_normals_and_something_opaque():
    camera, ball = a_front_camera(), a_ball_with_normals()
    something = cut_out(np.ones((96, 128), np.float32))
    with pytest.raises(ValueError, match="normals"):
        look_through(camera, mesh=a_sphere(), foreground=something)
    with pytest.raises(ValueError, match="opaque"):
        look_through(camera, mesh=ball, foreground=cut_out(np.zeros((96, 128), np.float32)))
