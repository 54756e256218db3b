"""Can this be rigged? Reasons, each with the nearest fix.

Frame: +y up. Letters: c cells.
"""

from dataclasses import dataclass

import numpy as np

from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.rigging.anatomy import Anatomy
from bozzetto.rigging.landmarks import Landmarks
from bozzetto.rigging.voxels import Voxels


class UnriggableError(InputError):
    """A model that is no two-legged figure, or none whose limbs can be told apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Suitable:
    """A figure that can be rigged, and what is doubtful about it."""

    anatomy: Anatomy
    findings: tuple[Finding, ...]


def check_suitability(
    voxels: Voxels, anatomy: Anatomy | None, seen: Landmarks
) -> Suitable:
    """Decide whether a figure can be rigged.

    Raises:
        UnriggableError: It cannot; the message says why.
    """
    if anatomy is None:
        raise UnriggableError("no two feet", advice="")
    return Suitable(anatomy=anatomy, findings=())
