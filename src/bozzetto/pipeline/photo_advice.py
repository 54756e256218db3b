"""Judge one photograph file without making a project."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from bozzetto.capture.load import read_bytes
from bozzetto.capture.overlay import draw_overlay
from bozzetto.errors import PhotoError
from bozzetto.executors.estimates import Estimates
from bozzetto.executors.inline import InlineExecutor
from bozzetto.findings import Finding, Severity
from bozzetto.pipeline.captured import decoded
from bozzetto.pipeline.codecs import encode_picture
from bozzetto.pipeline.masking import join_findings
from bozzetto.pipeline.options import MaskOptions
from bozzetto.pipeline.photo_to_asset import InputPhoto, PhotoLook, Run, look_at
from bozzetto.pipeline.results import Advice
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import InputFile, Node
from bozzetto.store.disk import write_file
from bozzetto.store.local import LocalStore
from bozzetto.views.photo import Photo

_DEFAULTS = MaskOptions()


@dataclass(frozen=True, kw_only=True)
class PhotoAdvice:
    """What was found about one photograph."""

    photo: str
    width: int
    height: int
    sha256: str
    findings: tuple[Finding, ...]
    overlays: tuple[Path, ...]
    """One picture per finding, in their order; empty when none were asked for."""

    @property
    def worst(self) -> Severity | None:
        """The gravest severity; None where nothing was found."""
        order = list(Severity)
        found = [finding.severity for finding in self.findings]
        return max(found, key=order.index, default=None)


def advise_file(
    path: Path, *, overlays: Path | None = None, options: MaskOptions = _DEFAULTS
) -> PhotoAdvice:
    """Say what is wrong with a photograph, and how to fix it.

    Args:
        path: The file.
        overlays: Folder for one picture per finding; None draws none.
        options: Which network finds the object.

    Raises:
        PhotoError: The file is not a photograph that can be used.
    """
    data, memo = read_bytes(path), Memo()
    with tempfile.TemporaryDirectory(prefix="bozzetto-") as folder:
        store = LocalStore(Path(folder))
        photo = InputFile(sha256=store.put(data), name=path.name)
        picture, file_findings = decoded(photo.sha256, photo.name, data, memo=memo)
        run = Run(store=store, executor=InlineExecutor(memo=memo), estimates=Estimates(None))
        look = look_at(InputPhoto(photo=photo), options=options)
        mask_findings = _try_mask(run, look)
        advice = look.advice if run.has(look.mask) else _without_mask(look)
        run.make(advice)
        made = run.value(advice)
    findings = (*file_findings, *join_findings(made.findings, mask_findings))
    pictures = () if overlays is None else _draw(picture, findings, overlays, stem=path.stem)
    return PhotoAdvice(
        photo=str(path),
        width=picture.width,
        height=picture.height,
        sha256=photo.sha256,
        findings=findings,
        overlays=pictures,
    )


def no_object(error: PhotoError, *, subject: str) -> Finding:
    """Say that no object was found, as a finding: the rest of the advice is still of use."""
    return Finding(
        code="mask.no_object",
        severity=Severity.ERROR,
        message=error.message,
        fix=error.advice,
        subject=subject,
    )


def _try_mask(run: Run, look: PhotoLook) -> tuple[Finding, ...]:
    """Cut the object out; a photo without one still gets the rest of the advice."""
    try:
        run.make(look.mask)
    except PhotoError as error:
        return (no_object(error, subject=look.photo.photo.name),)
    return run.value(look.mask).findings


def _without_mask(look: PhotoLook) -> Node[Advice]:
    """Plan the advice on a photo in which no object was found."""
    return replace(look.advice, inputs={"photo": look.photo.photo, "mask": None})


def _draw(
    photo: Photo, findings: tuple[Finding, ...], folder: Path, *, stem: str
) -> tuple[Path, ...]:
    """Write one overlay per finding."""
    paths: list[Path] = []
    for finding in findings:
        path = folder / f"{stem}.{finding.code}.jpg"
        write_file(path, encode_picture(draw_overlay(photo, finding), suffix=".jpg"))
        paths.append(path)
    return tuple(paths)
