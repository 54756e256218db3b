"""What all runs over a project folder share: holding it, its photographs, its list of drafts."""

from collections.abc import Generator
from contextlib import contextmanager

from bozzetto.executors.base import Executor
from bozzetto.executors.estimates import Estimates, default_timings_path
from bozzetto.executors.inline import InlineExecutor
from bozzetto.logs import run_log
from bozzetto.pipeline.photo_to_asset import (
    InputPhoto,
    Run,
)
from bozzetto.pipeline.project import (
    Project,
    exclusive,
    read_manifest,
)
from bozzetto.plans.memo import Memo
from bozzetto.progress import Progress


@contextmanager
def running(
    project: Project,
    progress: Progress,
    *,
    memo: Memo | None = None,
    executor: Executor | None = None,
) -> Generator[Run]:
    """Hold a project for one run, and remember how long its stages took."""
    with exclusive(project), run_log(project.root, progress) as progress:
        read_manifest(project)  # Of another version it is refused before any work is done.
        estimates = Estimates(default_timings_path())
        used = executor or InlineExecutor(memo=memo)
        try:
            yield Run(store=project.store, executor=used, estimates=estimates, progress=progress)
        finally:
            estimates.save()
            if executor is None:
                used.close()


def photos_of(project: Project) -> tuple[InputPhoto, ...]:
    """Return the project's photographs as the steps take them."""
    return tuple(
        InputPhoto(photo=entry.photo, user_mask=entry.user_mask, strokes=entry.strokes)
        for entry in read_manifest(project).photos
    )
