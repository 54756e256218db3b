"""From a draft's surface to the high-poly that the finished mesh is made from and baked from.

Smooth and even, its outlines those of the photos, with the relief that the photos' shading shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.geometry.repair.dense_folds import smooth_folds
from bozzetto.geometry.repair.faulty_moves import undo_faulty_moves
from bozzetto.geometry.repair.moved_pair import MeshWithDense, repair_moved_pair
from bozzetto.sculpting.detail import DetailOptions, add_detail
from bozzetto.sculpting.fairing import FairingOptions, fair
from bozzetto.sculpting.outline import OutlineError
from bozzetto.sculpting.silhouette import (
    OutlineTarget,
    SilhouetteOptions,
    fit_silhouette,
    outline_errors,
)
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground


@dataclass(frozen=True, kw_only=True, eq=False)
class SculptView:
    """A cut-out photo and the camera that took it."""

    foreground: Foreground
    camera: Camera
    """At the photo's size."""
    seen: SeenMaps | None = None
    """What the engine says of this photo, if it does."""

    @property
    def target(self) -> OutlineTarget:
        """The outline that is wanted."""
        return OutlineTarget(camera=self.camera, alpha=self.foreground.alpha)


@dataclass(frozen=True, kw_only=True)
class SculptOptions:
    """Settings of all steps."""

    fairing: FairingOptions = field(default_factory=FairingOptions)
    silhouette: SilhouetteOptions = field(default_factory=SilhouetteOptions)
    detail: DetailOptions | None = field(default_factory=DetailOptions)
    """None leaves relief out."""


@dataclass(frozen=True, kw_only=True)
class OutlineFacts:
    """How far a mesh's outline is from the mask's, in pixels of a picture 1,024 px long."""

    draft: OutlineError
    """The draft's."""
    finished: OutlineError
    """The finished mesh's."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HighPoly:
    """The high-poly."""

    mesh: Mesh
    outlines: tuple[OutlineError, ...]
    """Of the draft, one for each view."""
    share_relieved: float = 0.0
    """Largest share of vertices, 0 to 1, to which a photo's shading gave relief."""


def sculpt(
    draft: Mesh, views: Sequence[SculptView], *, options: SculptOptions = SculptOptions()
) -> HighPoly:
    """Shape a draft's surface; the connectivity stays.

    Args:
        draft: Closed, triangles share vertices.
        views: One or more; none leave outlines alone.
        options: Settings of all steps.
    """
    targets = [view.target for view in views]
    before = outline_errors(draft, targets)
    smooth = undo_faulty_moves(draft, fair(draft, options=options.fairing))
    fitted = fit_silhouette(smooth, targets, options=options.silhouette)
    mesh, relieved = fitted.mesh, 0.0
    if options.detail is not None:
        for view in views:
            detailed = add_detail(
                mesh, view.foreground, view.camera, seen=view.seen, options=options.detail
            )
            if detailed.share > 0:
                mesh = undo_faulty_moves(mesh, detailed.mesh)
                relieved = max(relieved, detailed.share)
    return HighPoly(mesh=smooth_folds(mesh), outlines=before, share_relieved=relieved)


@dataclass(frozen=True, kw_only=True, eq=False)
class Finish:
    """The low-poly after its last change of shape."""

    mesh: Mesh
    dense: Mesh
    """What the mesh stands for, moved likewise."""
    outlines: tuple[OutlineFacts, ...]
    """One for each view."""


def fit_finished(
    mesh: Mesh,
    views: Sequence[SculptView],
    *,
    dense: Mesh,
    draft: Sequence[OutlineError],
    mirror: MirrorPlane | None = None,
    options: SculptOptions = SculptOptions(),
) -> Finish:
    """Fit the finished mesh's own outline: corners of a coarse mesh cut round outlines short.

    Args:
        mesh: Closed, triangles share vertices; faces, budget and quads stay.
        views: Those it was sculpted from.
        dense: What it was made from; it moves along, so that the mesh goes on standing for it.
        draft: How far the draft's outlines were off, for each view.
        mirror: Plane about which the mesh is symmetric and shall stay so.
        options: Of the outline.
    """
    targets = [view.target for view in views]
    fitted = fit_silhouette(mesh, targets, mirror=mirror, along=dense, options=options.silhouette)
    moved = MeshWithDense(mesh=fitted.mesh, dense=fitted.along or dense)
    sound = repair_moved_pair(MeshWithDense(mesh=mesh, dense=dense), moved)
    touched = not np.array_equal(sound.mesh.positions, moved.mesh.positions)
    facts = tuple(
        OutlineFacts(draft=before, finished=after)
        for before, after in zip(
            draft, outline_errors(sound.mesh, targets) if touched else fitted.after, strict=True
        )
    )
    return Finish(mesh=sound.mesh, dense=sound.dense, outlines=facts)
