"""The unit and the up axis of files that say neither: stated by a person, or guessed.

OBJ, STL and PLY hold bare numbers. A model is in metres with +y up, so a reader takes the numbers
for that and says so; here they get the meaning that a person states. Only STL is guessed at, since
its files are of parts to be made: numbers too large for metres are millimetres, and +z is up.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.model import Model
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.formats.meshes.cleaning import moved_mesh

_LARGE = 10.0
"""Longest side from which an STL without a unit is taken for millimetres."""
_STRANGE = 100.0
"""Longest side in metres from which other formats are asked about."""
_Y_FROM_Z_UP = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])


class Unit(StrEnum):
    """What one stands for in a file."""

    MILLIMETRE = "mm"
    CENTIMETRE = "cm"
    METRE = "m"
    INCH = "in"
    FOOT = "ft"

    @property
    def metres(self) -> float:
        """Its length."""
        return {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048}[self.value]


class Up(StrEnum):
    """Which axis points up in a file."""

    Y = "y"
    Z = "z"


@dataclass(frozen=True, kw_only=True)
class SourceFrame:
    """What a person says about a file that does not say it itself."""

    unit: Unit | None = None
    up: Up | None = None

    @property
    def is_stated(self) -> bool:
        """Whether anything was said."""
        return self.unit is not None or self.up is not None


AS_READ = SourceFrame()


def framed(
    model: Model, findings: tuple[Finding, ...], *, name: str, kind: str, frame: SourceFrame
) -> tuple[Model, tuple[Finding, ...]]:
    """Give a model the unit and up axis that were stated, or that are likely.

    Args:
        model: As read: numbers taken for metres, +y up.
        findings: Of the reader; `KIND.unit` among them means that the file says no unit.
        name: The file's.
        kind: Name of its format.
        frame: What was stated.

    Raises:
        InputError: A unit or axis was stated for a file that says its own.
    """
    code = f"{kind}.unit"
    if not any(finding.code == code for finding in findings):
        if frame.is_stated:
            raise InputError(
                f"{name} says its unit and up axis itself, so none can be stated.",
                advice="Leave --source-unit and --source-up out; --size gives it another size.",
            )
        return model, findings
    longest = _longest(model)
    guessed = _guessed(frame, kind=kind, longest=longest)
    if not guessed.is_stated:
        return model, (*findings, *_doubts(longest, name=name, frame=frame))
    others = tuple(finding for finding in findings if finding.code != code)
    notes = () if guessed == frame else (_guess_finding(guessed, name=name, longest=longest),)
    return _moved(model, guessed), (*others, *notes)


def _guessed(frame: SourceFrame, *, kind: str, longest: float) -> SourceFrame:
    """Complete what was stated by what is likely."""
    if kind != "stl":
        return frame
    unit = frame.unit
    if unit is None and longest > _LARGE:
        unit = Unit.MILLIMETRE
    up = frame.up
    if up is None and unit is Unit.MILLIMETRE:
        up = Up.Z
    return SourceFrame(unit=unit, up=up)


def _guess_finding(guessed: SourceFrame, *, name: str, longest: float) -> Finding:
    """Say what was guessed, and from what."""
    return Finding(
        code="source.guessed",
        severity=Severity.WARNING,
        message=f"The file says no unit and is {longest:.4g} long, so 1 is taken for"
        f" {(guessed.unit or Unit.METRE).value} and +{(guessed.up or Up.Y).value} for up, as in"
        " files for printing.",
        fix="State it: --source-unit mm, cm, m, in or ft, and --source-up y or z.",
        subject=name,
        measured=longest,
        limit=_LARGE,
    )


def _doubts(longest: float, *, name: str, frame: SourceFrame) -> tuple[Finding, ...]:
    """Ask about sizes that are strange in metres."""
    if frame.unit is not None or longest <= _STRANGE:
        return ()
    return (
        Finding(
            code="source.size",
            severity=Severity.WARNING,
            message=f"In metres, which are assumed, the object is {longest:,.4g} m long.",
            fix="State the unit: --source-unit mm, cm, m, in or ft.",
            subject=name,
            measured=longest,
            limit=_STRANGE,
        ),
    )


def _longest(model: Model) -> float:
    """Return the longest extent."""
    bounds = [part.mesh.bounds for part in model.parts if part.mesh.num_triangles]
    low = np.min([low for low, _ in bounds], axis=0)
    return float((np.max([high for _, high in bounds], axis=0) - low).max())


def _moved(model: Model, frame: SourceFrame) -> Model:
    """Scale and turn a model that has no skeleton."""
    turn = _Y_FROM_Z_UP if frame.up is Up.Z else np.eye(4)
    metres = 1.0 if frame.unit is None else frame.unit.metres
    matrix: Float64[np.ndarray, "4 4"] = np.diag([metres, metres, metres, 1.0]) @ turn
    parts = tuple(
        replace(part, mesh=moved_mesh(part.mesh, asset_from_mesh=matrix)) for part in model.parts
    )
    return replace(model, parts=parts)
