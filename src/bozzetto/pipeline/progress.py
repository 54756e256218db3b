"""Tell whoever watches a run what it is doing; the library itself prints nothing."""

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
class StageFinished:
    """A stage has ended well."""

    stage: str
    seconds: float
    """Wall-clock time."""
    reused: bool
    """True when an earlier run had stored the result."""


Progress = Callable[[StageStarted | StageFinished], None]


def silent(event: StageStarted | StageFinished) -> None:
    """Watch nothing."""
    del event
