"""Percent and remaining time, with a clock that the tests turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.progress import StageFinished, StageStarted, StageStep
from bozzetto.studio.kinds.base import PlannedStage
from bozzetto.studio.tracking import Tracker

PLAN = [
    PlannedStage(word="mask", stage="masks"),
    PlannedStage(word="draft", stage="drafts"),
    PlannedStage(word="draft", stage="drafts"),
]
SECONDS = {"masks": 2.0, "drafts": 4.0}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def a_tracker(seconds=SECONDS):
    clock = Clock()
    return Tracker(PLAN, expect=seconds.get, clock=clock), clock


def started(label):
    return StageStarted(stage=label, expected_seconds=None)


def finished(label):
    return StageFinished(stage=label, seconds=0.0, reused=False)


def test_the_remaining_time_is_what_was_measured_of_the_stages_to_come():
    tracker, clock = a_tracker()
    assert tracker.standing().remaining_seconds == 10.0
    tracker.see(started("mask vase.png"))
    clock.now = 1.5
    assert tracker.standing().remaining_seconds == pytest.approx(8.5)
    tracker.see(finished("mask vase.png"))
    tracker.see(started("draft 1 of 2"))
    clock.now = 2.5
    standing = tracker.standing()
    assert (standing.remaining_seconds, standing.percent) == (7.0, pytest.approx(26.3))


def test_a_stage_that_was_never_measured_leaves_the_time_unknown():
    tracker, _ = a_tracker({"masks": 2.0})
    assert tracker.standing().remaining_seconds is None


def test_a_step_is_named_after_its_stage():
    tracker, _ = a_tracker()
    tracker.see(StageStep(stage="refine", step="unwrap"))
    assert tracker.standing().stage == "refine: unwrap"


@given(waits=st.lists(st.floats(0, 60), min_size=6, max_size=6))
def test_the_percentage_never_falls_and_is_never_complete_too_early(waits):
    tracker, clock = a_tracker()
    percents = []
    for label in ("mask a", "draft 1 of 2", "draft 2 of 2"):
        for event in (started(label), finished(label)):
            tracker.see(event)
            clock.now += waits[len(percents)]
            percents.append(tracker.standing().percent)
    assert percents == sorted(percents)
    assert max(percents) <= 99
