"""Orientation, focal length and camera from EXIF, which may say anything: nothing here trusts it.

Standard: CIPA DC-008 (Exif 3.0). A 35 mm equivalent compares diagonals (CIPA DCG-001).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import ExifTags, Image

from bozzetto.findings import Finding, Severity

_DIAGONAL_OF_35_MM = math.hypot(36, 24)
_MM_PER_RESOLUTION_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
_NARROWEST_VIEW_DEG = 0.5
_WIDEST_VIEW_DEG = 150.0
_LONGEST_NAME = 80
_SAME_ASPECT = 0.02
"""Relative difference of aspect ratios up to which a picture counts as not cropped."""


@dataclass(frozen=True, kw_only=True)
class ExifFacts:
    """What could be used of a photograph's EXIF."""

    orientation: int = 1
    """1 to 8, as the standard numbers them; 1 is upright."""
    focal_px: float | None = None
    """Focal length in pixels of this picture; None where EXIF does not tell it."""
    camera: str = ""
    """Make, model and lens; empty where EXIF does not tell them."""
    findings: tuple[Finding, ...] = ()


def read_exif(read: Callable[[], Image.Exif], *, width: int, height: int, name: str) -> ExifFacts:
    """Read what is of use from EXIF; nonsense becomes a finding, never an error.

    Args:
        read: Brings the tags from the decoder; what it raises is caught, too.
        width: Of the stored picture, before its orientation is applied.
        height: As width.
        name: The photo's name, for findings.
    """
    try:
        exif = read()
        orientation, findings = _orientation(exif.get(ExifTags.Base.Orientation), name=name)
        tags: Mapping[int, object] = exif.get_ifd(ExifTags.IFD.Exif)
        focal_px, focal_findings = _focal_px(tags, width=width, height=height, name=name)
        camera = _camera(exif, tags)
    except Exception as error:  # Pillow raises a dozen types on spoilt EXIF, some undocumented.
        return ExifFacts(findings=(_exif_finding("unreadable", f"cannot be read ({error})", name),))
    return ExifFacts(
        orientation=orientation,
        focal_px=focal_px,
        camera=camera,
        findings=findings + focal_findings,
    )


def _camera(exif: Mapping[int, object], tags: Mapping[int, object]) -> str:
    """Join make, model and lens; many models name their make already."""
    make, model = (_text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    lens = _text(tags.get(ExifTags.Base.LensModel))
    if make and model.lower().startswith(make.lower()):
        make = ""
    return " ".join(part for part in (make, model, lens) if part)


def _text(value: object) -> str:
    """Return printable text of one line, cut to a length that a name has; else an empty one."""
    if not isinstance(value, str):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in value)
    return " ".join(printable.split())[:_LONGEST_NAME]


def _orientation(value: object, *, name: str) -> tuple[int, tuple[Finding, ...]]:
    """Return an orientation from 1 to 8; anything else counts as upright."""
    if value is None:
        return 1, ()
    if isinstance(value, int) and 1 <= value <= 8:
        return value, ()
    finding = _exif_finding("orientation", f"gives the orientation {value!r}, not 1 to 8", name)
    return 1, (finding,)


def _focal_px(
    tags: Mapping[int, object], *, width: int, height: int, name: str
) -> tuple[float | None, tuple[Finding, ...]]:
    """Return the focal length in pixels, from the better of the two ways EXIF has to tell it."""
    scale = _scale_since_exposure(tags, width=width, height=height)
    told = [tags.get(tag) for tag in (ExifTags.Base.FocalLength, _FOCAL_35)]
    if all(value is None for value in told):
        return None, ()
    if scale is None:
        finding = _exif_finding(
            "cropped", "is of another crop, so the focal length is unknown", name
        )
        return None, (finding,)
    focal_px = _from_35_mm(tags, width=width, height=height) or _from_focal_plane(tags, scale=scale)
    if focal_px is not None and _is_sane(focal_px, width=width, height=height):
        return focal_px, ()
    if focal_px is None and all(value is None or _number(value) is not None for value in told):
        return None, ()  # A focal length in millimetres alone tells nothing about pixels.
    finding = _exif_finding("focal", "gives a focal length that cannot be", name)
    return None, (finding,)


_FOCAL_35 = ExifTags.Base.FocalLengthIn35mmFilm


def _from_35_mm(tags: Mapping[int, object], *, width: int, height: int) -> float | None:
    """Compare this picture's diagonal with that of 35 mm film."""
    focal_mm = _number(tags.get(_FOCAL_35))
    if focal_mm is None:
        return None
    return focal_mm / _DIAGONAL_OF_35_MM * math.hypot(width, height)


def _from_focal_plane(tags: Mapping[int, object], *, scale: float) -> float | None:
    """Use the sensor's pixels per unit of length."""
    focal_mm = _number(tags.get(ExifTags.Base.FocalLength))
    resolution = _number(tags.get(ExifTags.Base.FocalPlaneXResolution))
    unit = tags.get(ExifTags.Base.FocalPlaneResolutionUnit, 2)
    mm_per_unit = _MM_PER_RESOLUTION_UNIT.get(unit) if isinstance(unit, int) else None
    if focal_mm is None or resolution is None or mm_per_unit is None:
        return None
    return focal_mm * resolution / mm_per_unit * scale


def _scale_since_exposure(tags: Mapping[int, object], *, width: int, height: int) -> float | None:
    """Return this picture's size over that at exposure; None where it was cropped since."""
    sides = [_number(tags.get(t)) for t in (_EXIF_WIDTH, _EXIF_HEIGHT)]
    if sides[0] is None or sides[1] is None:
        return 1.0
    before, now = sorted((sides[0], sides[1])), sorted((width, height))
    aspect_change = (now[1] / now[0]) / (before[1] / before[0])
    return now[1] / before[1] if abs(aspect_change - 1) <= _SAME_ASPECT else None


_EXIF_WIDTH = ExifTags.Base.ExifImageWidth
_EXIF_HEIGHT = ExifTags.Base.ExifImageHeight


def _number(value: object) -> float | None:
    """Return a positive finite number; zero, NaN, text and the like give None."""
    try:
        number = float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _is_sane(focal_px: float, *, width: int, height: int) -> bool:
    """Accept angles of view that a photographic lens can have."""
    view_deg = math.degrees(2 * math.atan(max(width, height) / 2 / focal_px))
    return _NARROWEST_VIEW_DEG <= view_deg <= _WIDEST_VIEW_DEG


def _exif_finding(code: str, what: str, name: str) -> Finding:
    """Spoilt EXIF never spoils the picture, so it is for information only."""
    return Finding(
        code=f"photo.exif.{code}",
        severity=Severity.INFO,
        message=f"The photo's EXIF {what}; it is ignored.",
        fix="Nothing to do unless the camera's angle of view matters.",
        subject=name,
    )
