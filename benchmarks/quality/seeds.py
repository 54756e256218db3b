"""How much three seeds of one photograph differ where it shows nothing, and agree where it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmarks.quality.evaluate import silhouette_of
from benchmarks.quality.scene import NUM_POINTS
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.geometry.compare.distance import PointCloud, compare
from bozzetto.geometry.compare.normalization import Frame, normalize
from bozzetto.geometry.compare.solid import volume_iou
from bozzetto.geometry.measure.outside import visible_from
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.sampling import sample_surface

_F_005 = 2  # Of `THRESHOLDS`.


@dataclass(frozen=True, kw_only=True)
class SeedSpread:
    """Means over the pairs of seeds."""

    hidden_f005: float
    """F-score at 0.05 between the hidden surfaces, in the first draft's box of longest side 2.
    Both are samples, which alone keeps it a little below 1; see `same_f005`."""
    same_f005: float
    """The same between two samples of the first draft: what no difference at all would give."""
    silhouette_iou: float
    """Between the silhouettes that the drafts show to their cameras."""


def compare_seeds(drafts: Sequence[Reconstruction]) -> SeedSpread:
    """Compare drafts of one photograph."""
    casters = [Raycaster(draft.mesh.positions, draft.mesh.triangles) for draft in drafts]
    outlines = [
        silhouette_of(caster, draft.cameras[0])
        for draft, caster in zip(drafts, casters, strict=True)
    ]
    box = normalize(drafts[0].mesh.positions.astype(np.float64), frame=Frame.BOX)
    hidden = [
        PointCloud(box.apply(_hidden_points(draft, caster, seed=number)))
        for number, (draft, caster) in enumerate(zip(drafts, casters, strict=True))
    ]
    again = PointCloud(box.apply(_hidden_points(drafts[0], casters[0], seed=99)))
    return SeedSpread(
        hidden_f005=_mean(compare(a, b).f_scores[_F_005] for a, b in combinations(hidden, 2)),
        same_f005=compare(hidden[0], again).f_scores[_F_005],
        silhouette_iou=_mean(volume_iou(a, b) for a, b in combinations(outlines, 2)),
    )


def _hidden_points(draft: Reconstruction, caster: Raycaster, *, seed: int) -> np.ndarray:
    """Sample the surface that the draft's own camera does not see."""
    points = sample_surface(draft.mesh, count=NUM_POINTS, seed=seed).points
    low, high = draft.mesh.bounds
    slack = 2e-3 * float(np.linalg.norm(high - low))
    position = draft.cameras[0].position
    return points[~visible_from(caster, points, position=position, slack=slack)]


def _mean(values) -> float:
    """Return the mean."""
    return float(np.mean(list(values)))
