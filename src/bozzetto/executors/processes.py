"""Run a plan on worker processes of this machine.

Each worker keeps its loaded models and decoded photos between nodes and plans. Workers end when
their parent is gone, however it went. A worker that dies takes only its own node with it.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import cast

from bozzetto.errors import BozzettoError, ResourceError
from bozzetto.executors.base import (
    Timing,
    check_resources,
    in_order,
    perform,
    standing,
    timing_of,
)
from bozzetto.executors.estimates import Estimates
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import AnyNode, Plan
from bozzetto.plans.results import ResultRecord
from bozzetto.progress import Progress, StageFinished, StageStarted, StageStep, silent
from bozzetto.store.base import Store

_MEMO_BYTES = 512 << 20


@dataclass(frozen=True)
class _Step:
    """A worker goes on to the next part of its node."""

    text: str


@dataclass(frozen=True)
class _Done:
    """A worker has kept its node's result."""

    record: ResultRecord


@dataclass(frozen=True)
class _Failed:
    """A worker's node raised."""

    error: BaseException


@dataclass(eq=False)
class _Worker:
    """A process, the line to it, and what it is doing."""

    process: SpawnProcess
    line: Connection
    node: AnyNode | None = None
    has_run: set[str] = field(default_factory=set[str])
    """Names of the stages that it ran: their models are loaded there."""


class ProcessExecutor:
    """Implements `Executor` over worker processes, which start when they are first needed."""

    def __init__(self, *, workers: int | None = None, has_gpu: bool = False) -> None:
        """Prepare the executor.

        Args:
            workers: How many processes; as many as there are cores unless given.
            has_gpu: Whether stages that need a GPU may run here.
        """
        self._count = workers or os.cpu_count() or 1
        self._has_gpu = has_gpu
        self._workers: list[_Worker] = []

    def run(
        self,
        plan: Plan,
        *,
        store: Store,
        estimates: Estimates | None = None,
        progress: Progress = silent,
    ) -> tuple[Timing, ...]:
        """Make what is missing; see `Executor`."""
        estimates = estimates or Estimates(None)
        now = standing(plan, store)
        timings: dict[str, Timing] = {}
        for node, record in now.reused:
            progress(StageStarted(stage=node.title, expected_seconds=None))
            progress(StageFinished(stage=node.title, seconds=0.0, reused=True))
            timings[node.key] = timing_of(node, record, reused=True)
        for node in now.missing:
            check_resources(node, has_gpu=self._has_gpu)
        errand = _Errand(waiting=list(now.missing), store=store, progress=progress)
        try:
            self._work_through(errand, estimates)
        except BaseException:
            self.close()  # Stopped by the caller: workers must not go on behind its back.
            raise
        if errand.error is not None:
            raise errand.error
        return in_order(plan, {**timings, **errand.timings})

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.line.close()
        self._workers = []

    def _work_through(self, errand: "_Errand", estimates: Estimates) -> None:
        """Hand out nodes as they become ready, until all are done or one has failed."""
        while True:
            for node in errand.ready(self._busy()):
                worker = self._free_worker(node)
                if worker is None:
                    break
                expected = estimates.expect(node.stage.name)
                errand.progress(StageStarted(stage=node.title, expected_seconds=expected))
                errand.waiting.remove(node)
                worker.node = node
                worker.has_run.add(node.stage.name)
                worker.line.send((node, errand.store))
            busy = self._busy()
            if not busy:
                return
            for worker in _with_news(busy):
                done = self._hear(worker, errand)
                if done is not None:
                    estimates.remember(done.name, done.seconds)

    def _hear(self, worker: _Worker, errand: "_Errand") -> Timing | None:
        """Take one message of a worker; return the timing of a node that is done."""
        node = worker.node
        assert node is not None
        try:
            message = cast("_Step | _Done | _Failed", worker.line.recv())
        except (EOFError, OSError):
            self._bury(worker)
            errand.fail(_died(node, worker.process.exitcode))
            return None
        if isinstance(message, _Step):
            errand.progress(StageStep(stage=node.title, step=message.text))
            return None
        worker.node = None
        if isinstance(message, _Failed):
            errand.fail(message.error)
            return None
        timing = timing_of(node, message.record, reused=False)
        errand.timings[node.key] = timing
        errand.progress(StageFinished(stage=node.title, seconds=timing.seconds, reused=False))
        return timing

    def _busy(self) -> list[_Worker]:
        """Return the workers that have a node."""
        return [worker for worker in self._workers if worker.node is not None]

    def _free_worker(self, node: AnyNode) -> _Worker | None:
        """Find a worker for a node: one that holds its model, else any, else a new one.

        None where the machine's cores are taken.
        """
        busy = self._busy()
        taken = sum(worker.node.resources.cores for worker in busy if worker.node)
        if busy and taken + node.resources.cores > self._count:
            return None
        free = [worker for worker in self._workers if worker.node is None]
        if node.stage.keeps_model:
            free.sort(key=lambda worker: node.stage.name not in worker.has_run)
        if free:
            return free[0]
        if len(self._workers) >= self._count:
            return None
        self._workers.append(_start())
        return self._workers[-1]

    def _bury(self, worker: _Worker) -> None:
        """Drop a worker that died."""
        worker.process.join()
        worker.line.close()
        self._workers.remove(worker)


@dataclass(eq=False)
class _Errand:
    """One run of a plan."""

    waiting: list[AnyNode]
    store: Store
    progress: Progress
    timings: dict[str, Timing] = field(default_factory=dict[str, Timing])
    error: BaseException | None = None

    def ready(self, busy: list[_Worker]) -> list[AnyNode]:
        """Return the nodes whose needs are there; none once a node has failed."""
        if self.error is not None:
            return []
        undone = {node.key for node in self.waiting}
        undone |= {worker.node.key for worker in busy if worker.node}
        return [
            node
            for node in self.waiting
            if not any(needed.key in undone for needed in node.needs())
        ]

    def fail(self, error: BaseException) -> None:
        """Remember the first error; what is running is still finished and kept."""
        self.error = self.error or error


def _with_news(busy: list[_Worker]) -> list[_Worker]:
    """Wait until a worker has sent something or died."""
    lines = {id(worker.line): worker for worker in busy}
    return [lines[id(line)] for line in wait([worker.line for worker in busy])]


def _died(node: AnyNode, code: int | None) -> ResourceError:
    """Say that a worker died at its node."""
    return ResourceError(
        f"The process that did {node.title!r} died (code {code}); memory may have run out.",
        advice="Run the command again: it goes on where it stopped. Use smaller photos or textures "
        "if it happens again.",
    )


def _start() -> _Worker:
    """Start a worker."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process=process, line=ours)


def serve(line: Connection) -> None:
    """Do nodes as they come; a worker's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    memo = Memo(max_bytes=_MEMO_BYTES)
    while True:
        try:
            node, store = cast("tuple[AnyNode, Store]", line.recv())
        except (EOFError, OSError):
            return
        line.send(_outcome(node, store, memo=memo, send=line.send))


def _outcome(
    node: AnyNode, store: Store, *, memo: Memo, send: Callable[[object], None]
) -> _Done | _Failed:
    """Run a node and say what came of it."""
    try:
        record = perform(node, store=store, memo=memo, step=lambda text: send(_Step(text)))
    except MemoryError:
        return _Failed(ResourceError(f"There is not enough memory for {node.title!r}."))
    except Exception as error:
        return _Failed(_portable(error))
    return _Done(record)


def _portable(error: Exception) -> Exception:
    """Return an error that survives the way to the parent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    if isinstance(error, BozzettoError):
        return error
    return error.with_traceback(None)


def _end_with_parent() -> None:
    """End this process when its parent is gone, whatever it is doing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
