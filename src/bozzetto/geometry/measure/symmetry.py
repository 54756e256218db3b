"""Find the upright mirror plane of an object, and say how well the object keeps it.

Objects stand on the ground, so only planes that contain the up direction are looked at. Letters:
n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.sampling import sample_surface

_COARSE_DEG = 7.5
_SEARCH_POINTS, _SCORE_POINTS = 600, 4_000
_TOLERANCE = 0.0025  # Of the diagonal: farther from its mirror image, a point counts as unlike.
_HALVINGS = 9
_CUT = 0.02  # Of the diagonal: differences beyond all weigh the same.
_LEFT_FROM_RIGHT = 2e-4  # Of the diagonal, for each radian: decides between equals only.


@dataclass(frozen=True, kw_only=True)
class MirrorPlane:
    """An upright plane and how symmetric the surface is about it."""

    normal: tuple[float, float, float]
    """Unit length, horizontal."""
    offset: float
    """The plane is where the product of point and normal equals this; metres."""
    score: float
    """Share of the surface, 0 to 1, whose mirror image lies within 0.25 % of the diagonal."""

    def mirrored(self, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
        """Return the mirror images of points."""
        normal = np.array(self.normal)
        return points - 2 * ((points @ normal) - self.offset)[:, None] * normal


def find_mirror_plane(mesh: Mesh, *, seed: int = 0) -> MirrorPlane:
    """Find the best upright mirror plane; its score says whether it deserves the name.

    Of equally good planes the one nearest to x = 0 wins, which parts left from right. The search
    minimises the mean distance between surface and mirror image, cut off at a fiftieth of the
    diagonal, so that an arm on one side does not turn the plane.

    Args:
        mesh: With area; size and place do not matter.
        seed: Of the points that are compared.
    """
    tree = SurfaceTree(mesh)
    low, high = (bound.astype(np.float64) for bound in mesh.bounds)
    diagonal = float(np.linalg.norm(high - low))
    points = sample_surface(mesh, count=_SEARCH_POINTS, seed=seed).points
    centre = _centroid(mesh)
    misfit = _Misfit(tree=tree, points=points, centre=centre, diagonal=diagonal)
    angles = np.radians(np.arange(-90 + _COARSE_DEG, 90 + 1e-9, _COARSE_DEG))
    costs = [misfit.at(angle, 0.0) for angle in angles]
    start = (float(angles[int(np.argmin(costs))]), 0.0)
    best = _refined(misfit, start, step=(float(np.radians(_COARSE_DEG)) / 2, diagonal / 50))
    normal = _normal(best[0])
    plane = MirrorPlane(
        normal=(float(normal[0]), 0.0, float(normal[2])),
        offset=float(centre @ normal + best[1]),
        score=0.0,
    )
    spread = sample_surface(mesh, count=_SCORE_POINTS, seed=seed + 1).points
    near = tree.closest(plane.mirrored(spread)).distance <= _TOLERANCE * diagonal
    return MirrorPlane(normal=plane.normal, offset=plane.offset, score=float(near.mean()))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Misfit:
    """How far points are from the surface after mirroring, and from parting left from right."""

    tree: SurfaceTree
    points: Float64[np.ndarray, "n 3"]
    centre: Float64[np.ndarray, " 3"]
    diagonal: float

    def at(self, angle: float, shift: float) -> float:
        """Weigh a plane by its angle and its way from the centre; the less, the better."""
        normal = _normal(angle)
        plane = MirrorPlane(
            normal=(float(normal[0]), 0.0, float(normal[2])),
            offset=float(self.centre @ normal) + shift,
            score=0.0,
        )
        distance = self.tree.closest(plane.mirrored(self.points)).distance
        mean = float(np.minimum(distance, _CUT * self.diagonal).mean())
        return mean + _LEFT_FROM_RIGHT * self.diagonal * abs(angle)


def _centroid(mesh: Mesh) -> Float64[np.ndarray, " 3"]:
    """Return the centre of the surface; that of sampled points would jitter."""
    areas = np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)
    middles = mesh.positions[mesh.triangles].astype(np.float64).mean(axis=1)
    return (middles * areas[:, None]).sum(axis=0) / areas.sum()


def _normal(angle: float) -> Float64[np.ndarray, " 3"]:
    """Return the horizontal direction at an angle from +x."""
    return np.array([np.cos(angle), 0.0, np.sin(angle)])


def _refined(
    misfit: _Misfit, start: tuple[float, float], *, step: tuple[float, float]
) -> tuple[float, float]:
    """Search around a plane with ever smaller steps."""
    angle, shift = start
    turn, move = step
    cost = misfit.at(angle, shift)
    for _ in range(_HALVINGS):
        for turned, moved in ((turn, 0.0), (-turn, 0.0), (0.0, move), (0.0, -move)):
            tried = misfit.at(angle + turned, shift + moved)
            if tried < cost:
                angle, shift, cost = angle + turned, shift + moved, tried
        turn, move = turn / 2, move / 2
    return angle, shift
