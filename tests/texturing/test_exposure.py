from dataclasses import replace

import numpy as np

from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.exposure import matched_exposures
from bozzetto.texturing.photo_source import prepare_photo
from bozzetto.texturing.project import PhotoView
from bozzetto.texturing.sight import Observer
from tests.build import a_sphere
from tests.texturing.scene import camera_at, photograph, smooth_paint


def a_view(ball, azimuth_deg, factor):
    camera = camera_at(azimuth_deg, size=128)
    photo = photograph(ball, camera, smooth_paint)
    photo = replace(photo, linear_rgb=photo.linear_rgb * np.array(factor, np.float32))
    source = prepare_photo(photo, camera, texels_per_pixel=1.0)
    caster = Raycaster(ball.positions, ball.triangles)
    observer = Observer(source.camera, caster, tolerance=0.004)
    return PhotoView(source=source, observer=observer, given=camera)


def test_gains_undo_differences_of_exposure_and_white_balance():
    ball = a_sphere(subdivisions=5)
    factors = [(1.0, 1.0, 1.0), (0.7, 0.8, 0.6), (1.2, 1.1, 1.3)]
    views = [a_view(ball, 50.0 * k, factor) for k, factor in enumerate(factors)]
    matched = matched_exposures(views, ball)
    for view, factor in zip(matched, factors, strict=True):
        np.testing.assert_allclose(np.array(view.gain) * factor, 1, atol=0.03)


def test_photos_that_share_nothing_keep_their_exposure():
    ball = a_sphere(subdivisions=5)
    views = [a_view(ball, 0.0, (1.0, 1.0, 1.0)), a_view(ball, 180.0, (0.5, 0.5, 0.5))]
    for view in matched_exposures(views, ball):
        np.testing.assert_allclose(view.gain, 1, atol=1e-6)
