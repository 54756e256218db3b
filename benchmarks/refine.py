"""What refine does to drafts: agreement, outlines, seams, topology, time; the truth where known.

Two sets: the shared photographs, and renders of test objects whose every side is known. Rows are
written as they come; started again, a run does what is missing. Wall times mean something with one
job on an idle machine; CPU times always.

    python -m benchmarks.refine photos [--only NAME ...] [--jobs N]
    python -m benchmarks.refine renders --manifest FILE [--objects 30] [--only WORD ...]
        [--features FILE]
    python -m benchmarks.refine table [CSV]
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.photo_runs import all_photos
from benchmarks.quality.evaluate import prepare
from benchmarks.quality.features import FeatureNet, read_weights
from benchmarks.quality.objects import (
    ObjectRef,
    choose_objects,
    load_model,
    random_views,
    true_object,
)
from benchmarks.quality.rows import Row, append_rows, current_commit, read_rows
from benchmarks.refine_rows import refine_timed, row_of, truth_row
from bozzetto.capture.load import load_photo
from bozzetto.errors import BozzettoError
from bozzetto.matting.cut_out import cut_out
from bozzetto.pipeline.in_memory import draft_capture
from bozzetto.pipeline.masking import make_mask
from bozzetto.pipeline.options import DraftOptions, RefineOptions
from bozzetto.views.capture import capture_of_foregrounds
from bozzetto.views.foreground import Foreground
from bozzetto_train.scenes.gbuffer import prepare_scene

RESULTS = Path(__file__).parent / "results"
PHOTOS, RENDERS = RESULTS / "refine_photos.csv", RESULTS / "refine_renders.csv"
_OPTIONS = RefineOptions()


@dataclass(frozen=True, kw_only=True)
class Task:
    """One row to make; small, for sending to other processes."""

    subject: str
    engine: str
    commit: str
    photo: Path | None = None
    ref: ObjectRef | None = None
    features: Path | None = None
    """Weights for the perceptual distance."""


def make_row(task: Task) -> Row:
    """Draft, refine and measure one object."""
    head: Row = {"subject": task.subject, "engine": task.engine, "commit": task.commit}
    return head | (_photo_row(task) if task.ref is None else _render_row(task, task.ref))


def _photo_row(task: Task) -> Row:
    """Measure one of the shared photographs."""
    assert task.photo is not None
    photo, _ = load_photo(task.photo)
    foregrounds = [cut_out(photo, make_mask(photo).mask)]
    draft = draft_capture(capture_of_foregrounds(foregrounds), options=_draft_options(task))[0]
    return row_of(refine_timed(draft, foregrounds, options=_OPTIONS), foregrounds, options=_OPTIONS)


def _render_row(task: Task, ref: ObjectRef) -> Row:
    """Measure the render of one test object."""
    scene = prepare_scene(load_model(ref))
    (view,) = random_views(scene, true_object(scene, category=ref.category), count=1)
    foregrounds: list[Foreground] = [view.foreground]
    draft = draft_capture(capture_of_foregrounds(foregrounds), options=_draft_options(task))[0]
    timed = refine_timed(draft, foregrounds, options=_OPTIONS)
    net = None if task.features is None else FeatureNet(read_weights(task.features))
    row = row_of(timed, foregrounds, options=_OPTIONS)
    return row | truth_row(prepare(view, net=net), draft, timed.refined)


def _draft_options(task: Task) -> DraftOptions:
    """One draft: choosing between several is not refine's work."""
    return DraftOptions(engine=task.engine, variants=1)


def photo_tasks(engine: str, only: Sequence[str]) -> Iterator[Task]:
    """List the shared photographs."""
    for path in all_photos():
        if not only or path.stem in only:
            yield Task(
                subject=f"{path.parent.name}/{path.stem}",
                engine=engine,
                commit=current_commit(),
                photo=path,
            )


def render_tasks(
    engine: str, refs: Sequence[ObjectRef], *, features: Path | None
) -> Iterator[Task]:
    """List renders of test objects."""
    for ref in refs:
        yield Task(
            subject=ref.name, engine=engine, commit=current_commit(), ref=ref, features=features
        )


def named(refs: Sequence[ObjectRef], words: Sequence[str]) -> list[ObjectRef]:
    """Return those with a word at the start of their name or after a slash; all without words."""
    return [ref for ref in refs if not words or any(f"/{word}" in f"/{ref.name}" for word in words)]


def run(tasks: Sequence[Task], path: Path, *, jobs: int) -> None:
    """Make the rows that are missing."""
    done = {(row["subject"], row["engine"]) for row in read_rows(path)}
    left = [task for task in tasks if (task.subject, task.engine) not in done]
    print(f"{path.name}: {len(tasks) - len(left)} of {len(tasks)} are there.", flush=True)
    # A pool of one too: what a crash takes with it is one row.
    with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(make_row, task): task for task in left}
        for future in as_completed(running):
            try:
                row = future.result()
            except BozzettoError as error:
                print(f"{running[future].subject}: no row: {error}", flush=True)
                continue
            append_rows(path, [row])
            print(_said(row), flush=True)


def _said(row: Row) -> str:
    """Sum a row up in a line."""
    return (
        f"{row['subject']}: {row['cpu_total']} CPU-s, {row['wall_total']} s, "
        f"{row['psnr_db']} dB, IoU {row['iou']}, outline {row['outline_median_finished']}/"
        f"{row['outline_p95_finished']} px, seam {row['seam_jump']}, "
        f"self-intersections {row['self_intersections']}, inverted {row['inverted']}"
    )


def print_table(path: Path) -> None:
    """Print median, spread and range of every number, and how many rows keep what was asked."""
    rows = read_rows(path)
    print(f"{path.name}: {len(rows)} rows")
    print(f"{'':28}{'median':>10}{'lowest':>10}{'p10':>10}{'p90':>10}{'highest':>10}")
    for name in list(rows[0])[3:]:
        values = [float(row[name]) for row in rows if row[name] not in {"", "nan"}]
        if values:
            tenth, ninetieth = np.quantile(values, (0.1, 0.9))
            numbers = (statistics.median(values), min(values), tenth, ninetieth, max(values))
            print(f"{name:28}" + "".join(f"{number:10.3f}" for number in numbers))
    print()
    for said, keeps in CONTRACT.items():
        print(f"{sum(keeps(row) for row in rows):4} of {len(rows)}: {said}")


def _at_most(name: str, limit: float) -> Callable[[Row], bool]:
    """Ask for a number that is no larger; an empty one has nothing to be too large."""
    return lambda row: row[name] == "" or float(row[name]) <= limit


def _at_least(name: str, limit: float) -> Callable[[Row], bool]:
    """Ask for a number that is no smaller."""
    return lambda row: row[name] != "" and float(row[name]) >= limit


CONTRACT: dict[str, Callable[[Row], bool]] = {
    "agreement of 30 dB or more": _at_least("psnr_db", 30),
    "silhouette IoU of 0.985 or more": _at_least("iou", 0.985),
    "outline median of 1 px or less": _at_most("outline_median_finished", 1.0),
    "outline 95th percentile of 3 px or less": _at_most("outline_p95_finished", 3.0),
    "seam jump of 1.5 or less": _at_most("seam_jump", 1.5),
    "budget met": _at_most("budget_error", 0),
    "watertight": _at_least("watertight", 1),
    "nothing inverted": _at_most("inverted", 0),
    "nothing degenerate": _at_most("degenerate", 0),
    "no self-intersection": _at_most("self_intersections", 0),
    "no interior shell": _at_most("interior_shells", 0),
}
"""What each row is asked to keep."""


def main(arguments: list[str]) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    photos = commands.add_parser("photos")
    renders = commands.add_parser("renders")
    renders.add_argument("--manifest", type=Path)
    renders.add_argument("--objects", type=int, default=30)
    weights = os.environ.get("BOZZETTO_MOBILENET")
    renders.add_argument("--features", type=Path, default=Path(weights) if weights else None)
    for command in (photos, renders):
        command.add_argument("--only", nargs="*", default=[])
        command.add_argument("--engine", default="bozzetto")
        command.add_argument("--jobs", type=int, default=1)
    table = commands.add_parser("table")
    table.add_argument("csv", type=Path, nargs="?", default=PHOTOS)
    given = parser.parse_args(arguments)
    if given.command == "photos":
        run(list(photo_tasks(given.engine, given.only)), PHOTOS, jobs=given.jobs)
    elif given.command == "renders":
        refs = named(choose_objects(given.manifest, count=given.objects), given.only)
        tasks = render_tasks(given.engine, refs, features=given.features)
        run(list(tasks), RENDERS, jobs=given.jobs)
    else:
        print_table(given.csv)


if __name__ == "__main__":
    main(sys.argv[1:])
