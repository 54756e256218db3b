"""A draft: the quick white model that a person judges before anything costly is done."""

from dataclasses import dataclass

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.findings import Finding
from bozzetto.views.camera import Camera


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One measurable point for or against a draft."""

    name: str
    """What was measured, as in `silhouette_iou`."""
    value: float
    """As measured."""
    score: float
    """0 (bad) to 1 (good); the draft's score is the weighted mean of these."""
    weight: float
    """Above 0."""
    text: str
    """One short clause for a person."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """One proposal of an engine: shape, vertex colours, cameras of the photos, confidence."""

    mesh: Mesh
    """Watertight, upright, front +z, lowest point at y = 0; with colors, confidence and origin."""
    cameras: tuple[Camera, ...]
    """One per foreground, in their order, at the size of the photos."""
    engine: str
    variant: str
    """What sets this proposal apart, in a word or two."""
    seed: int
    reasons: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()
    seen: tuple[SeenMaps | None, ...] = ()
    """What the engine says of the surface in each photo, in the order of the cameras; empty for
    engines that say nothing."""

    @property
    def score(self) -> float:
        """Weighted mean of the reasons, 0 to 1; 0 without reasons."""
        total = sum(reason.weight for reason in self.reasons)
        if total == 0:
            return 0.0
        return sum(reason.weight * reason.score for reason in self.reasons) / total
