"""Judge one photograph file without making a project."""

from dataclasses import dataclass
from pathlib import Path

from bozzetto.capture.advice import advise
from bozzetto.capture.load import load_photo
from bozzetto.capture.overlay import draw_overlay
from bozzetto.errors import PhotoError
from bozzetto.findings import Finding, Severity
from bozzetto.pipeline.options import MaskOptions
from bozzetto.pipeline.photo_to_asset import join_findings, make_mask
from bozzetto.pipeline.store import write_file
from bozzetto.pipeline.stored import encode_picture
from bozzetto.views.mask import Mask
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
    photo, findings = load_photo(path)
    mask, mask_findings = _try_mask(photo, options=options)
    findings = (*findings, *join_findings(advise(photo, mask), mask_findings))
    pictures = () if overlays is None else _draw(photo, findings, overlays, stem=path.stem)
    return PhotoAdvice(
        photo=str(path),
        width=photo.width,
        height=photo.height,
        sha256=photo.sha256,
        findings=findings,
        overlays=pictures,
    )


def _try_mask(photo: Photo, *, options: MaskOptions) -> tuple[Mask | None, tuple[Finding, ...]]:
    """Cut the object out; a photo without one still gets the rest of the advice."""
    try:
        masked = make_mask(photo, options=options)
    except PhotoError as error:
        missing = Finding(
            code="mask.no_object",
            severity=Severity.ERROR,
            message=error.message,
            fix=error.advice,
            subject=photo.name,
        )
        return None, (missing,)
    return masked.mask, masked.findings


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
