from dataclasses import replace

import numpy as np
import pytest

from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.geometry.normals import vertex_normals
from bozzetto.sculpting.silhouette import fit_silhouette
from tests.sculpting.shapes import (
    a_ball,
    big_camera,
    side_camera,
    soft_alpha,
    stretched,
    target_of,
)


def a_leaning_ball():
    """A ball, sheared sideways."""
    ball = a_ball()
    moved = ball.positions.copy()
    moved[:, 0] += 0.06 * (moved[:, 1] - 0.5)
    return replace(ball, positions=moved)


@pytest.mark.parametrize("wanted", [stretched(a_ball(), by=(1.06, 0.95, 1)), a_leaning_ball()])
def test_the_outline_is_met_to_a_fraction_of_a_pixel(wanted):
    fitted = fit_silhouette(a_ball(), [target_of(wanted, big_camera())])
    assert fitted.before[0].median_px > 1.5
    assert fitted.after[0].median_px < 0.6
    assert fitted.after[0].p95_px < 1.6


def test_with_one_view_nothing_moves_along_the_line_of_sight():
    ball = a_ball()
    fitted = fit_silhouette(ball, [target_of(stretched(ball, by=(1.06, 0.95, 1)), big_camera())])
    np.testing.assert_allclose(fitted.mesh.positions[:, 2], ball.positions[:, 2], atol=1e-6)
    np.testing.assert_array_equal(fitted.mesh.triangles, ball.triangles)


def test_hidden_parts_follow_those_in_front_of_them():
    ball = a_ball()
    fitted = fit_silhouette(ball, [target_of(stretched(ball, by=(1.06, 1.06, 1)), big_camera())])
    ways = fitted.mesh.positions - ball.positions
    beside = (abs(ball.positions[:, 0]) > 0.3) & (abs(ball.positions[:, 2]) > 0.2)
    wider = ways[beside, 0] * np.sign(ball.positions[beside, 0])
    assert (wider > 0).all()
    assert wider.max() < 0.06


def test_a_perfect_mesh_stays_as_it_is():
    ball = a_ball()
    fitted = fit_silhouette(ball, [target_of(ball, big_camera())])
    assert abs(fitted.mesh.positions - ball.positions).max() < 2e-3
    assert fitted.after[0].median_px <= fitted.before[0].median_px


def test_two_views_are_both_met():
    ball = a_ball()
    wanted = stretched(ball, by=(1.05, 1, 0.94))
    targets = [target_of(wanted, big_camera()), target_of(wanted, side_camera())]
    fitted = fit_silhouette(ball, targets)
    assert max(error.median_px for error in fitted.after) < 1
    assert fitted.mesh.positions[:, 2].max() == pytest.approx(0.47, abs=0.006)


def test_a_symmetric_mesh_stays_symmetric():
    ball = a_ball()
    plane = MirrorPlane(normal=(1.0, 0.0, 0.0), offset=0.0, score=1.0)
    fitted = fit_silhouette(
        ball, [target_of(stretched(ball, by=(1.06, 0.95, 1)), big_camera())], mirror=plane
    )
    image = plane.mirrored(fitted.mesh.positions.astype(np.float64))
    before = plane.mirrored(ball.positions.astype(np.float64))
    partner = abs(before[:, None] - ball.positions[None, :300]).sum(axis=2).argmin(axis=0)
    np.testing.assert_allclose(image[partner], fitted.mesh.positions[:300], atol=1e-5)
    assert fitted.after[0].median_px < fitted.before[0].median_px


def test_a_mask_that_has_nothing_to_do_with_the_mesh_changes_nothing():
    camera = big_camera()
    alpha = np.zeros((256, 256), np.float32)
    alpha[:30, :30] = 1
    target = replace(target_of(a_ball(), camera), alpha=alpha)
    fitted = fit_silhouette(a_ball(), [target])
    np.testing.assert_array_equal(fitted.mesh.positions, a_ball().positions)


def test_normals_are_renewed():
    ball = a_ball()
    ball = replace(ball, normals=vertex_normals(ball.positions, ball.triangles))
    fitted = fit_silhouette(ball, [target_of(stretched(ball, by=(1.06, 0.9, 1)), big_camera())])
    after = vertex_normals(fitted.mesh.positions, ball.triangles)
    np.testing.assert_array_equal(fitted.mesh.normals, after)


def test_a_thin_part_beside_another_is_not_taken_for_it():
    """Two upright bars; the mask has them a little to the right, less than their distance."""
    import trimesh

    from bozzetto.asset.mesh import Mesh

    bars = [trimesh.creation.cylinder(radius=0.02, height=0.8, sections=24) for _ in range(2)]
    parts = []
    for bar, x in zip(bars, (-0.06, 0.06), strict=True):
        bar = bar.subdivide_to_size(0.03)
        turned = np.asarray(bar.vertices)[:, [1, 2, 0]] + np.array([x, 0.5, 0])
        parts.append((turned, np.asarray(bar.faces)))
    count = len(parts[0][0])
    mesh = Mesh(
        positions=np.concatenate([p for p, _ in parts]).astype(np.float32),
        triangles=np.concatenate([parts[0][1], parts[1][1] + count]).astype(np.int32),
    )
    camera = big_camera()
    moved = replace(mesh, positions=mesh.positions + np.array([0.02, 0, 0], np.float32))
    target = replace(target_of(mesh, camera), alpha=soft_alpha(moved, camera))
    fitted = fit_silhouette(mesh, [target])
    assert fitted.after[0].p95_px < 2
    widths = [np.ptp(fitted.mesh.positions[part, 0]) for part in (np.s_[:count], np.s_[count:])]
    assert widths == pytest.approx([0.04, 0.04], abs=0.006)


def test_pinholes_of_a_mask_do_not_pull_the_rim_in():
    ball, camera = a_ball(), big_camera()
    target = target_of(stretched(ball, by=(1.03, 0.98, 1)), camera)
    clean = fit_silhouette(ball, [target])
    pixels, _ = camera.project(ball.positions[[ball.positions[:, 0].argmax()]])
    x, y = pixels[0].astype(int)
    alpha = target.alpha.copy()
    alpha[y, x - 5 : x - 3] = 0
    holed = fit_silhouette(ball, [replace(target, alpha=alpha)])
    np.testing.assert_allclose(holed.mesh.positions, clean.mesh.positions, atol=1e-6)
