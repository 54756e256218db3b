"""Colours of what no photo shows: small marks of the front are not repeated, broad parts are."""

import numpy as np

from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.texturing.hidden import hidden_colors
from bozzetto.texturing.photo_source import prepare_photo
from bozzetto.texturing.project import PhotoView
from bozzetto.texturing.sight import Observer
from tests.build import a_sphere
from tests.texturing.scene import CENTRE, camera_at, photograph

GREY, RED = (0.35, 0.35, 0.35), (0.6, 0.05, 0.05)


def painted(where):
    """Paint red where a condition on positions holds, and grey elsewhere."""
    return lambda points: np.where(where(points)[:, None], RED, GREY).astype(np.float32)


def back_of(paint):
    """Return what is predicted and what is kept of it where a ball turns from its photo.

    The prediction repeats the front, as of a ball seen through.
    """
    ball, camera = a_sphere(subdivisions=5), camera_at(0)
    source = prepare_photo(photograph(ball, camera, paint), camera, texels_per_pixel=1.0)
    observer = Observer(source.camera, Raycaster(ball.positions, ball.triangles), tolerance=0.004)
    points = ball.positions.astype(np.float64)
    normals = ((points - CENTRE) / 0.5).astype(np.float32)
    predicted = srgb_from_linear(paint(points * [1, 1, -1]))
    hidden = normals[:, 2] < -0.3
    kept = hidden_colors(
        [PhotoView(source=source, observer=observer, given=camera)],
        ball.positions,
        normals,
        predicted=hidden,
        colors=predicted,
    )
    return predicted[hidden], kept[hidden], points[hidden]


def test_a_small_mark_of_the_front_is_not_repeated_at_the_back():
    def mark(points):
        return np.hypot(points[:, 0] - 0.1, points[:, 1] - 0.55) < 0.045

    predicted, kept, _ = back_of(painted(mark))
    grey = srgb_from_linear(np.array(GREY, np.float32))
    assert np.abs(predicted - grey).max() > 0.3
    assert np.abs(kept - grey).max() < 0.12


def test_broad_parts_that_an_engine_carries_round_stay():
    def trousers(points):
        return points[:, 1] < 0.35

    predicted, kept, points = back_of(painted(trousers))
    clear = np.abs(points[:, 1] - 0.35) > 0.06
    assert np.abs(kept - predicted)[clear].max() < 0.05


def test_a_band_that_an_engine_carries_round_stays():
    def band(points):
        return np.abs(points[:, 1] - 0.5) < 0.12

    predicted, kept, points = back_of(painted(band))
    clear = np.abs(np.abs(points[:, 1] - 0.5) - 0.12) > 0.06
    assert np.abs(kept - predicted)[clear].max() < 0.05
