"""Front from back, left from right, and what a look from straight ahead is believed."""

from dataclasses import replace

import numpy as np
import pytest

from bozzetto.rigging.blazepose import NUM_LANDMARKS, BlazePose, Detection, Posture, upright_crop
from bozzetto.rigging.facing import toes_ahead, turned
from bozzetto.rigging.figure import figure_of
from bozzetto.rigging.landmarks import ELBOWS, NOSE, SHOULDERS, Landmarks, with_sides_swapped
from bozzetto.rigging.straight_look import look_straight
from bozzetto.rigging.suitability import is_person
from tests.rigging.mannequin import a_mannequin_model

_CROP = upright_crop((160.0, 160.0), 300.0)


class Seer(BlazePose):
    """Sees the shoulders where the outline ends, left and right; guesses see nothing."""

    def __init__(self, *, guesses):
        self.guesses = guesses

    def detect(self, srgb):
        return Detection(score=0.9, crop=_CROP)

    def find_landmarks(self, srgb, crop):
        points = np.full((NUM_LANDMARKS, 2), 160.0)
        columns = np.flatnonzero((srgb[..., 0] < 0.8).any(axis=0))
        points[SHOULDERS[0]] = (columns.max() + 1, 100)
        points[SHOULDERS[1]] = (columns.min(), 100)
        if self.guesses:
            points[11:] = np.random.default_rng(0).uniform(0, 320, (NUM_LANDMARKS - 11, 2))
            points[SHOULDERS[0]], points[SHOULDERS[1]] = (300, 100), (160, 100)
        return Posture(
            points_px=points, visibility=np.ones(NUM_LANDMARKS), presence=1.0, crop=_CROP
        )


@pytest.fixture(scope="module")
def figure():
    return figure_of(a_mannequin_model())


def landmarks(points):
    return Landmarks(
        points=points, disagreement=np.zeros(NUM_LANDMARKS), scores=np.ones(6), sightings=()
    )


def test_toes_reach_ahead_of_the_shins_and_behind_in_one_who_is_turned(figure):
    assert toes_ahead(figure) > 0.02
    assert toes_ahead(turned(figure, np.pi)) == pytest.approx(-toes_ahead(figure), abs=0.005)


def test_swapping_sides_renames_limbs_leaves_the_face_and_undoes_itself():
    seen = landmarks(np.arange(3.0 * NUM_LANDMARKS).reshape(-1, 3))
    swapped = with_sides_swapped(seen)
    np.testing.assert_array_equal(swapped.points[list(ELBOWS)], seen.points[list(ELBOWS)][::-1])
    np.testing.assert_array_equal(swapped.points[NOSE], seen.points[NOSE])
    np.testing.assert_array_equal(with_sides_swapped(swapped).points, seen.points)


def test_nobody_has_one_upper_arm_twice_as_long_as_the_other():
    points = np.random.default_rng(1).normal(size=(NUM_LANDMARKS, 3))
    points[12::2] = points[11::2] * (-1, 1, 1)
    assert landmarks(points).unevenness == pytest.approx(1)
    assert is_person(landmarks(points))
    odd = points.copy()
    odd[ELBOWS[0]] = 2 * points[ELBOWS[0]] - points[SHOULDERS[0]]
    assert landmarks(odd).unevenness >= 2
    assert not is_person(landmarks(odd))


def test_what_is_seen_alike_in_a_mirror_is_believed_and_a_guess_is_not(figure):
    seen = look_straight(figure, Seer(guesses=False))
    assert seen is not None
    assert seen.scatter < 0.01
    low, high = figure.mesh.bounds
    assert seen.points[SHOULDERS[0], 0] == pytest.approx(high[0], abs=0.02)
    assert seen.points[SHOULDERS[1], 0] == pytest.approx(low[0], abs=0.02)
    assert seen.points[SHOULDERS[0], 2] == pytest.approx(0, abs=0.03)  # The middle of the arm.
    guessed = look_straight(figure, Seer(guesses=True))
    assert guessed is not None
    assert guessed.scatter > 0.1


def test_a_lopsided_figure_keeps_its_left_at_its_left(figure):
    positions = figure.mesh.positions.copy()
    positions[positions[:, 0] > 0.2, 0] += 0.3
    lopsided = replace(figure, mesh=replace(figure.mesh, positions=positions))
    seen = look_straight(lopsided, Seer(guesses=False))
    assert seen is not None
    assert seen.points[SHOULDERS[0], 0] == pytest.approx(positions[:, 0].max(), abs=0.03)
