from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.mesh import Origin
from bozzetto.geometry.closest import SurfaceTree, interpolate
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.mirror_side import trusted_mirror
from bozzetto.texturing.photo_source import prepare_photo
from bozzetto.texturing.project import PhotoView, mirrored_directions, project_photos
from bozzetto.texturing.sight import Observer
from tests.build import a_sphere
from tests.texturing.scene import camera_at, photograph, smooth_paint


def twin_paint(points):
    """The same left and right."""
    return smooth_paint(np.abs(points) * np.array([1, 0, 0]) + points * np.array([0, 1, 1]))


def an_egg():
    """Symmetric about x = 0 alone."""
    ball = a_sphere(subdivisions=5)
    x, y, z = ball.positions.T
    points = np.stack([x * 0.7, y, z * (1 + 0.6 * z)], axis=1).astype(np.float32)
    return replace(ball, positions=points, normals=vertex_normals(points, ball.triangles))


def a_view(mesh, azimuth_deg, paint):
    camera = camera_at(azimuth_deg, size=160)
    source = prepare_photo(photograph(mesh, camera, paint), camera, texels_per_pixel=1.0)
    caster = Raycaster(mesh.positions, mesh.triangles)
    observer = Observer(source.camera, caster, tolerance=0.004)
    return PhotoView(source=source, observer=observer, given=camera)


def test_the_hidden_side_of_a_twin_takes_the_seen_ones_colours_and_says_so():
    egg = an_egg()
    view = a_view(egg, 60, twin_paint)
    plane = trusted_mirror(egg, [view])
    assert abs(plane.normal[0]) > 0.99
    found = project_photos([view], egg.positions, egg.normals, mirror=plane)
    direct = project_photos([view], egg.positions, egg.normals)
    copied = (direct.coverage == 0) & (found.coverage > 0.99)
    assert copied.mean() > 0.15
    assert (found.origin[copied] == Origin.MIRRORED).mean() > 0.98
    error = np.abs(found.colors[copied] - twin_paint(egg.positions[copied])).max(axis=1)
    assert np.percentile(error, 95) < 0.04


def test_a_mirrored_colour_is_freed_of_the_light_at_the_place_it_was_copied_from():
    egg = an_egg()

    def light(normals):
        return np.exp(0.4 * normals[:, :1]).astype(np.float32)

    def lit_paint(points):
        nearest = SurfaceTree(egg).closest(points.astype(np.float32)).at
        return twin_paint(points) * light(interpolate(egg.normals, egg.triangles, nearest))

    view = a_view(egg, 60, lit_paint)
    plane = trusted_mirror(egg, [view])
    found = project_photos(
        [view],
        egg.positions,
        egg.normals,
        mirror=plane,
        shading=light(egg.normals),
        image_shading=light(mirrored_directions(egg.normals, plane)),
    )
    copied = found.origin == Origin.MIRRORED
    error = np.abs(found.colors[copied] - twin_paint(egg.positions[copied])).max(axis=1)
    assert np.median(error) < 0.02


@pytest.mark.parametrize("azimuth_deg", [0, 20])
def test_sides_of_other_colours_are_not_trusted(azimuth_deg):
    def two_halves(points):
        return np.where(points[:, :1] > 0, [[0.7, 0.1, 0.1]], [[0.1, 0.1, 0.7]]).astype(np.float32)

    egg = an_egg()
    assert trusted_mirror(egg, [a_view(egg, azimuth_deg, two_halves)]) is None


def test_a_front_that_mirrors_the_back_is_not_trusted():
    egg = an_egg()
    x, y, z = egg.positions.T
    turned = replace(egg, positions=np.stack([z, y, -x], axis=1).copy())
    turned = replace(turned, normals=vertex_normals(turned.positions, turned.triangles))
    assert trusted_mirror(turned, [a_view(turned, 0, twin_paint)]) is None
