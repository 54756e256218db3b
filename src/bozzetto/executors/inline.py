"""Run a plan in this process, one node after the other."""

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
from bozzetto.progress import Progress, StageFinished, StageStarted, StageStep, silent
from bozzetto.store.base import Store


class InlineExecutor:
    """Implements `Executor`; loaded models and decoded photos stay with the process."""

    def __init__(self, *, memo: Memo | None = None, has_gpu: bool = False) -> None:
        self._memo = memo or Memo()
        self._has_gpu = has_gpu

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
        missing = {node.key for node in now.missing}
        reused = {node.key: record for node, record in now.reused}
        timings: dict[str, Timing] = {}
        for node in plan.nodes():
            if node.key in reused:
                timings[node.key] = timing_of(node, reused[node.key], reused=True)
            elif node.key not in missing:
                continue
            progress(
                StageStarted(stage=node.title, expected_seconds=estimates.expect(node.stage.name))
            )
            if node.key in missing:
                timings[node.key] = self._make(node, store, progress=progress)
                estimates.remember(node.stage.name, timings[node.key].seconds)
            done = timings[node.key]
            seconds = 0.0 if done.reused else done.seconds
            progress(StageFinished(stage=node.title, seconds=seconds, reused=done.reused))
        return in_order(plan, timings)

    def close(self) -> None:
        """Nothing is running."""

    def _make(self, node: AnyNode, store: Store, *, progress: Progress) -> Timing:
        """Run one node."""
        check_resources(node, has_gpu=self._has_gpu)

        def step(text: str) -> None:
            progress(StageStep(stage=node.title, step=text))

        record = perform(node, store=store, memo=self._memo, step=step)
        return timing_of(node, record, reused=False)
