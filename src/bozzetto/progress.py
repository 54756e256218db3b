"""Tell whoever watches a run what it is doing; the library itself prints nothing.

A watcher that raises stops the run; nothing half-made is kept, and the next run goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StageStarted:
    """A stage begins."""

    stage: str
    """As in `mask` or `draft 2 of 3`."""
    expected_seconds: float | None
    """Median of earlier runs on this machine; None before the first one."""


@dataclass(frozen=True, kw_only=True)
class StageStep:
    """A stage goes on to its next part; only stages that work, not those reused, say so."""

    stage: str
    step: str
    """As in `unwrap`."""


@dataclass(frozen=True, kw_only=True)
class StageFinished:
    """A stage has ended well."""

    stage: str
    seconds: float
    """Wall-clock time."""
    reused: bool
    """True when an earlier run had stored the result."""


Event = StageStarted | StageStep | StageFinished
Progress = Callable[[Event], None]
Step = Callable[[str], None]
"""Told the name of each part of a stage as it begins."""


def silent(event: Event) -> None:
    """Watch nothing."""
    del event


def no_step(step: str) -> None:
    """Tell nobody."""
    del step
