"""Run one step around the store: skip it when its result is there, time it, say so."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bozzetto.pipeline.estimates import Estimates
from bozzetto.pipeline.records import read_record
from bozzetto.pipeline.store import Project, keep
from bozzetto.progress import Progress, StageFinished, StageStarted
from bozzetto.records import digest_of, text_from

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long a stage took."""

    stage: str
    seconds: float
    """Wall-clock time of the run that computed it."""
    reused: bool
    """True when that was an earlier run."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """One run over one project: what every stage needs besides its own inputs."""

    project: Project
    progress: Progress
    estimates: Estimates


@dataclass(frozen=True, kw_only=True)
class StageKey:
    """Everything that a stage's result depends on."""

    stage: str
    """Also the name of the folder, as in `masks`."""
    version: int
    """Raised whenever the same inputs and options may give another result."""
    inputs: tuple[str, ...]
    """Digests of what goes in."""
    options: object
    """A dataclass of plain values."""
    seed: int = 0

    @property
    def digest(self) -> str:
        """Hash of the key."""
        return digest_of(self)


@dataclass(frozen=True, kw_only=True)
class Codec(Generic[Value]):
    """How a stage's result is kept: what is read equals what was written."""

    write: Callable[[Value, Path], None]
    read: Callable[[Path], Value]


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome(Generic[Value]):
    """A stage's result and where it is kept."""

    value: Value
    folder: Path
    digest: str
    timing: Timing


@dataclass(frozen=True, kw_only=True)
class _StageRecord:
    """What `stage.json` says of a kept result."""

    stage: str
    version: int
    key: str
    seconds: float


def run_stage(
    session: Session,
    key: StageKey,
    make: Callable[[], Value],
    *,
    codec: Codec[Value],
    label: str | None = None,
) -> Outcome[Value]:
    """Return a stage's result, computing and keeping it first if it is not there.

    Args:
        session: The run.
        key: What the result depends on.
        make: Computes the result.
        codec: How it is kept. The value returned is always the one read back, so that a run
            that resumes goes on with the same values as one that was never interrupted.
        label: For the progress display; the stage's name unless given.
    """
    label = label or key.stage
    session.progress(
        StageStarted(stage=label, expected_seconds=session.estimates.expect(key.stage))
    )
    start = time.perf_counter()

    def write(value: Value, folder: Path) -> None:
        codec.write(value, folder)
        record = _StageRecord(
            stage=key.stage,
            version=key.version,
            key=key.digest,
            seconds=round(time.perf_counter() - start, 3),
        )
        (folder / "stage.json").write_text(text_from(record), encoding="utf-8")

    folder, reused = keep(session.project, key.stage, key=key.digest, make=make, write=write)
    value = codec.read(folder)
    seconds = time.perf_counter() - start
    session.progress(StageFinished(stage=label, seconds=seconds, reused=reused))
    if reused:
        seconds = read_record(_StageRecord, folder / "stage.json").seconds
    else:
        session.estimates.remember(key.stage, seconds)
    timing = Timing(stage=label, seconds=round(seconds, 3), reused=reused)
    return Outcome(value=value, folder=folder, digest=key.digest, timing=timing)
