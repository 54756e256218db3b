"""Gives jobs to processes: fairly, so many at once, within their time, stopped when asked.

One dispatcher works on a data folder at a time. Other machines may run theirs over the same
PostgreSQL database; a lease tells who is alive.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from subprocess import Popen

from filelock import FileLock, Timeout

from bozzetto.errors import ResourceError
from bozzetto.studio.database import Database
from bozzetto.studio.ids import new_id
from bozzetto.studio.jobs import (
    Claim,
    any_waiting,
    claim_next,
    end_job,
    renew_leases,
    requeue_orphans,
    requeue_stale,
    settle_death,
    to_be_cancelled,
)
from bozzetto.studio.processes import end_own_group, kill, read_settings, start, tell
from bozzetto.studio.settings import Settings
from bozzetto.wire.jobs import JobError, JobState

_TICK_SECONDS = 0.1
_SLOW_SECONDS = 3.0
_RUNNER = "bozzetto.studio.runner"


@dataclass(kw_only=True, eq=False)
class _Slot:
    """A place for one job at a time, with the process that waits there."""

    process: "Popen[str]"
    claim: Claim | None = None
    since: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)


class Dispatcher:
    """Runs jobs until it is stopped."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings.database)
        self._name = _name(settings)
        self._slots: list[_Slot] = []
        self._slow_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; jobs that run then are queued again.

        Raises:
            ResourceError: Another dispatcher works on the data folder.
        """
        with _alone(self._settings):
            with self._database.writing() as session:
                requeue_orphans(session, dispatcher=self._name)
            self._slots = [self._slot() for _ in range(self._settings.jobs.at_once)]
            try:
                while not stop.wait(_TICK_SECONDS):
                    self.tick()
            finally:
                for slot in self._slots:
                    kill(slot.process)
                with self._database.writing() as session:
                    requeue_orphans(session, dispatcher=self._name)
                self._database.close()

    def tick(self) -> None:
        """Do what is due."""
        self._stop_some()
        for index, slot in enumerate(self._slots):
            if slot.process.poll() is not None:
                self._slots[index] = self._replace(slot)
            elif slot.claim is not None and slot.done.is_set():
                slot.claim = None
        if time.monotonic() - self._slow_at > _SLOW_SECONDS:
            self._slow_at = time.monotonic()
            with self._database.writing() as session:
                renew_leases(session, self._claims(), limits=self._settings.jobs)
                requeue_stale(session)
        for slot in self._slots:
            if slot.claim is None and not self._fill(slot):
                break

    def _stop_some(self) -> None:
        """Stop what is to be cancelled, and what ran out of time."""
        with self._database.reading() as session:
            unwanted = to_be_cancelled(session, self._claims())
        for index, slot in enumerate(self._slots):
            claim = slot.claim
            if claim is None or slot.done.is_set():
                continue
            if claim in unwanted:
                self._slots[index] = self._stop(slot, JobState.CANCELLED, error=None)
            elif time.monotonic() - slot.since > self._settings.jobs.seconds:
                self._slots[index] = self._stop(slot, JobState.FAILED, error=self._too_long())

    def _stop(self, slot: _Slot, state: JobState, *, error: JobError | None) -> _Slot:
        """Kill a slot's process, end its job, and start another process."""
        kill(slot.process)
        if slot.claim is not None:
            with self._database.writing() as session:
                end_job(session, slot.claim, state, error=error)
        return self._slot()

    def _replace(self, slot: _Slot) -> _Slot:
        """Clear up after a process that died."""
        kill(slot.process)
        if slot.claim is not None:
            with self._database.writing() as session:
                settle_death(session, slot.claim, limits=self._settings.jobs)
        return self._slot()

    def _fill(self, slot: _Slot) -> bool:
        """Give a job to a free slot; False where none waits."""
        with self._database.reading() as session:
            if not any_waiting(session):
                return False
        with self._database.writing() as session:
            self._database.claim_alone(session)
            claim = claim_next(session, dispatcher=self._name, limits=self._settings.jobs)
        if claim is None:
            return False
        slot.claim, slot.since = claim, time.monotonic()
        slot.done.clear()
        tell(slot.process, f"{claim.job_id} {claim.attempt}")
        return True

    def _slot(self) -> _Slot:
        """Start a process that waits for a job."""
        slot = _Slot(process=start(_RUNNER, self._settings))
        threading.Thread(target=_listen, args=(slot,), daemon=True).start()
        return slot

    def _claims(self) -> tuple[Claim, ...]:
        """Return the jobs that run."""
        return tuple(slot.claim for slot in self._slots if slot.claim is not None)

    def _too_long(self) -> JobError:
        """Say that a job was stopped for its time."""
        return JobError(
            type="/problems/timeout",
            cause=f"The job did not end within {self._settings.jobs.seconds:g} s.",
            advice="Use smaller photos or a smaller texture, or have the limit raised.",
        )


def _listen(slot: _Slot) -> None:
    """Note when a process says that its job has ended."""
    stream = slot.process.stdout
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            if line.strip() == "done":
                slot.done.set()


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    """Hold the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.data / "dispatcher.lock")
    try:
        lock.acquire(timeout=10)
    except Timeout:
        raise ResourceError(
            f"Another service already runs the jobs of {settings.data}.",
            advice="Use that one, or another folder with --data.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def _name(settings: Settings) -> str:
    """Return the name under which this data folder's dispatcher is known, made once."""
    settings.data.mkdir(parents=True, exist_ok=True)
    path = settings.data / "dispatcher-name"
    if not path.exists():
        path.write_text(new_id("dsp"), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def serve() -> None:
    """Work until the input stream closes, which it does when the parent is gone."""
    settings = read_settings(sys.stdin)
    stop = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        stop.set()
        time.sleep(5)
        end_own_group()

    threading.Thread(target=listen, daemon=True).start()
    Dispatcher(settings).run(stop)


if __name__ == "__main__":
    import_module("bozzetto.studio.dispatcher").serve()
