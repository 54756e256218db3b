"""How far two surfaces are apart at the worst place, and on average, each way.

Letters: n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree
from bozzetto.geometry.sampling import sample_surface


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Distances between a surface and the one it stands for, in metres."""

    outward_max: float
    """Largest distance from a point of the surface to the reference (one-sided Hausdorff)."""
    outward_mean: float
    inward_max: float
    """Largest distance from a point of the reference to the surface: what was lost."""
    inward_mean: float
    diagonal: float
    """Of the reference's bounds, to which the distances are compared."""

    @property
    def hausdorff(self) -> float:
        """The larger of both one-sided distances."""
        return max(self.outward_max, self.inward_max)

    @property
    def percent_of_diagonal(self) -> float:
        """The Hausdorff distance as a percentage of the reference's diagonal."""
        return 100 * self.hausdorff / max(self.diagonal, 1e-30)


def measure_deviation(
    mesh: Mesh, reference: Mesh, *, samples: int = 50_000, seed: int = 0
) -> Deviation:
    """Measure how far a surface is from the one it stands for, and the other way round.

    Distances are exact at every vertex of both and at points spread over both. The true maximum is
    at most the distance between neighbouring points larger.

    Args:
        mesh: The surface, usually with fewer triangles.
        reference: What it stands for.
        samples: Points spread over each, above 0.
        seed: Of their places.
    """
    outward = SurfaceTree(reference).closest(_probes(mesh, samples, seed=seed)).distance
    inward = SurfaceTree(mesh).closest(_probes(reference, samples, seed=seed)).distance
    low, high = reference.bounds
    return Deviation(
        outward_max=float(outward.max()),
        outward_mean=_mean_of_samples(outward, samples),
        inward_max=float(inward.max()),
        inward_mean=_mean_of_samples(inward, samples),
        diagonal=float(np.linalg.norm((high - low).astype(np.float64))),
    )


def _probes(mesh: Mesh, samples: int, *, seed: int) -> Float64[np.ndarray, "n 3"]:
    """Return points spread by area, then the vertices in use."""
    spread = sample_surface(mesh, count=samples, seed=seed).points
    vertices = mesh.positions[np.unique(mesh.triangles)]
    return np.concatenate([spread, vertices.astype(np.float64)])


def _mean_of_samples(distance: Float32[np.ndarray, " n"], samples: int) -> float:
    """Return the mean over the spread points: vertices crowd where there is detail."""
    return float(distance[:samples].astype(np.float64).mean())
