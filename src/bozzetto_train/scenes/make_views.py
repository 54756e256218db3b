"""Render views of every object of a manifest: `python -m bozzetto_train.scenes.make_views`.

One file per object. What is there is kept, so the command resumes and can be stopped at any time.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from bozzetto_train.objects.entry import ObjectEntry
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.load import load_object
from bozzetto_train.objects.manifest import read_manifest
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.scenes.carve import BAND
from bozzetto_train.scenes.gbuffer import prepare_scene, render
from bozzetto_train.scenes.record import SIZE, ViewRecord
from bozzetto_train.scenes.view_file import SUFFIX, write_views
from bozzetto_train.scenes.viewpoint import random_viewpoint

_TRIES_PER_VIEW = 3
_MIN_SOLID_CELLS = 60


@dataclass(frozen=True, kw_only=True)
class MakeViews:
    """Render training views."""

    manifest: Path
    """As written by `python -m bozzetto_train.objects.build`."""
    out: Path
    """Folder of the views; one subfolder per split."""
    views: int = 8
    """Views per object."""
    round: int = 0
    """Another round renders other views of the same objects beside the earlier ones."""
    size: int = SIZE
    """Pixels a side; half of the usual takes a fifth of the time and needs no `scenes.halve`."""
    processes: int = 2
    splits: Annotated[tuple[str, ...], tyro.conf.arg(name="splits")] = ("train", "validation")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one object."""

    name: str
    views: int
    problem: str = ""


def make_views(job: MakeViews) -> None:
    """Render what is missing, and print the rate every few seconds."""
    entries = [entry for entry in read_manifest(job.manifest).objects if entry.split in job.splits]
    missing = [entry for entry in entries if not view_path(job, entry).exists()]
    # Any prefix of the work should be a fair sample of all sources.
    missing.sort(key=lambda entry: hashlib.sha256(entry.name.encode()).digest())
    print(f"{len(entries)} objects, {len(missing)} to render", flush=True)  # noqa: T201
    job.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(job.processes, mp_context=get_context("spawn")) as pool:
        chunks = [missing[start : start + 8] for start in range(0, len(missing), 8)]
        futures = [pool.submit(_render_objects, chunk, job) for chunk in chunks]
        started, last, outcomes = time.monotonic(), 0.0, list[Outcome]()
        for future in as_completed(futures):
            outcomes += future.result()
            _note_problems(job.out, future.result())
            elapsed = time.monotonic() - started
            if elapsed - last > 10:
                last = elapsed
                _print_rate(outcomes, elapsed, left=len(missing) - len(outcomes))
        _print_rate(outcomes, time.monotonic() - started, left=len(missing) - len(outcomes))


def view_path(job: MakeViews, entry: ObjectEntry) -> Path:
    """Where the views of one object go."""
    digest = hashlib.sha256(entry.name.encode()).hexdigest()[:20]
    return job.out / entry.split / f"{digest}-{job.round}{SUFFIX}"


def _render_objects(entries: Sequence[ObjectEntry], job: MakeViews) -> list[Outcome]:
    """Render a few objects; the failures of one do not touch the others."""
    outcomes: list[Outcome] = []
    for entry in entries:
        try:
            model = load_object(entry)
            records = render_object(model, count=job.views, round_=job.round, size=job.size)
        except (ObjectError, ValueError) as error:
            outcomes.append(Outcome(name=entry.name, views=0, problem=str(error)))
            records = ()
        else:
            outcomes.append(Outcome(name=entry.name, views=len(records)))
        # An empty file says that the object was tried.
        write_views(view_path(job, entry), records)
    return outcomes


def render_object(
    model: ObjectModel, *, count: int, round_: int, size: int = SIZE
) -> tuple[ViewRecord, ...]:
    """Render some views; the object's name and the round decide which.

    Raises:
        ObjectError: The object encloses nothing and has no thickness either.
    """
    digest = hashlib.sha256(f"{model.name}/{round_}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "little"))
    scene = prepare_scene(model)
    distance = scene.distance
    if (distance.values < 0).sum() < _MIN_SOLID_CELLS or (distance.values == -BAND).mean() > 0.6:
        raise ObjectError(f"{model.name} is almost empty or fills its whole box.")
    records: list[ViewRecord] = []
    for _ in range(count * _TRIES_PER_VIEW):
        if len(records) == count:
            break
        record = render(scene, random_viewpoint(rng, model.positions), rng, size=size)
        if record is not None:
            records.append(record)
    return tuple(records)


def _note_problems(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Append failures to a log beside the data."""
    with (out / "problems.jsonl").open("a", encoding="utf-8") as log:
        for outcome in outcomes:
            if outcome.problem:
                log.write(json.dumps({"name": outcome.name, "problem": outcome.problem}) + "\n")


def _print_rate(outcomes: Sequence[Outcome], elapsed: float, *, left: int) -> None:
    """Say how far the work is."""
    done, views = len(outcomes), sum(outcome.views for outcome in outcomes)
    failed = sum(bool(outcome.problem) for outcome in outcomes)
    rate = views / max(elapsed, 1e-9)
    minutes = left * elapsed / max(done, 1) / 60
    print(  # noqa: T201
        f"{done} objects, {views} views, {failed} failed, {rate:.1f} views/s, "
        f"{minutes:.0f} min left",
        flush=True,
    )


if __name__ == "__main__":
    make_views(tyro.cli(MakeViews))
