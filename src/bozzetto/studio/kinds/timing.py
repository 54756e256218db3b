"""One step as a stage: announced, timed, and remembered for the next estimate."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from bozzetto.executors.estimates import Estimates, default_timings_path
from bozzetto.progress import Progress, StageFinished, StageStarted


@contextmanager
def as_stage(progress: Progress, label: str, *, stage: str) -> Generator[None]:
    """Run the body as a stage; only one that ends well is remembered."""
    estimates = Estimates(default_timings_path())
    progress(StageStarted(stage=label, expected_seconds=estimates.expect(stage)))
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    estimates.remember(stage, seconds)
    estimates.save()
    progress(StageFinished(stage=label, seconds=seconds, reused=False))
