"""One shape from one to four photos: predict each, place them to each other, join, check."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.engines.network.expected import Volume
from bozzetto.engines.network.fuse import carved, fuse, silhouette_agreement
from bozzetto.engines.network.loose_parts import tied
from bozzetto.engines.network.placing import AZIMUTH_DEG
from bozzetto.engines.network.pose import Direction, Pose
from bozzetto.engines.network.register import QUICK, Body, body_of, register
from bozzetto.engines.network.sides import (
    choose_sides,
    guessed_finding,
    possible_sides,
    reference_index,
)
from bozzetto.engines.network.solid import Solid, solid_of, volume_of
from bozzetto.engines.network.view import View
from bozzetto.engines.network.volume import Field, fitted_field, joined_field, predicted_field
from bozzetto.findings import Finding, Severity
from bozzetto.views.foreground import Side

_ALLOWED_LOSS = 0.01  # Of silhouette agreement: measured on coarse rays.
_LEAST_FIT = 0.75  # Agreement below which photos of one solid thing hardly ever are.
_CLEARLY_BETTER = 0.05  # By which another view's silhouettes must agree better than the front's.


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined:
    """A shape on the working grid of one view, and where all cameras stand."""

    view: View
    """The reference: its grid, its camera frame."""
    field: Field
    """With the silhouettes of the masks."""
    poses: tuple[Pose, ...]
    """From every view's camera frame to the reference's, in the order of the photos."""
    up_in_camera: Direction
    """The object's up in the reference's camera frame."""
    azimuth_deg: float
    """Where the reference camera stands, from the object's front towards its own left."""
    findings: tuple[Finding, ...] = ()


def join(views: Sequence[View]) -> Joined:
    """Turn predictions into one shape."""
    return _alone(views[0]) if len(views) == 1 else _together(views)


def _alone(view: View) -> Joined:
    """Take the one view's volume."""
    field, findings = tied(fitted_field(predicted_field(view, volume_of(view)), view), view)
    return Joined(
        view=view,
        field=field,
        poses=(Pose.identity(),),
        up_in_camera=view.up_in_camera,
        azimuth_deg=AZIMUTH_DEG[view.foreground.side or Side.FRONT],
        findings=findings,
    )


def _together(views: Sequence[View]) -> Joined:
    """Register the views, fuse them, and keep the fusion unless one view alone fits better."""
    foregrounds = [view.foreground for view in views]
    reference = reference_index(foregrounds)
    solids = [solid_of(view) for view in views]
    bodies = [body_of(view, solid) for view, solid in zip(views, solids, strict=True)]
    sides = _sides(views, bodies, reference)
    poses = _poses(bodies, sides, reference)
    findings: tuple[Finding, ...] = ()
    if any(photo.side is None for photo in foregrounds):
        findings = (guessed_finding(foregrounds, sides),)
    fused = fuse(solids, poses, reference=reference)
    alone = [
        silhouette_agreement(solid, pose, solids=solids, poses=poses)
        for solid, pose in zip(solids, poses, strict=True)
    ]
    joint = silhouette_agreement(fused, Pose.identity(), solids=solids, poses=poses)
    best = int(np.argmax(alone))
    if alone[best] < alone[reference] + _CLEARLY_BETTER:
        best = reference
    if joint < alone[best] - _ALLOWED_LOSS:
        findings = (*findings, _not_fused(views[best], joint, alone[best]))
        return _best_alone(views, poses, best=best, side=sides[best], findings=findings)
    if joint < _LEAST_FIT:
        findings = (*findings, _loose_fit(views[reference], joint))
    joint_field = joined_field(views[reference], _volume(fused))
    rest = [k for k in range(len(views)) if k != reference]
    field = carved(
        joint_field,
        views[reference],
        others=[views[k] for k in rest],
        poses=[poses[k] for k in rest],
    )
    field, tied_findings = tied(fitted_field(field, views[reference]), views[reference])
    return Joined(
        view=views[reference],
        field=field,
        poses=poses,
        up_in_camera=_mean_up(views, poses),
        azimuth_deg=AZIMUTH_DEG[sides[reference]],
        findings=(*findings, *tied_findings),
    )


def _sides(views: Sequence[View], bodies: Sequence[Body], reference: int) -> tuple[Side, ...]:
    """Settle which side each photo shows."""
    possible = possible_sides([view.foreground for view in views])
    ahead = possible[reference][0]

    def overlap(body: Body, side: Side) -> float:
        azimuth = _between(ahead, side)
        return register(body, bodies[reference], azimuth_deg=azimuth, options=QUICK).overlap

    overlaps = [
        {side: overlap(body, side) for side in sides} if len(sides) > 1 else {}
        for body, sides in zip(bodies, possible, strict=True)
    ]
    return choose_sides(possible, overlaps)


def _poses(bodies: Sequence[Body], sides: Sequence[Side], reference: int) -> tuple[Pose, ...]:
    """Register every view to the reference."""
    return tuple(
        Pose.identity()
        if k == reference
        else register(
            bodies[k], bodies[reference], azimuth_deg=_between(sides[reference], sides[k])
        ).pose
        for k in range(len(bodies))
    )


def _between(reference: Side, side: Side) -> float:
    """Return where a side's camera stands, seen from the reference's, in degrees."""
    return (AZIMUTH_DEG[side] - AZIMUTH_DEG[reference] + 180) % 360 - 180


def _best_alone(
    views: Sequence[View],
    poses: Sequence[Pose],
    *,
    best: int,
    side: Side,
    findings: tuple[Finding, ...],
) -> Joined:
    """Take one view's volume; the cameras of the others stay where they were found."""
    single = _alone(views[best])
    back = poses[best].inverse()
    return Joined(
        view=views[best],
        field=single.field,
        poses=tuple(back @ pose for pose in poses),
        up_in_camera=views[best].up_in_camera,
        azimuth_deg=AZIMUTH_DEG[side],
        findings=(*findings, *single.findings),
    )


def _mean_up(views: Sequence[View], poses: Sequence[Pose]) -> Float64[np.ndarray, " 3"]:
    """Return the mean of all views' ups in the reference's camera frame, unit."""
    ups = [pose.rotation @ view.up_in_camera for view, pose in zip(views, poses, strict=True)]
    mean = np.mean(ups, axis=0)
    return mean / np.linalg.norm(mean)


def _volume(solid: Solid) -> Volume:
    """Return what was fused as a volume to be refined."""
    return Volume(distances=solid.values, meets=np.asarray((solid.values > 0).any(axis=0)))


def _loose_fit(view: View, joint: float) -> Finding:
    """Tell that the photos agree less than those of one object should."""
    return Finding(
        code="draft.views.loose_fit",
        severity=Severity.WARNING,
        message=f"The photos fit together only loosely: the joint outline agrees to {joint:.0%}"
        " with the masks.",
        fix="Check that all photos show the same object in the same state, and name their sides.",
        subject=view.foreground.name,
        measured=joint,
        limit=_LEAST_FIT,
    )


def _not_fused(view: View, joint: float, alone: float) -> Finding:
    """Tell that the photos did not fit together."""
    return Finding(
        code="draft.views.not_fused",
        severity=Severity.WARNING,
        message=f"The photos do not fit together (the joint outline agrees to {joint:.0%} with the"
        f" masks, {view.foreground.name} alone to {alone:.0%}), so the shape comes from"
        f" {view.foreground.name} alone.",
        fix="Check that all photos show the same object in the same state, and name their sides.",
        subject=view.foreground.name,
        measured=joint,
        limit=alone,
    )
