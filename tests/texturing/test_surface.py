from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.mesh import Origin
from bozzetto.errors import InputError
from bozzetto.geometry.closest import SurfacePoints, interpolate
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.qa.textures import measure_border
from bozzetto.texturing.delight import DelightOptions
from bozzetto.texturing.gutter import GutterOptions, fill_gutter
from bozzetto.texturing.rasterize import rasterize
from bozzetto.texturing.surface import PosedForeground, TextureOptions, texture_mesh
from tests.build import a_sphere
from tests.texturing.scene import (
    CENTRE,
    a_textured_ball,
    camera_at,
    marked_paint,
    painted,
    photograph,
    psnr,
    smooth_paint,
    striped_paint,
    unwrapped_ball,
)


def texel_points(textured):
    """Texels whose centres lie in a chart, and where they stand on the mesh."""
    mesh = textured.mesh
    texels = rasterize(mesh.uvs, mesh.triangles, size=textured.material.size)
    at = SurfacePoints(triangle=texels.triangle, barycentric=texels.barycentric)
    points = interpolate(mesh.positions, mesh.triangles, at)
    return texels.index[texels.covered], points[texels.covered]


def facing(points, azimuth_deg=0):
    """Cosine between the ball's normal and the direction to the camera."""
    to_camera = camera_at(azimuth_deg).position - points
    to_camera /= np.linalg.norm(to_camera, axis=1, keepdims=True)
    return np.einsum("ij,ij->i", (points - CENTRE) / 0.5, to_camera)


def flat(texture):
    return texture.reshape(-1, *texture.shape[2:])


def test_seen_texels_recover_the_paint():
    ball = a_textured_ball()
    index, points = texel_points(ball)
    found = srgb_from_linear(flat(ball.material.base_color)[index])
    wanted = srgb_from_linear(smooth_paint(points))
    seen = facing(points) > 0.3
    assert psnr(found[seen], wanted[seen]) > 38


def test_nothing_singular_of_the_front_comes_through_to_the_back():
    ball = a_textured_ball(paint=marked_paint)
    index, points = texel_points(ball)
    colors = flat(ball.material.base_color)[index]
    cosine = facing(points)
    front = (cosine > 0.4) & (np.hypot(points[:, 0] - 0.1, points[:, 1] - 0.55) < 0.06)
    assert np.median(colors[front, 0]) > 2 * np.median(colors[front, 2])  # The mark is red.
    back = cosine < -0.3
    redness = colors[back, 0] - colors[back, 2]
    assert np.abs(redness - np.median(redness)).max() < 0.08


def test_no_background_gets_on_the_texture():
    ball = a_textured_ball()
    index, points = texel_points(ball)
    low, high = smooth_paint(points).min(0), smooth_paint(points).max(0)
    colors = flat(ball.material.base_color)[index]
    assert (colors > low - 0.03).all()  # The background has no green at all.
    assert (colors < high + 0.03).all()


def test_origin_and_confidence_follow_the_viewing_angle():
    ball = a_textured_ball()
    index, points = texel_points(ball)
    origin = flat(ball.provenance.origin)[index]
    confidence = flat(ball.provenance.confidence)[index]
    cosine = facing(points)
    assert (origin[cosine > 0.35] == Origin.OBSERVED).all()
    assert (origin[cosine < -0.35] == Origin.INFERRED).all()
    assert confidence[cosine > 0.8].min() > 0.99
    assert (confidence[origin == Origin.INFERRED] == 0).all()
    empty = np.ones(ball.material.size**2, bool)
    mesh = ball.mesh
    empty[rasterize(mesh.uvs, mesh.triangles, size=ball.material.size).index] = False
    assert (flat(ball.provenance.origin)[empty] == Origin.EMPTY).all()
    vertex_cosine = facing(mesh.positions.astype(np.float64))
    assert (mesh.origin[vertex_cosine > 0.35] == Origin.OBSERVED).all()
    assert (mesh.origin[vertex_cosine < -0.35] == Origin.INFERRED).all()


def test_shares_sum_to_one_and_match_the_ball():
    ball = a_textured_ball()
    # From a distance d a ball of radius r shows (1 - r / d) / 2 of its surface.
    assert ball.share_observed == pytest.approx((1 - 0.5 / 2.5) / 2, abs=0.05)
    total = ball.share_observed + ball.share_mirrored + ball.share_inferred
    assert total == pytest.approx(1)


def test_a_second_photo_shows_the_back():
    ball = a_textured_ball(azimuths_deg=(0, 180))
    index, points = texel_points(ball)
    found = srgb_from_linear(flat(ball.material.base_color)[index])
    wanted = srgb_from_linear(smooth_paint(points))
    # Between both photos lies a ring that neither sees.
    either = np.maximum(facing(points), facing(points, 180)) > 0.15
    assert psnr(found[either], wanted[either]) > 34
    back = facing(points, 180) > 0.35
    assert psnr(found[back], wanted[back]) > 38
    assert (flat(ball.provenance.origin)[index][back] == Origin.OBSERVED).all()
    assert ball.share_observed > 0.75


def test_hard_stripes_stay_hard():
    ball = a_textured_ball(paint=striped_paint)
    index, points = texel_points(ball)
    colors = flat(ball.material.base_color)[index, 0]
    distance = np.abs((points[:, 0] * 16 + 0.5) % 1 - 0.5) - 0.5  # To the next edge, in stripes.
    clear = (facing(points) > 0.7) & (-distance > 0.25)
    wanted = striped_paint(points)[:, 0]
    assert np.abs(colors - wanted)[clear].max() < 0.06


def sampled(texture, uvs):
    """Bilinear lookup."""
    x, y = (uvs * texture.shape[0] - 0.5).T
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - column)[:, None], (y - row)[:, None]
    top = texture[row, column] * (1 - fx) + texture[row, column + 1] * fx
    bottom = texture[row + 1, column] * (1 - fx) + texture[row + 1, column + 1] * fx
    return top * (1 - fy) + bottom * fy


def test_both_sides_of_every_seam_have_one_colour():
    ball = a_textured_ball()
    mesh = ball.mesh
    _, owner, copies = np.unique(mesh.positions, axis=0, return_inverse=True, return_counts=True)
    colors = sampled(ball.material.base_color, mesh.uvs)
    on_seam = np.flatnonzero(copies[owner] > 1)
    assert len(on_seam) > 20
    first = np.full(owner.max() + 1, -1)
    first[owner[on_seam][::-1]] = on_seam[::-1]
    jump = np.abs(colors[on_seam] - colors[first[owner[on_seam]]]).max(1)
    assert np.percentile(jump, 99) < 0.03


def test_the_normal_map_shades_a_coarse_ball_as_smoothly_as_the_dense_one():
    coarse = unwrapped_ball(size=256, subdivisions=2)
    fine = a_sphere(subdivisions=5)
    camera = camera_at(0)
    view = PosedForeground(foreground=photograph(fine, camera, smooth_paint), camera=camera)
    ball = texture_mesh(coarse, high=fine, views=[view], options=TextureOptions(texture_size=256))
    index, points = texel_points(ball)
    mesh = ball.mesh
    texels = rasterize(mesh.uvs, mesh.triangles, size=256)
    at = SurfacePoints(triangle=texels.triangle, barycentric=texels.barycentric)
    bitangents = np.cross(mesh.normals, mesh.tangents[:, :3]) * mesh.tangents[:, 3:]
    axes = [
        interpolate(x.astype(np.float32), mesh.triangles, at)[texels.covered]
        for x in (mesh.tangents[:, :3], bitangents, mesh.normals)
    ]
    baked = flat(ball.material.normal)[index]
    shaded = sum(baked[:, k, None] * axes[k] for k in range(3))
    shaded /= np.linalg.norm(shaded, axis=1, keepdims=True)
    radial = points - CENTRE
    radial /= np.linalg.norm(radial, axis=1, keepdims=True)
    error_deg = np.rad2deg(np.arccos(np.clip((shaded * radial).sum(1), -1, 1)))
    assert np.percentile(error_deg, 99) < 2.0
    np.testing.assert_allclose(np.linalg.norm(flat(ball.material.normal), axis=1), 1, atol=1e-4)


def test_positions_triangles_normals_and_uvs_never_change():
    low, ball = unwrapped_ball(size=256), a_textured_ball().mesh
    for name in ("positions", "triangles", "normals", "uvs"):
        np.testing.assert_array_equal(getattr(ball, name), getattr(low, name))


def test_the_gutter_repeats_the_charts_borders():
    ball = a_textured_ball()
    mesh, size = ball.mesh, ball.material.size
    texels = rasterize(mesh.uvs, mesh.triangles, size=size)
    wanted, filled = fill_gutter(
        np.array(ball.material.base_color), texels.mask(), options=GutterOptions(radius_px=2)
    )
    np.testing.assert_array_equal(ball.material.base_color[filled], wanted[filled])


def test_the_same_inputs_give_the_same_bytes():
    first, second = a_textured_ball(), a_textured_ball.__wrapped__()
    np.testing.assert_array_equal(first.material.base_color, second.material.base_color)
    np.testing.assert_array_equal(first.material.orm, second.material.orm)
    np.testing.assert_array_equal(first.material.normal, second.material.normal)


def test_tells_when_the_photo_is_coarser_than_the_texture():
    assert a_textured_ball(photo_px=64).findings[0].code == "refine.texture.coarse_photo"


def test_refuses_what_it_cannot_texture():
    ball, camera = unwrapped_ball(), camera_at(0)
    view = PosedForeground(foreground=photograph(ball, camera, smooth_paint), camera=camera)
    with pytest.raises(InputError, match="texture coordinates"):
        texture_mesh(replace(ball, uvs=None), high=ball, views=[view])
    with pytest.raises(InputError, match="at least one view"):
        texture_mesh(ball, high=ball, views=[])
    small = replace(view, camera=camera.resized(width=64, height=64))
    with pytest.raises(InputError, match="photo's size"):
        texture_mesh(ball, high=ball, views=[small])


def test_what_an_engine_predicted_is_used_where_no_photo_sees_and_counts_as_inferred():
    ball, camera = a_sphere(subdivisions=5), camera_at(0)
    red = np.array([0.7, 0.1, 0.1], np.float32)
    hidden = facing(ball.positions.astype(np.float64)) < 0.1
    high = replace(
        ball,
        colors=np.broadcast_to(red, ball.positions.shape).copy(),
        confidence=np.full(ball.num_vertices, 0.3, np.float32),
        origin=np.where(hidden, Origin.INFERRED, Origin.OBSERVED).astype(np.uint8),
    )
    textured = texture_mesh(
        unwrapped_ball(),
        high=high,
        views=[PosedForeground(foreground=photograph(ball, camera, smooth_paint), camera=camera)],
        options=painted(256),
    )
    index, points = texel_points(textured)
    found = flat(textured.material.base_color)[index]
    cosine = facing(points)
    wanted = srgb_from_linear(smooth_paint(points))
    assert psnr(srgb_from_linear(found)[cosine > 0.3], wanted[cosine > 0.3]) > 38
    # The seen colours pull it along near the border, and a little everywhere (its exposure).
    far = srgb_from_linear(found[cosine < -0.8])
    wanted = srgb_from_linear(np.broadcast_to(red, far.shape).astype(np.float32))
    assert np.abs(far - wanted).max() < 0.12
    origin = flat(textured.provenance.origin)[index]
    assert (origin[cosine < -0.35] == Origin.INFERRED).all()
    np.testing.assert_allclose(
        flat(textured.provenance.confidence)[index][cosine < -0.35], 0.3, atol=0.01
    )
    assert textured.share_mirrored < 0.05
    vertex_cosine = facing(textured.mesh.positions.astype(np.float64))
    assert (textured.mesh.origin[vertex_cosine < -0.35] == Origin.INFERRED).all()


def test_the_light_taken_out_brings_the_photos_colours_back():
    ball, camera = a_sphere(subdivisions=5), camera_at(0)

    def lit(points):
        normals = (points - CENTRE) / np.float32(0.5)
        return (0.35 * np.exp(0.4 * normals @ [[0.6], [0.5], [0.0]])).repeat(3, 1)

    photo = photograph(ball, camera, lambda points: lit(points).astype(np.float32))
    textured = texture_mesh(
        unwrapped_ball(),
        high=ball,
        views=[PosedForeground(foreground=photo, camera=camera)],
        options=TextureOptions(texture_size=256, delight=DelightOptions(strength=1.0)),
    )
    mesh = textured.mesh
    seen = facing(mesh.positions.astype(np.float64)) > 0.5
    paint = sampled(textured.material.base_color, mesh.uvs[seen])
    photographed = lit(mesh.positions[seen])
    assert paint.std() < 0.3 * photographed.std()
    (light,) = textured.photo_light
    np.testing.assert_allclose(paint * light[seen], photographed, atol=0.02)


@pytest.mark.parametrize("photo_px", [256, 512])
def test_the_border_of_what_the_photo_shows_is_no_step(photo_px):
    ball = a_textured_ball(paint=marked_paint, size=512, photo_px=photo_px)
    jump = measure_border(ball.material, ball.provenance)
    assert jump is not None
    assert jump < 1.5
