import dataclasses

import numpy as np
import pytest

from bozzetto.asset.mesh import Origin
from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.inflate.engine import build
from tests.build import a_disc
from tests.engines.silhouettes import cut_out, drawn


def a_two_colour_disc():
    """Left half red, right half green, on a blue that must not be seen."""
    alpha = a_disc(height=200, width=200, radius=70)
    rgb = np.zeros((200, 200, 3), np.float32)
    rgb[:, :100, 0], rgb[:, 100:, 1] = 0.8, 0.6
    rgb[alpha == 0] = (0, 0, 1)
    return dataclasses.replace(cut_out(alpha), linear_rgb=rgb)


def a_mesh():
    return reconstruct_foregrounds(build(), [a_two_colour_disc()], seed=0).mesh


def test_front_and_mirrored_back_carry_the_photos_colours():
    mesh = a_mesh()
    for side in (mesh.positions[:, 2] > 0, mesh.positions[:, 2] < 0):
        left, right = mesh.positions[:, 0] < -0.05, mesh.positions[:, 0] > 0.05
        np.testing.assert_allclose(mesh.colors[side & left].mean(axis=0), (0.8, 0, 0), atol=0.01)
        np.testing.assert_allclose(mesh.colors[side & right].mean(axis=0), (0, 0.6, 0), atol=0.01)


def test_no_background_bleeds_over_the_rim():
    assert a_mesh().colors[:, 2].max() < 0.02


def test_confidence_falls_from_the_middle_to_the_rim_and_is_low_behind():
    mesh = a_mesh()
    middle = np.hypot(mesh.positions[:, 0], mesh.positions[:, 1] - 0.5) < 0.1
    front = mesh.positions[:, 2] > 1e-3
    rim = np.abs(mesh.positions[:, 2]) < 2e-3
    assert mesh.confidence[front & middle].min() > 0.95
    assert mesh.confidence[rim].mean() < 0.4
    assert mesh.confidence[~front & ~rim].max() == pytest.approx(0.1)


def test_the_front_is_observed_and_the_back_mirrored():
    mesh = a_mesh()
    front, back = mesh.positions[:, 2] > 1e-3, mesh.positions[:, 2] < -1e-3
    assert set(mesh.origin[front]) == {Origin.OBSERVED}
    assert set(mesh.origin[back]) == {Origin.MIRRORED}


def test_what_was_widened_beyond_the_photo_is_inferred():
    shape = drawn(
        [(20, 300), (780, 300), (780, 700), (20, 700)],
        ([(400, 20), (400, 300)], 1.5),
        height=800,
        width=800,
    )
    mesh = reconstruct_foregrounds(build(), [cut_out(shape)], seed=0).mesh
    assert (mesh.origin == Origin.INFERRED).any()
    assert mesh.confidence[mesh.origin == Origin.INFERRED].max() <= 0.05 + 1e-6
