"""Bring a predicted shape onto the true one, in levels that forgive more and more.

Protocol of the TripoSR family of reports: brute-force rotation by the lowest Chamfer distance, then
ICP (rotation and translation), then ICP that fits the scale too. No level is worse than the one
before it. Letters: n points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float64

from bozzetto.geometry.compare.distance import Matches, PointCloud, match
from bozzetto.geometry.compare.normalization import Frame
from bozzetto.geometry.compare.rotation_search import (
    Rotations,
    all_rotations,
    place_rotated,
    rank_placements,
    yaw_rotations,
)
from bozzetto.geometry.compare.similarity import Similarity, fit_similarity


class Level(StrEnum):
    """What is forgiven before the comparison."""

    NONE = "none"
    """Place and size only, by the frame."""
    YAW = "yaw"
    """A turn about the vertical axis, in 72 steps."""
    SO3 = "so3"
    """Any rotation, on the 24 x 24 x 12 grid."""
    SO3_ICP = "so3+icp"
    """And a fine fit of rotation and translation."""
    SO3_ICP_SCALE = "so3+icp+scale"
    """And of the scale."""


@dataclass(frozen=True, kw_only=True)
class AlignOptions:
    """How alignments are searched; the defaults are the protocol."""

    frame: Frame = Frame.BOX
    """The prediction is brought into it after every rotation; the truth comes in it."""
    yaw_steps: int = 72
    grid: tuple[int, int, int] = (24, 24, 12)
    """Steps of azimuth, elevation and roll."""
    candidates: int = 6
    """How many rotations of the fast ranking are measured with points."""
    candidate_stride: int = 4
    """Every so manieth point counts in that."""
    icp_iterations: int = 50
    """At most, with neighbours looked up in grids; they make the large moves."""
    icp_fine_iterations: int = 6
    """At most, with true nearest neighbours; they settle the place."""
    icp_stride: int = 5
    """Every so manieth point is drawn to its nearest neighbour among all; 1 takes all points."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Alignment:
    """One level's result."""

    level: Level
    onto_truth: Similarity
    """Brings the prediction from its own frame into the truth's."""
    matches: Matches
    """Nearest neighbours under it."""


def align(
    prediction: PointCloud, truth: PointCloud, *, options: AlignOptions = AlignOptions()
) -> tuple[Alignment, ...]:
    """Align at all levels, in the order of `Level`.

    Args:
        prediction: In its own frame; for `Frame.GT_FRAME` already in the truth's.
        truth: In the frame of `options.frame`.
        options: Steps and effort.
    """

    def measured(level: Level, onto_truth: Similarity) -> Alignment:
        matches = match(prediction, truth, onto_truth=onto_truth)
        return Alignment(level=level, onto_truth=onto_truth, matches=matches)

    none = place_rotated(prediction, np.eye(3)[None], frame=options.frame)[0]
    levels = [measured(Level.NONE, none)]
    for level, rotations in (
        (Level.YAW, yaw_rotations(options.yaw_steps)),
        (Level.SO3, all_rotations(*options.grid)),
    ):
        found = find_rotation(prediction, truth, rotations, options=options)
        levels.append(_better(levels[-1], measured(level, found)))
    for level, with_scale in ((Level.SO3_ICP, False), (Level.SO3_ICP_SCALE, True)):
        fitted = refine_by_icp(
            prediction,
            truth,
            start=levels[-1].onto_truth,
            with_scale=with_scale,
            options=options,
        )
        levels.append(_better(levels[-1], measured(level, fitted)))
    return tuple(levels)


def find_rotation(
    prediction: PointCloud,
    truth: PointCloud,
    rotations: Rotations,
    *,
    options: AlignOptions = AlignOptions(),
) -> Similarity:
    """Return the rotation, with its normalisation, of the lowest Chamfer distance.

    All rotations are ranked by look-ups in distance grids, the best few measured with points.
    """
    placements = place_rotated(prediction, rotations, frame=options.frame)
    order = rank_placements(prediction, truth, placements)[: options.candidates]
    best = place_rotated(prediction, rotations[order], frame=options.frame)
    placed = [best[index] for index in range(len(order))]
    stride = options.candidate_stride
    return min(placed, key=lambda one: _chamfer(prediction, truth, onto_truth=one, stride=stride))


def refine_by_icp(
    prediction: PointCloud,
    truth: PointCloud,
    *,
    start: Similarity,
    with_scale: bool,
    with_rotation: bool = True,
    options: AlignOptions = AlignOptions(),
) -> Similarity:
    """Move the prediction until nearest neighbours, taken both ways, are as near as they get.

    Both ways, because with one way a free scale shrinks the prediction into the truth's densest
    part, and because it is what the Chamfer distance measures.
    """
    source = prediction.points[:: options.icp_stride]
    target = truth.points[:: options.icp_stride]
    current = start
    for neighbours, iterations in (
        (_looked_up, options.icp_iterations),
        (_exact, options.icp_fine_iterations),
    ):
        for _ in range(iterations):
            moved, back = current.apply(source), current.inverse().apply(target)
            step = fit_similarity(
                np.concatenate([moved, current.apply(neighbours(prediction, back))]),
                np.concatenate([neighbours(truth, moved), target]),
                with_scale=with_scale,
                with_rotation=with_rotation,
            )
            current = step @ current
            if _is_still(step, moved):
                break
    return current


def _looked_up(cloud: PointCloud, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
    """Return nearest neighbours to within a cell of the cloud's grid."""
    return cloud.grid.nearest(points)


def _exact(cloud: PointCloud, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
    """Return nearest neighbours."""
    return cloud.points[cloud.nearest(points)[1]]


def _is_still(step: Similarity, points: Float64[np.ndarray, "n 3"]) -> bool:
    """Tell whether a step moved nothing by a length that could be seen in any figure."""
    return bool(np.abs(step.apply(points) - points).max() < 1e-4)


def _better(before: Alignment, found: Alignment) -> Alignment:
    """Keep what the level before found where this one did worse."""
    if found.matches.chamfer() <= before.matches.chamfer():
        return found
    return Alignment(level=found.level, onto_truth=before.onto_truth, matches=before.matches)


def _chamfer(
    prediction: PointCloud, truth: PointCloud, *, onto_truth: Similarity, stride: int
) -> float:
    """Return the Chamfer distance of some of the points to all of the others."""
    forward, _ = truth.nearest(onto_truth.apply(prediction.points[::stride]))
    near, _ = prediction.nearest(onto_truth.inverse().apply(truth.points[::stride]))
    return float(forward.mean() + near.mean() * onto_truth.scale)


def level_of(alignments: Sequence[Alignment], level: Level) -> Alignment:
    """Pick one level."""
    return next(one for one in alignments if one.level is level)
