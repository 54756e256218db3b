"""The two-line front door: paths as strings, sensible defaults, the runs over a project folder."""

import os
from collections.abc import Sequence
from pathlib import Path

from bozzetto.pipeline import making, steps
from bozzetto.pipeline.approval import Approval
from bozzetto.pipeline.cleaning import Cleaning
from bozzetto.pipeline.names import default_folder
from bozzetto.pipeline.options import MakeOptions, MaskOptions, RefineOptions
from bozzetto.pipeline.report import Delivery
from bozzetto.progress import Progress, silent
from bozzetto.views.mask import Stroke

AnyPath = str | os.PathLike[str]

_DEFAULTS = MakeOptions()


def make(
    *photos: AnyPath,
    output: AnyPath | None = None,
    masks: Sequence[AnyPath] = (),
    options: MakeOptions = _DEFAULTS,
    progress: Progress = silent,
) -> Delivery:
    """Turn photos of one object into a finished asset.

    Args:
        photos: Files, one object; the first should show most of it.
        output: The project's folder; `<first photo>.bozzetto` unless given.
        masks: Mask files, one for each photo, or none.
        options: Settings of all steps.
        progress: Told about every stage.

    Returns:
        Where the files are, and the report; `.asset` is the GLB's path.

    Raises:
        BozzettoError: With one sentence that says what was wanted, what came, and what to do.
    """
    paths = _paths(photos)
    return making.make(
        paths,
        output=_folder(output, paths),
        masks=_paths(masks),
        options=options,
        progress=progress,
    )


def mask(
    *photos: AnyPath,
    output: AnyPath | None = None,
    masks: Sequence[AnyPath] = (),
    strokes: Sequence[Stroke] | None = None,
    options: MaskOptions = _DEFAULTS.mask,
    progress: Progress = silent,
) -> steps.MaskedPhotos:
    """Cut the object out of each photo; strokes correct the first one's mask."""
    paths = _paths(photos)
    return steps.mask(
        paths,
        output=_folder(output, paths),
        masks=_paths(masks),
        strokes=strokes,
        options=options,
        progress=progress,
    )


def draft(
    *photos: AnyPath,
    output: AnyPath | None = None,
    masks: Sequence[AnyPath] = (),
    options: MakeOptions = _DEFAULTS,
    progress: Progress = silent,
) -> steps.Drafted:
    """Make white models to choose from, ranked, with reasons."""
    paths = _paths(photos)
    return steps.draft(
        paths,
        output=_folder(output, paths),
        masks=_paths(masks),
        options=options,
        progress=progress,
    )


def approve(project: AnyPath, variant: str | int, *, approved_by: str | None = None) -> Approval:
    """Choose the draft of a project that refine may work on: rank, name or key."""
    return steps.approve(Path(project), str(variant), approved_by=approved_by)


def refine(
    project: AnyPath,
    *,
    options: RefineOptions = _DEFAULTS.refine,
    lock_texture: AnyPath | None = None,
    progress: Progress = silent,
) -> Delivery:
    """Turn the approved draft of a project into a finished asset; white texels of a lock stay."""
    return making.refine(
        Path(project),
        options=options,
        lock_texture=None if lock_texture is None else Path(lock_texture),
        progress=progress,
    )


def clean(project: AnyPath, *, remove: bool = False) -> Cleaning:
    """Say how much space results that nothing refers to take; free it where `remove` says so."""
    return steps.clean(Path(project), remove=remove)


def _paths(given: Sequence[AnyPath]) -> tuple[Path, ...]:
    """Turn whatever names a file into paths."""
    return tuple(Path(path) for path in given)


def _folder(output: AnyPath | None, photos: Sequence[Path]) -> Path:
    """Return the project's folder."""
    if output is not None:
        return Path(output)
    return default_folder(photos) if photos else Path("bozzetto")
