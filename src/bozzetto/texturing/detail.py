"""What the finished, simpler surface takes over from the dense draft: normals, occlusion, colour.

Each texel looks along its normal, outwards and inwards, for the dense surface. Letters: v vertices
of the dense surface, n points, c channels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfacePoints, SurfaceTree, interpolate
from bozzetto.geometry.raycast import Hits, Raycaster

Points = Float32[np.ndarray, "n 3"]

_LEAST_AGREEMENT = 0.2  # Cosine between both surfaces' normals; below it another wall was hit.
_NUDGE = 1e-3  # Of the cage: rays start a little behind the point, to meet a surface through it.


@dataclass(frozen=True, kw_only=True, eq=False)
class Anchors:
    """The point of the dense surface that belongs to each point of the simple one."""

    at: SurfacePoints
    agrees: Bool[np.ndarray, " n"]
    """Whether it was found along the normal; False: only the nearest point, with other shading."""


class BakeSource:
    """A draft prepared for the transfer; build once, query often."""

    def __init__(self, mesh: Mesh, caster: Raycaster, *, cage: float) -> None:
        """Prepare it.

        Args:
            mesh: With normals.
            caster: Over the same mesh.
            cage: Farthest distance between the two surfaces along a normal, in metres.
        """
        if mesh.normals is None:
            raise ValueError("The dense surface needs normals.")
        self._mesh = mesh
        self._normals = mesh.normals
        self._facings = mesh.normals[mesh.triangles].mean(axis=1, dtype=np.float32)
        self._caster = caster
        self._tree = SurfaceTree(mesh)
        self._cage = np.float32(cage)

    def anchor(self, points: Points, normals: Points) -> Anchors:
        """Find the dense surface's points for points of the simple one."""
        inward = self._search(points, normals, np.float32(-1))
        triangle, weights = inward.triangle.copy(), inward.barycentric.copy()
        distance = inward.distance.copy()
        # Where both surfaces are one, nothing lies nearer outside.
        apart = np.flatnonzero(distance > 2 * _NUDGE * self._cage)
        outward = self._search(points[apart], normals[apart], np.float32(1))
        nearer = outward.distance < distance[apart]
        chosen = apart[nearer]
        triangle[chosen], weights[chosen] = outward.triangle[nearer], outward.barycentric[nearer]
        distance[chosen] = outward.distance[nearer]
        agrees = np.isfinite(distance)
        if not agrees.all():
            nearest = self._tree.closest(points[~agrees]).at
            triangle[~agrees], weights[~agrees] = nearest.triangle, nearest.barycentric
        return Anchors(at=SurfacePoints(triangle=triangle, barycentric=weights), agrees=agrees)

    def normals_at(self, anchors: Anchors) -> Points:
        """Return unit normals of the dense surface."""
        normals = interpolate(self._normals, self._mesh.triangles, anchors.at)
        lengths = np.sqrt(np.einsum("ij,ij->i", normals, normals))
        return normals / np.maximum(lengths, np.float32(1e-12))[:, None]

    def interpolate(
        self, values: Float32[np.ndarray, "v c"], anchors: Anchors
    ) -> Float32[np.ndarray, "n c"]:
        """Look up a vertex attribute of the dense surface."""
        return interpolate(values, self._mesh.triangles, anchors.at)

    def _search(self, points: Points, normals: Points, side: np.float32) -> Hits:
        """Look for the surface on one side; hits too far or facing elsewhere count as none."""
        directions = normals * side
        start = points - directions * (self._cage * np.float32(_NUDGE))
        hits = self._caster.first_hits(start, directions, reach=float(self._cage))
        found = np.flatnonzero(hits.found & (hits.distance <= self._cage))
        facings = self._facings.take(hits.triangle[found], axis=0)
        agreement = np.einsum("ij,ij->i", normals[found], facings)
        distance = np.full(len(points), np.inf, np.float32)
        good = found[agreement > _LEAST_AGREEMENT]
        distance[good] = hits.distance[good]
        return Hits(triangle=hits.triangle, barycentric=hits.barycentric, distance=distance)
