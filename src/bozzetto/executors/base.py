"""The contract of an executor, and what all executors share.

Whatever runs a plan, on whatever machine, the results are the same bytes in the same store. A run
that is killed loses only what was half made; the next run goes on from there.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from bozzetto.errors import ResourceError
from bozzetto.executors.estimates import Estimates
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import AnyNode, Plan
from bozzetto.plans.results import ResultRecord, find_result, handles, keep_result
from bozzetto.plans.stage import StageContext
from bozzetto.progress import Progress, Step, silent
from bozzetto.store.base import Store


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long a stage took."""

    stage: str
    """Its label, as in `draft 2 of 3`."""
    name: str
    """The stage's own name, as in `drafts`."""
    key: str
    """Of the result in the store."""
    seconds: float
    """Wall-clock time of the run that computed it."""
    reused: bool
    """True when that was an earlier run."""


@runtime_checkable
class Executor(Protocol):
    """Runs plans. Build one, run many plans with it, close it."""

    def run(
        self,
        plan: Plan,
        *,
        store: Store,
        estimates: Estimates | None = None,
        progress: Progress = silent,
    ) -> tuple[Timing, ...]:
        """Make every wanted result that the store does not hold, and whatever those need.

        Args:
            plan: What is wanted.
            store: Where inputs and results are.
            estimates: Learns how long stages take, and tells what to expect.
            progress: Told what is being done, in this process; it may raise to stop the run.

        Returns:
            The timing of each wanted node and of each other node that was made, needed ones first.

        Raises:
            BozzettoError: As the stage that failed; what others had finished is kept.
        """
        ...

    def close(self) -> None:
        """End whatever the executor keeps running."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanStanding:
    """What of a plan is there and what is not."""

    missing: tuple[AnyNode, ...]
    """To be made, each after those that it needs."""
    reused: tuple[tuple[AnyNode, ResultRecord], ...]
    """Wanted and there already."""


def standing(plan: Plan, store: Store) -> PlanStanding:
    """Look up what has to be made: what is wanted and missing, and what that needs and is missing.

    A result that only served one that is there already is not made again.
    """
    found: dict[str, ResultRecord | None] = {}
    missing: dict[str, AnyNode] = {}

    def visit(node: AnyNode) -> None:
        if node.key in found:
            return
        found[node.key] = find_result(store, node.stage.collection, node.key)
        if found[node.key] is None:
            for needed in node.needs():
                visit(needed)
            missing[node.key] = node

    for node in plan.wanted:
        visit(node)
    reused = {node.key: (node, record) for node in plan.wanted if (record := found[node.key])}
    return PlanStanding(missing=tuple(missing.values()), reused=tuple(reused.values()))


def perform(node: AnyNode, *, store: Store, memo: Memo, step: Step) -> ResultRecord:
    """Run one node in this process and keep its result."""
    stage, started = node.stage, time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bozzetto-") as scratch:
        context = StageContext(
            step=step, scratch=Path(scratch), resources=node.resources, memo=memo
        )
        block = {} if node.block is None else {"block": node.block}
        value = stage.run(
            **handles(store, node, memo=memo), **block, options=node.options, context=context
        )
    return keep_result(store, node, value, seconds=time.perf_counter() - started)


def check_resources(node: AnyNode, *, has_gpu: bool) -> None:
    """Refuse a node that this machine cannot run.

    Raises:
        ResourceError: The stage needs a GPU, and there is none.
    """
    if node.resources.gpu and not has_gpu:
        raise ResourceError(
            f"{node.title} needs a GPU, and this machine has none.",
            advice="Choose an engine that runs on the processor: `bozzetto doctor` lists them.",
        )


def timing_of(node: AnyNode, record: ResultRecord, *, reused: bool) -> Timing:
    """Describe a finished node."""
    return Timing(
        stage=node.title,
        name=node.stage.name,
        key=node.key,
        seconds=record.seconds,
        reused=reused,
    )


def in_order(plan: Plan, timings: dict[str, Timing]) -> tuple[Timing, ...]:
    """Return timings in the order of the plan's nodes."""
    return tuple(timings[node.key] for node in plan.nodes() if node.key in timings)
