"""How far two surfaces are apart, by points sampled on both: Chamfer distance, F-score, normals.

Definitions follow the field's reports, so that figures compare: Chamfer distance as the mean of
both one-way means, not squared (ZeroShape, TripoSR), F-scores at fixed thresholds in a frame of
longest side 2. Letters: n points of one cloud, m of the other, h of a hull.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.spatial import ConvexHull, QhullError, cKDTree

from bozzetto.geometry.compare.nearest_grid import NearestGrid
from bozzetto.geometry.compare.similarity import Similarity

THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Of the F-scores."""

Points3 = Float64[np.ndarray, "n 3"]


class PointCloud:
    """Points of a surface prepared for nearest-neighbour queries; build once, query often."""

    def __init__(self, points: Points3, normals: Points3 | None = None) -> None:
        if len(points) == 0 or not np.isfinite(points).all():
            raise ValueError("A point cloud needs at least one point, all of them finite.")
        self.points = points
        self.normals = normals
        self._tree = cKDTree(points)

    def nearest(self, points: Points3) -> tuple[Float64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
        """Return the distance to, and the index of, the nearest point of the cloud."""
        return self._tree.query(points)

    @cached_property
    def grid(self) -> NearestGrid:
        """Neighbours to look up, for where there are too many questions for the tree."""
        return NearestGrid(self.points)

    @cached_property
    def hull(self) -> Float64[np.ndarray, "h 3"]:
        """The corners of the convex hull: they alone decide the bounding box of any rotation."""
        try:
            return self.points[ConvexHull(self.points).vertices]
        except (QhullError, ValueError):  # Flat, or too few points.
            return self.points


@dataclass(frozen=True, kw_only=True, eq=False)
class Matches:
    """Nearest neighbours between two clouds, both ways, in the frame of the second (the truth)."""

    forward: Float64[np.ndarray, " n"]
    """From each predicted point to the truth."""
    forward_index: Int64[np.ndarray, " n"]
    backward: Float64[np.ndarray, " m"]
    """From each true point to the prediction."""
    backward_index: Int64[np.ndarray, " m"]
    forward_cosine: Float64[np.ndarray, " n"] | None
    """Between the normals, 0 to 1 (without sign); None where a cloud has no normals."""
    backward_cosine: Float64[np.ndarray, " m"] | None

    def chamfer(self) -> float:
        """Return the Chamfer distance, mean form."""
        return float(self.forward.mean() + self.backward.mean()) / 2

    def part(self, of_truth: Bool[np.ndarray, " m"]) -> "Matches":
        """Keep one part of the truth, and what of the prediction is nearest to it."""
        ahead = of_truth[self.forward_index]
        cosines = self.forward_cosine, self.backward_cosine
        return Matches(
            forward=self.forward[ahead],
            forward_index=self.forward_index[ahead],
            backward=self.backward[of_truth],
            backward_index=self.backward_index[of_truth],
            forward_cosine=None if cosines[0] is None else cosines[0][ahead],
            backward_cosine=None if cosines[1] is None else cosines[1][of_truth],
        )


@dataclass(frozen=True, kw_only=True)
class SurfaceDistance:
    """The figures of one comparison; lengths in the truth's frame, NaN where nothing is there."""

    accuracy: float
    """Mean distance from the prediction to the truth."""
    completeness: float
    """Mean distance from the truth to the prediction."""
    cd_mean: float
    """Half the sum of accuracy and completeness."""
    cd_sum: float
    """Their sum (PartCrafter)."""
    cd_squared: float
    """Sum of both means of squared distances (PyTorch3D)."""
    f_scores: tuple[float, ...]
    """Harmonic mean of precision and recall, 0 to 1, at `THRESHOLDS`."""
    normal_consistency: float
    """Mean absolute cosine between normals of nearest points, 0 to 1 (Mescheder et al. 2019);
    without sign, because artists' meshes have faces both ways."""
    normal_error_deg: float
    """Mean angle between those normals, 0 to 90; 57.3 for normals that have nothing in common."""


def match(prediction: PointCloud, truth: PointCloud, *, onto_truth: Similarity) -> Matches:
    """Find nearest neighbours both ways.

    Args:
        prediction: In its own frame.
        truth: In the frame in which distances count.
        onto_truth: Brings the prediction into the truth's frame.
    """
    forward, forward_index = truth.nearest(onto_truth.apply(prediction.points))
    # Asked in the prediction's frame, so that its tree serves every alignment.
    near, backward_index = prediction.nearest(onto_truth.inverse().apply(truth.points))
    forward_cosine, backward_cosine = None, None
    if prediction.normals is not None and truth.normals is not None:
        turned = onto_truth.rotate(prediction.normals)
        forward_cosine = _cosines(turned, truth.normals[forward_index])
        backward_cosine = _cosines(turned[backward_index], truth.normals)
    return Matches(
        forward=forward,
        forward_index=forward_index,
        backward=near * onto_truth.scale,
        backward_index=backward_index,
        forward_cosine=forward_cosine,
        backward_cosine=backward_cosine,
    )


def summarize(matches: Matches) -> SurfaceDistance:
    """Turn nearest neighbours into the figures."""
    accuracy, completeness = _mean(matches.forward), _mean(matches.backward)
    return SurfaceDistance(
        accuracy=accuracy,
        completeness=completeness,
        cd_mean=(accuracy + completeness) / 2,
        cd_sum=accuracy + completeness,
        cd_squared=_mean(matches.forward**2) + _mean(matches.backward**2),
        f_scores=tuple(f_score(matches, threshold=threshold) for threshold in THRESHOLDS),
        normal_consistency=_both(matches.forward_cosine, matches.backward_cosine),
        normal_error_deg=_both(_degrees(matches.forward_cosine), _degrees(matches.backward_cosine)),
    )


def f_score(matches: Matches, *, threshold: float) -> float:
    """Return the harmonic mean of the shares nearer than `threshold`; NaN without any truth."""
    if len(matches.backward) == 0:
        return float("nan")
    if len(matches.forward) == 0:
        return 0.0  # Nothing predicted is nearest to this part of the truth: it was not found.
    precision = float((matches.forward < threshold).mean())
    recall = float((matches.backward < threshold).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def compare(
    prediction: PointCloud, truth: PointCloud, *, onto_truth: Similarity | None = None
) -> SurfaceDistance:
    """Measure how far a predicted surface is from the true one; see `match`."""
    onto_truth = Similarity.identity() if onto_truth is None else onto_truth
    return summarize(match(prediction, truth, onto_truth=onto_truth))


def _mean(values: Float64[np.ndarray, " n"]) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")


def _both(
    forward: Float64[np.ndarray, " n"] | None, backward: Float64[np.ndarray, " m"] | None
) -> float:
    """Return the mean of both ways' means, NaN without normals."""
    if forward is None or backward is None:
        return float("nan")
    return (_mean(forward) + _mean(backward)) / 2


def _cosines(first: Points3, second: Points3) -> Float64[np.ndarray, " n"]:
    """Return the absolute cosine between unit vectors."""
    return np.minimum(np.abs(np.einsum("ij,ij->i", first, second)), 1.0)


def _degrees(cosine: Float64[np.ndarray, " n"] | None) -> Float64[np.ndarray, " n"] | None:
    """Return angles."""
    return None if cosine is None else np.degrees(np.arccos(cosine))
