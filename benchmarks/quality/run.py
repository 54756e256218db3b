"""Measure methods on objects, several processes at once; what is in the file already is kept."""

import os
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.quality.evaluate import PreparedView, evaluate, prepare
from benchmarks.quality.features import FeatureNet, read_weights
from benchmarks.quality.methods import load_method, weights_of
from benchmarks.quality.objects import (
    ObjectRef,
    load_model,
    random_views,
    side_views,
    true_object,
)
from benchmarks.quality.rows import (
    Key,
    Method,
    Row,
    append_rows,
    current_commit,
    flat_row,
    key_of,
    read_rows,
)
from benchmarks.quality.seeds import compare_seeds
from bozzetto.errors import BozzettoError
from bozzetto.views.foreground import Foreground
from bozzetto_train.scenes.gbuffer import prepare_scene


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to measure on every object."""

    what: str
    """`views`: photographs from anywhere; `seeds`: how three seeds differ; `sides`: one against
    four named views."""
    methods: tuple[Method, ...]
    views: int
    features: Path | None
    """Weights of MobileNetV2; None leaves its column empty."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one object gave."""

    name: str
    rows: tuple[Row, ...]
    problem: str
    seconds: float
    cpu_seconds: float
    """What it would take on a machine that does nothing else."""


def methods_of(specs: Sequence[str]) -> tuple[Method, ...]:
    """Look up engines and baselines; a spec is a name, or `bozzetto=FILE` for other weights.

    Raises:
        UnknownNameError: There is neither an engine nor a baseline of a name.
        ResourceError: The weights cannot be loaded.
    """
    commit = current_commit()
    return tuple(
        Method(name=spec.partition("=")[0], spec=spec, commit=commit, weights=weights_of(spec)[:16])
        for spec in specs
    )


def run(plan: Plan, refs: Sequence[ObjectRef], *, out: Path, jobs: int) -> None:
    """Measure what is missing and append it, object by object."""
    done = {key_of(row) for row in read_rows(out)}
    work = [(ref, missing) for ref in refs if (missing := _missing(plan, ref, done))]
    print(f"{len(refs)} objects, {len(work)} to measure", flush=True)
    started = time.monotonic()
    for count, answer in enumerate(_answers(work, jobs=jobs), start=1):
        append_rows(out, answer.rows)
        left = (time.monotonic() - started) / count * (len(work) - count)
        times = f"{answer.seconds:.1f} s ({answer.cpu_seconds:.1f} s CPU)"
        state = answer.problem or f"{len(answer.rows)} rows, {times}"
        print(f"{count}/{len(work)} {answer.name}: {state}; {left / 60:.0f} min left", flush=True)


def _missing(plan: Plan, ref: ObjectRef, done: set[Key]) -> Plan | None:
    """Return what is left to do for an object, None for nothing."""
    left = tuple(
        method
        for method in plan.methods
        if any(
            Key(object=ref.name, view=view, method=method.name, weights=method.weights) not in done
            for view in range(_num_rows(plan))
        )
    )
    return replace(plan, methods=left) if left else None


def _num_rows(plan: Plan) -> int:
    """Rows per object and method."""
    return plan.views if plan.what == "views" else 1


def _answers(work: Sequence[tuple[ObjectRef, Plan]], *, jobs: int) -> Iterator[Answer]:
    """Measure objects in child processes, or here for one job."""
    if jobs == 1:
        yield from (measure_object(ref, plan) for ref, plan in work)
        return
    # Spawned, because forked children of a process that used OpenCV may hang.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures: list[Future[Answer]] = [
            pool.submit(measure_object, ref, plan) for ref, plan in work
        ]
        yield from (future.result() for future in as_completed(futures))


def measure_object(ref: ObjectRef, plan: Plan) -> Answer:
    """Measure all methods of a plan on one object; a failure is an answer too."""
    started, cpu_started = time.monotonic(), time.process_time()
    try:
        rows, problem = tuple(_MEASURES[plan.what](ref, plan)), ""
    except (BozzettoError, ValueError) as error:
        rows, problem = (), f"failed: {error}"
    except Exception:  # One broken object must not end an hour's run.
        rows, problem = (), f"failed: {traceback.format_exc(limit=3)}"
    return Answer(
        name=ref.name,
        rows=rows,
        problem=problem,
        seconds=time.monotonic() - started,
        cpu_seconds=time.process_time() - cpu_started,
    )


def _measure_views(ref: ObjectRef, plan: Plan) -> Iterator[Row]:
    """Yield a row for each photograph and method."""
    net = None if plan.features is None else FeatureNet(read_weights(plan.features))
    scene = prepare_scene(load_model(ref))
    thing = true_object(scene, category=ref.category)
    for view in random_views(scene, thing, count=plan.views):
        prepared = prepare(view, net=net)
        for method in plan.methods:
            yield _row(ref, method, prepared, foregrounds=(view.foreground,))


def _measure_sides(ref: ObjectRef, plan: Plan) -> Iterator[Row]:
    """Yield a row for each method: the front alone beside all four sides."""
    scene = prepare_scene(load_model(ref))
    views = side_views(scene, true_object(scene, category=ref.category))
    prepared = prepare(views[0])
    for method in plan.methods:
        one = _row(ref, method, prepared, foregrounds=(views[0].foreground,))
        four = _row(ref, method, prepared, foregrounds=tuple(view.foreground for view in views))
        figures = {f"one_{name}": one[name] for name in _SIDES_COLUMNS}
        figures |= {f"four_{name}": four[name] for name in _SIDES_COLUMNS}
        yield _head(ref, method, number=0) | figures


def _measure_seeds(ref: ObjectRef, plan: Plan) -> Iterator[Row]:
    """Yield a row for each method: how three seeds differ on the first photograph."""
    scene = prepare_scene(load_model(ref))
    (view,) = random_views(scene, true_object(scene, category=ref.category), count=1)
    for method in plan.methods:
        engine = load_method(method.spec)
        drafts = [engine.reconstruct((view.foreground,), seed=seed) for seed in range(3)]
        found = {name: round(value, 4) for name, value in asdict(compare_seeds(drafts)).items()}
        yield _head(ref, method, number=0) | found


_SIDES_COLUMNS = (
    "seconds",
    "cd_mean@so3+icp",
    "f0.1@so3+icp",
    "f0.05@so3+icp",
    "cd_mean@camera+fit",
    "f0.1@camera+fit",
    "f0.1@hidden",
    "iou_aligned",
    "silhouette_iou",
    "color_psnr",
)
_MEASURES: dict[str, Callable[[ObjectRef, Plan], Iterator[Row]]] = {
    "views": _measure_views,
    "seeds": _measure_seeds,
    "sides": _measure_sides,
}


def _row(
    ref: ObjectRef, method: Method, prepared: PreparedView, *, foregrounds: Sequence[Foreground]
) -> Row:
    """Run a method and measure what it made."""
    engine = load_method(method.spec)
    started = time.perf_counter()
    draft = engine.reconstruct(foregrounds, seed=0)
    seconds = time.perf_counter() - started
    scores = evaluate(prepared, draft)
    figures = flat_row(scores, seconds=seconds, triangles=draft.mesh.num_triangles)
    return _head(ref, method, number=prepared.view.number) | figures


def _head(ref: ObjectRef, method: Method, *, number: int) -> Row:
    """Return the columns that say what a row is about."""
    return {
        "object": ref.name,
        "category": ref.category,
        "view": number,
        "method": method.name,
        "weights": method.weights,
        "commit": method.commit,
    }
