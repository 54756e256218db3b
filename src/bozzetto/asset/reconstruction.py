"""A reconstruction: what an engine makes of photographs, the white model that a person judges.

It holds the shape, how each photo was placed around it, and how far both can be trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.findings import Finding
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One measurable point for or against a reconstruction."""

    name: str
    """What was measured, as in `silhouette_iou`."""
    value: float
    """As measured."""
    score: float
    """0 (bad) to 1 (good); the reconstruction's score is the weighted mean of these."""
    weight: float
    """Above 0."""
    text: str
    """One short clause for a person."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How the size of the mesh relates to the size of the object."""

    known: bool
    """Whether the mesh is in true metres; otherwise its longest side is 1."""
    relative_uncertainty: float | None = None
    """Standard deviation of the size as a share of it; None where it is not known."""
    source: str = ""
    """What the size was taken from, as in `marker board`; empty where it is not known."""

    def __post_init__(self) -> None:
        """Refuse negative uncertainty."""
        if self.relative_uncertainty is not None and not self.relative_uncertainty >= 0:
            raise ValueError(f"An uncertainty is 0 or more, got {self.relative_uncertainty}.")


UNKNOWN_SCALE = Scale(known=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class PosedPhoto:
    """One photo of the capture as the engine placed it."""

    photo_id: str
    """`CapturedPhoto.id`."""
    camera: Camera | None
    """At the photo's full upright size, in the mesh's frame; None where the photo could not be
    placed."""
    seen: SeenMaps | None = None
    """What the engine says of the surface in this photo; None where it says nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reconstruction:
    """One proposal of an engine: shape, vertex colours, cameras of the photos, confidence."""

    mesh: Mesh
    """Watertight, upright, front +z, lowest point at y = 0; with colors, confidence and origin."""
    posed: tuple[PosedPhoto, ...]
    """One for each photo that the engine was given, in the capture's order."""
    engine: str
    variant: str
    """What sets this proposal apart, in a word or two."""
    seed: int
    resolved_detail: float
    """Smallest detail that the shape resolves, as a share of its longest side, above 0 to 1; what
    is smaller is noise of the engine, which sculpting smooths away."""
    scale: Scale = UNKNOWN_SCALE
    reasons: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """Check the level of detail, and that every photo is named once."""
        if not 0 < self.resolved_detail <= 1:
            raise ValueError(
                f"resolved_detail is a share of the longest side, above 0 and at most 1, got "
                f"{self.resolved_detail}."
            )
        ids = [photo.photo_id for photo in self.posed]
        if len(set(ids)) != len(ids):
            raise ValueError("A reconstruction places each photo once.")

    @property
    def score(self) -> float:
        """Weighted mean of the reasons, 0 to 1; 0 without reasons."""
        total = sum(reason.weight for reason in self.reasons)
        if total == 0:
            return 0.0
        return sum(reason.weight * reason.score for reason in self.reasons) / total

    @property
    def placed(self) -> tuple[PosedPhoto, ...]:
        """The photos that have a camera, in the capture's order."""
        return tuple(photo for photo in self.posed if photo.camera is not None)

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """The cameras of `placed`, in the same order."""
        return tuple(photo.camera for photo in self.posed if photo.camera is not None)

    def placed_foregrounds(
        self, foregrounds: Sequence[Foreground]
    ) -> tuple[tuple[Foreground, Camera, SeenMaps | None], ...]:
        """Pair the photos that have a camera with their cut-outs, by the photos' ids.

        Args:
            foregrounds: In any order; those that were not placed are left out.
        """
        by_id = {foreground.sha256: foreground for foreground in foregrounds}
        return tuple(
            (by_id[photo.photo_id], photo.camera, photo.seen)
            for photo in self.posed
            if photo.camera is not None and photo.photo_id in by_id
        )
