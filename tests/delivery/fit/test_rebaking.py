from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.model import CLAMPED, REPEATING, AlphaMode, Part
from bozzetto.asset.poses import posed_part
from bozzetto.delivery.fit.rebaking import RebakeOptions, rebake, simplified
from bozzetto.delivery.fit.source_surface import look_up, source_surface
from bozzetto.delivery.pictures import decode_texels
from bozzetto.geometry.closest import SurfacePoints, closest_points
from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.qa.model_facts import measure_model
from tests.build import a_sphere
from tests.models import a_box, a_figure, a_model, a_picture, a_surface, plain
from tests.textured import a_globe

SMALL = RebakeOptions(texture_size=128)


def two_coloured():
    """Two boxes, red and blue, one rough and one metal."""
    red = a_surface(name="red", base_color=a_picture(color=(200, 30, 30)))
    blue = replace(
        a_surface(name="blue", base_color=a_picture(color=(30, 30, 200))),
        metallic_roughness=a_picture(color=(255, 64, 255), name="metal"),
    )
    return a_model(
        Part(name="left", mesh=a_box(centre=(-1, 0.5, 0)), surface=red),
        Part(name="right", mesh=a_box(centre=(1, 0.5, 0)), surface=blue),
    )


def colour_at(part, points):
    """Linear base colour and orm of a part at the surface points nearest to given ones."""
    source = source_surface([part], largest_px=4096)
    at = closest_points(source.mesh, np.array(points, np.float32)).at
    values = look_up(source, at)
    return values.base_color, values.orm


def test_two_materials_become_one_and_look_the_same():
    model = two_coloured()
    baked = rebake(model, options=SMALL)
    (part,) = baked.parts
    points = [(-1.5, 0.4, 0.1), (1.5, 0.4, 0.1), (-1, 1, 0.2), (1.2, 1, 0)]
    base, orm = colour_at(part, points)
    red, blue = linear_from_srgb8(np.array([(200, 30, 30), (30, 30, 200)], np.uint8))
    assert base == pytest.approx(np.stack([red, blue, red, blue]), abs=0.03)
    assert orm[0] == pytest.approx((1, 128 / 255, 0), abs=0.02)
    assert orm[1] == pytest.approx((1, 64 / 255, 1), abs=0.02)
    assert part.mesh.num_triangles == 24
    facts = measure_model(baked).materials[0].uv
    assert facts.overlap_share < 0.01
    assert facts.padding_px >= 1


def test_factors_and_vertex_colours_go_into_the_texture():
    mesh = replace(a_box(), colors=np.full((24, 3), 0.5, np.float32))
    tinted = replace(
        a_surface(base_color=a_picture(color=(255, 255, 255))),
        base_color_factor=(1.0, 0.5, 0.25, 1.0),
        roughness_factor=0.5,
    )
    (part,) = rebake(a_model(Part(name="b", mesh=mesh, surface=tinted)), options=SMALL).parts
    base, orm = colour_at(part, [(0.5, 0.5, 0.1), (0, 1, 0)])
    assert base == pytest.approx(np.tile([0.5, 0.25, 0.125], (2, 1)), abs=0.02)
    assert orm[:, 1] == pytest.approx((64 / 255, 64 / 255), abs=0.02)
    assert part.mesh.colors is None


def test_light_that_a_material_gives_is_kept():
    lamp = replace(a_surface(), emissive_factor=(1.0, 0.5, 0.0))
    (part,) = rebake(a_model(Part(name="b", mesh=a_box(), surface=lamp)), options=SMALL).parts
    middle = np.median(decode_texels(part.surface.emissive).reshape(-1, 3), axis=0)
    assert part.surface.emissive_factor == (1.0, 1.0, 1.0)
    assert middle[0] > middle[1] > middle[2]


def test_fewer_triangles_keep_the_relief_in_the_normal_map():
    ball = plain(a_globe(columns=48, rows=24))
    flat = a_surface(normal=None)
    model = a_model(Part(name="ball", mesh=ball, surface=flat))
    (part,) = rebake(model, options=replace(SMALL, target_triangles=60)).parts
    assert 20 <= part.mesh.num_triangles <= 60
    source = source_surface([part], largest_px=4096)
    triangle = np.arange(part.mesh.num_triangles, dtype=np.int32)
    weights = np.full((len(triangle), 3), 1 / 3, np.float32)
    at = SurfacePoints(triangle=triangle, barycentric=weights)
    shaded = look_up(source, at).normals
    centres = part.mesh.positions[part.mesh.triangles].mean(axis=1) - np.array([0, 0.5, 0])
    true = centres / np.linalg.norm(centres, axis=1, keepdims=True)
    cosines = np.einsum("ij,ij->i", shaded, true)
    # A ball of 60 facets leans up to 25 degrees; the baked one follows the true ball.
    assert np.degrees(np.arccos(np.clip(np.median(cosines), -1, 1))) < 4


def test_a_figure_that_was_baked_moves_as_before():
    figure = a_figure()
    baked = rebake(figure, options=SMALL)
    before = posed_part(figure, figure.parts[0], clip=figure.clips[0], frame=10)
    after = posed_part(baked, baked.parts[0], clip=figure.clips[0], frame=10)
    assert sorted(map(tuple, np.round(np.unique(after, axis=0), 4).tolist())) == sorted(
        map(tuple, np.round(np.unique(before, axis=0), 4).tolist())
    )


def test_transparent_parts_stay_what_they_are():
    glass = replace(a_surface(name="glass"), alpha_mode=AlphaMode.BLEND)
    model = two_coloured()
    model = replace(model, parts=(*model.parts, Part(name="pane", mesh=a_box(), surface=glass)))
    baked = rebake(model, options=SMALL)
    assert [part.surface.alpha_mode for part in baked.parts] == [AlphaMode.OPAQUE, AlphaMode.BLEND]
    assert baked.parts[1] is model.parts[2]


def test_a_closed_surface_stays_closed_and_a_soup_is_reduced_as_well():
    closed = measure_model(
        a_model(Part(name="b", mesh=simplified(a_sphere(), 200), surface=a_surface()))
    )
    assert closed.topology.watertight
    assert closed.triangles == 200
    rng = np.random.default_rng(0)
    ball = a_sphere()
    torn = replace(ball, triangles=ball.triangles[rng.random(ball.num_triangles) < 0.7])
    assert 50 <= simplified(torn, 200).num_triangles <= 200


def test_tiled_textures_repeat_and_others_hold_their_edge():
    texels = np.zeros((8, 8, 3), np.uint8)
    texels[:, :4] = 255
    picture = a_picture(texels=texels)
    box = a_box()
    beyond = replace(box, uvs=np.tile(np.array([[1.25, 0.5]], np.float32), (24, 1)))
    at = SurfacePoints(
        triangle=np.zeros(1, np.int32), barycentric=np.full((1, 3), 1 / 3, np.float32)
    )
    for tiled, wanted in ((True, 1.0), (False, 0.0)):
        surface = replace(a_surface(base_color=picture), sampler=REPEATING if tiled else CLAMPED)
        source = source_surface([Part(name="b", mesh=beyond, surface=surface)], largest_px=64)
        assert look_up(source, at).base_color[0] == pytest.approx(np.full(3, wanted), abs=0.01)
