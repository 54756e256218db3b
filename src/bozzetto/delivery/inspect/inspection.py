"""Look into any 3D file: what is in it, how sound it is, and what shops and engines would say."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bozzetto.delivery.open_model import Opened, open_model
from bozzetto.delivery.source_frame import AS_READ, SourceFrame
from bozzetto.findings import Finding
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import FactLimits, ModelFacts, measure_model
from bozzetto.qa.model_findings import find_in_model
from bozzetto.qa.profile import ProfileResult, judge, load_profile

_LIMITS = FactLimits()


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What is true of a file."""

    file: FileFacts
    model: ModelFacts
    findings: tuple[Finding, ...]
    """Of the reader first, then what was measured."""
    profiles: tuple[ProfileResult, ...]

    @property
    def accepted(self) -> bool:
        """Whether no hard rule of any profile is broken."""
        return all(result.accepted for result in self.profiles)


def inspect_file(
    path: Path,
    *,
    profiles: Sequence[str] = (),
    limits: FactLimits = _LIMITS,
    frame: SourceFrame = AS_READ,
) -> Inspection:
    """Report what a 3D file holds.

    Args:
        path: The file, with the files that it refers to beside it.
        profiles: Names of profiles to hold it against.
        limits: Above which sizes it is measured in part.
        frame: The unit and up axis of a file that says neither.

    Raises:
        InputError: The file cannot be read, is of another kind, is damaged or holds no triangles.
        UnknownNameError: There is no profile of that name.
    """
    chosen = [load_profile(name) for name in profiles]  # Before the work, so that typos cost none.
    opened = open_model(path, frame=frame)
    inspection = inspect_opened(opened, limits=limits)
    results = tuple(judge(profile, inspection.model, opened.file) for profile in chosen)
    return dataclasses.replace(inspection, profiles=results)


def inspect_opened(opened: Opened, *, limits: FactLimits = _LIMITS) -> Inspection:
    """Report on a model that was read already; without profiles."""
    model = measure_model(opened.model, limits=limits)
    found = (*opened.findings, *find_in_model(model, opened.file))
    findings = tuple(dataclasses.replace(f, subject=f.subject or opened.file.name) for f in found)
    return Inspection(file=opened.file, model=model, findings=findings, profiles=())
