"""A process that runs jobs, one after the other, as its dispatcher tells it over the input stream.

It starts with everything heavy imported, so that a job begins at once. It may be killed at any
time: the project's folder holds every finished stage, results and the job's end are one
transaction, and whatever was half-way is done again. It ends itself when its dispatcher is gone.
"""

import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

from bozzetto.errors import BozzettoError, ResourceError
from bozzetto.executors.estimates import Estimates, default_timings_path
from bozzetto.logs import log_file, logged
from bozzetto.studio.blobs.registry import open_blobs
from bozzetto.studio.database import Database
from bozzetto.studio.jobs import Claim, end_job, report_progress
from bozzetto.studio.kinds.base import JobKind, Kept
from bozzetto.studio.kinds.registry import KINDS
from bozzetto.studio.performing import Keeper, load_task, work_on
from bozzetto.studio.problems import RefusedError, slug_of
from bozzetto.studio.processes import end_own_group, give_way, read_settings
from bozzetto.studio.settings import Settings
from bozzetto.studio.tracking import Tracker
from bozzetto.wire.base import Message
from bozzetto.wire.jobs import JobError, JobState

_REPORT_SECONDS = 0.4
_POLITENESS = 5
"""Lower priority than the service, which must answer while jobs run."""


class Runner:
    """Runs one job at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings.database)
        self._blobs = open_blobs(settings)

    def run(self, claim: Claim) -> None:
        """Run a job to its end, and put that on record."""
        keeper = Keeper(self._blobs)
        try:
            with log_file(log_path(claim, self._settings), root=self._settings.data):
                kept = self._perform(claim, keeper)
        except Exception as error:
            with self._database.writing() as session:
                end_job(
                    session, claim, JobState.FAILED, error=explain(error, claim, self._settings)
                )
            return
        with self._database.writing() as session:
            if end_job(session, claim, JobState.SUCCEEDED, num_results=len(kept)):
                keeper.record(session, kept, claim=claim)

    def _perform(self, claim: Claim, keeper: Keeper) -> tuple[Kept, ...]:
        """Do the work while a thread reports how far it is."""
        task = load_task(self._database, claim)
        kind: JobKind[Message] = KINDS[task.kind]
        request = kind.request.model_validate_json(task.options)
        estimates = Estimates(default_timings_path())
        tracker = Tracker(kind.plan(request, len(task.photos)), expect=estimates.expect)
        ended = threading.Event()
        reporter = threading.Thread(target=self._report, args=(claim, tracker, ended), daemon=True)
        reporter.start()
        try:
            work = work_on(
                task,
                settings=self._settings,
                database=self._database,
                keeper=keeper,
                progress=logged(tracker.see),
            )
            return tuple(kind.run(work, request))
        finally:
            ended.set()
            reporter.join()

    def _report(self, claim: Claim, tracker: Tracker, ended: threading.Event) -> None:
        """Say how far the job is; end the process where the job was taken away."""
        said = None
        while not ended.wait(_REPORT_SECONDS):
            standing = tracker.standing()
            if standing == said:
                continue
            with self._database.writing() as session:
                ours = report_progress(
                    session,
                    claim,
                    stage=standing.stage,
                    percent=standing.percent,
                    remaining=standing.remaining_seconds,
                )
            if not ours:
                end_own_group()
            said = standing


def log_path(claim: Claim, settings: Settings) -> Path:
    """Return where the log of an attempt at a job is."""
    return settings.data / "logs" / f"{claim.job_id}-{claim.attempt}.log"


def explain(error: BaseException, claim: Claim, settings: Settings) -> JobError:
    """Say why a job failed; the details of a fault of our own go into a file of this attempt."""
    if isinstance(error, RefusedError):
        refusal = error.refusal
        return JobError(
            type=f"/problems/{refusal.slug}", cause=refusal.detail, advice=refusal.advice
        )
    if isinstance(error, MemoryError):
        error = ResourceError(
            f"The job needs more than the {settings.jobs.memory_mib} MiB of memory it may have.",
            advice="Use smaller photos or a smaller texture, or raise --memory-mib.",
        )
    if isinstance(error, BozzettoError):
        return JobError(
            type=f"/problems/{slug_of(error)}", cause=error.message, advice=error.advice
        )
    faults = settings.data / "faults"
    faults.mkdir(parents=True, exist_ok=True)
    path = faults / f"{claim.job_id}-{claim.attempt}.txt"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return JobError(
        type="/problems/fault",
        cause=f"A fault in Bozzetto itself stopped the job ({type(error).__name__}).",
        advice=f"Please report it with the file faults/{path.name} of the service's data folder.",
    )


def serve() -> None:
    """Take orders until the input stream closes: `JOB ATTEMPT` on a line, answered by `done`."""
    settings = read_settings(sys.stdin)
    _limit(settings.jobs.memory_mib)
    import_module("bozzetto.pipeline.making")
    give_way(_POLITENESS)
    orders: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    runner = Runner(settings)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        job_id, _, attempt = orders.get().partition(" ")
        runner.run(Claim(job_id=job_id, attempt=int(attempt)))
        sys.stdout.write("done\n")
        sys.stdout.flush()


def _listen(orders: SimpleQueue[str]) -> None:
    """Pass orders on; the end of the stream means that nobody waits for us any more."""
    for line in sys.stdin:
        orders.put(line.strip())
    end_own_group()


def _limit(memory_mib: int) -> None:
    """Let allocations fail instead of taking the machine down."""
    if sys.platform != "linux":
        return
    import resource  # Exists on POSIX only.

    limit = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    import_module("bozzetto.studio.runner").serve()
