"""A figure is turned to the front only where somebody is seen there afterwards."""

import numpy as np
import pytest

from bozzetto.rigging import looking
from bozzetto.rigging.blazepose import NUM_LANDMARKS, BlazePose
from bozzetto.rigging.figure import figure_of
from bozzetto.rigging.landmarks import HIPS, SHOULDERS, Landmarks
from tests.rigging.mannequin import a_mannequin_model


@pytest.fixture(scope="module")
def figure():
    return figure_of(a_mannequin_model())


class Blind(BlazePose):
    """Never asked: looks are given."""

    def __init__(self):
        pass


def person(left, *, scatter=0.0):
    """A person whose left is in a direction, seen by views that disagree so far."""
    points = np.zeros((NUM_LANDMARKS, 3))
    for sides in (SHOULDERS, HIPS):
        points[sides[0]], points[sides[1]] = 0.2 * np.array(left), -0.2 * np.array(left)
    return Landmarks(
        points=points,
        disagreement=np.full(NUM_LANDMARKS, scatter),
        scores=np.ones(6),
        sightings=(),
    )


AHEAD, ASIDE = person((1.0, 0, 0)), person((0, 0, -1.0))


def seeing(monkeypatch, *looks, straight):
    left = iter(looks)
    monkeypatch.setattr(looking, "look", lambda figure, network: next(left))
    monkeypatch.setattr(looking, "look_straight", lambda figure, network: straight)
    monkeypatch.setattr(looking, "from_the_front", lambda seen, height: None)
    monkeypatch.setattr(looking, "is_person", lambda seen: seen.scatter < 0.02)


def test_one_who_looks_aside_is_turned_if_then_seen_to_look_ahead(figure, monkeypatch):
    seeing(monkeypatch, ASIDE, AHEAD, straight=None)
    facing, turned, seen, findings = looking.faced(figure, Blind())
    assert abs(facing) == pytest.approx(np.pi / 2)
    assert np.ptp(turned.mesh.positions[:, 2]) == pytest.approx(
        np.ptp(figure.mesh.positions[:, 0]), rel=1e-4
    )
    assert seen is AHEAD
    assert findings == ()


def test_one_who_is_nobody_once_turned_stays_and_is_looked_at_straight(figure, monkeypatch):
    nobody, straight = person((1.0, 0, 0), scatter=0.2), person((1.0, 0, 0))
    seeing(monkeypatch, ASIDE, nobody, straight=straight)
    facing, same, seen, findings = looking.faced(figure, Blind())
    assert facing == 0.0
    assert same is figure
    assert seen is straight
    assert findings == ()
