"""What HTTP adds to findings; everything else about them is defined in `bozzetto.findings`."""

from dataclasses import dataclass

from bozzetto.findings import Finding
from bozzetto.wire.base import File


@dataclass(frozen=True, kw_only=True)
class ShownFinding(Finding):
    """A finding with the picture that shows it."""

    overlay: File | None = None
    """The finding drawn over its photo."""
