import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto_train.objects.procedural.blobs import Ball, Capsule, melt
from bozzetto_train.objects.procedural.shapes import (
    extrude,
    lathe,
    loft,
    placed,
    rounded_box,
    spline,
    superellipsoid,
    tube,
)
from bozzetto_train.objects.procedural.solids import solid_of
from tests.train.objects.build_object import GREY

ANGLE = np.arange(32) / 32 * 2 * np.pi
CIRCLE = np.stack([np.cos(ANGLE), np.sin(ANGLE), 0 * ANGLE], axis=-1)
WHITE = (1.0, 1.0, 1.0)


def disc_area(sides, radius=1.0):
    return sides / 2 * np.sin(2 * np.pi / sides) * radius**2


# A solid's volume is positive only where the surface is closed and faces outwards.
@pytest.mark.parametrize(
    ("part", "volume"),
    [
        (lathe(np.array([[1.0, 0.0], [1.0, 2.0]]), GREY, segments=40), 2 * disc_area(40)),
        (tube(np.array([[0.0, 0, 0], [0, 3, 0]]), 0.5, GREY, sides=16), 3 * disc_area(16, 0.5)),
        (tube(CIRCLE * 4, 1.0, GREY, sides=16, closed=True), 2 * np.pi * 4 * disc_area(16)),
        (superellipsoid((2, 2, 2), GREY, steps=40), 4 / 3 * np.pi),
        (superellipsoid((1, 2, 3), GREY, powers=(2, 2), steps=40), 1),
        (rounded_box((1, 2, 3), GREY), 6),
        (rounded_box((2, 2, 2), GREY, radius=0.9999), 4 / 3 * np.pi),
        (extrude(CIRCLE[:, :2] * 2, 3.0, GREY), 3 * disc_area(32, 2)),
        (extrude(np.array([[0.0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]]), 1.0, GREY), 3),
        (loft(np.stack([CIRCLE, CIRCLE + np.array([0, 0, 2.0])]), GREY), 2 * disc_area(32)),
        (placed(rounded_box((1, 1, 1), GREY), scale=(-1, 2, 1), turn_deg=(20, 30, 40)), 2),
    ],
    ids=[
        "lathe", "tube", "ring", "ball", "octahedron", "box", "nearly a ball",
        "prism", "angle", "loft", "mirrored",
    ],
)  # fmt: skip
def test_surfaces_are_closed_and_face_outwards(part, volume):
    solid = solid_of(part)
    assert solid.status().name == "NoError"
    assert solid.volume() == pytest.approx(volume, rel=0.06)


@settings(max_examples=25)
@given(st.lists(st.floats(0.05, 2), min_size=2, max_size=8), st.integers(3, 40))
def test_every_profile_gives_a_closed_solid(radii, segments):
    profile = np.stack([np.array(radii), np.arange(len(radii)) * 0.3], axis=-1)
    solid = solid_of(lathe(profile, GREY, segments=segments))
    assert solid.status().name == "NoError"
    assert solid.volume() > 0


def test_texture_goes_round_as_often_as_asked():
    part = lathe(np.array([[1.0, 0.0], [1.0, 1.0]]), GREY, repeat=3.0)
    assert (part.uvs[:, 0].min(), part.uvs[:, 0].max()) == (0, 3)


def test_side_of_a_box_shows_the_picture_upright():
    part = rounded_box((1, 1, 1), GREY)
    front = part.positions[:, 2] > 0.4
    upper_left = (part.positions[:, 0] < 0) & (part.positions[:, 1] > 0)
    normal_to_front = np.zeros(len(part.positions), bool)
    normal_to_front[20:24] = True  # The last of six sides is +z.
    assert front[normal_to_front].all()
    np.testing.assert_array_equal(part.uvs[normal_to_front & upper_left], [[0, 0]])


def test_spline_goes_through_its_points():
    points = np.array([[0.0, 0, 0], [1, 2, 0], [3, 1, 1], [4, 4, 0]])
    curve = spline(points, count=31)
    np.testing.assert_allclose(curve[::10], points, atol=1e-9)


def test_melted_blobs_are_one_closed_surface_in_two_colours():
    ball = Ball(middle=(0, 0, 0), size=(2, 2, 2), colour=(1.0, 0, 0))
    arm = Capsule(start=(0, 0, 0), end=(3, 0, 0), radius=0.4, end_radius=0.4, colour=(0, 0, 1.0))
    part = melt([ball, arm], softness=0.1)
    solid = solid_of(part)
    assert solid.genus() == 0
    assert solid.volume() == pytest.approx(4.19 + 1.0 + 0.13, rel=0.05)
    at_the_tip = part.positions[:, 0] > 2
    np.testing.assert_array_equal(np.unique(part.colors[at_the_tip], axis=0), [[0, 0, 1]])


def test_softness_adds_a_fillet():
    blobs = [Ball(middle=(x, 0, 0), size=(2, 2, 2), colour=WHITE) for x in (-0.9, 0.9)]
    hard, soft = (solid_of(melt(blobs, softness=s)).volume() for s in (0.01, 0.4))
    assert soft > hard * 1.005
