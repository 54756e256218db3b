"""How far a job is: percent and remaining time, from the stages that are planned and were measured.

A stage that was never measured on this machine counts as a few seconds for the percentage, and
makes the remaining time unknown: it is never guessed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bozzetto.progress import Event, StageStarted, StageStep
from bozzetto.studio.kinds.base import PlannedStage

_UNKNOWN_SECONDS = 5.0
_ALMOST = 99.0


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """How far a job is."""

    stage: str
    percent: float
    """0 to 99: all of it is done when the result is kept."""
    remaining_seconds: float | None


class Tracker:
    """Follows the events of a run along its plan."""

    def __init__(
        self,
        plan: Sequence[PlannedStage],
        *,
        expect: Callable[[str], float | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._start = clock()
        self._left = [(stage.word, expect(stage.stage)) for stage in plan]
        self._running: tuple[str, float | None, float] | None = None
        self._label = ""
        self._percent = 0.0

    def see(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, StageStarted):
            planned = self._take(event.stage)
            expected = planned if event.expected_seconds is None else event.expected_seconds
            self._running = (event.stage, expected, self._clock())
            self._label = event.stage
        elif isinstance(event, StageStep):
            self._label = f"{event.stage}: {event.step}"
        else:
            self._running = None

    def standing(self) -> JobProgress:
        """Return how far the job is now."""
        remaining, known = self._remaining()
        elapsed = self._clock() - self._start
        total = elapsed + remaining
        percent = 0.0 if total <= 0 else 100 * elapsed / total
        self._percent = min(_ALMOST, max(self._percent, percent))
        return JobProgress(
            stage=self._label,
            percent=round(self._percent, 1),
            remaining_seconds=round(remaining, 1) if known else None,
        )

    def _take(self, label: str) -> float | None:
        """Take the next planned stage of that name off the plan."""
        word = label.partition(" ")[0]
        for index, (planned, expected) in enumerate(self._left):
            if planned == word:
                del self._left[index]
                return expected
        return None

    def _remaining(self) -> tuple[float, bool]:
        """Return the seconds to go, and whether all of them were measured."""
        expected = [seconds for _, seconds in self._left]
        known = None not in expected
        total = sum((_UNKNOWN_SECONDS if s is None else s for s in expected), 0.0)
        if self._running is not None:
            _, seconds, since = self._running
            known = known and seconds is not None
            spent = self._clock() - since
            total += max(0.0, (_UNKNOWN_SECONDS if seconds is None else seconds) - spent)
        return total, known
