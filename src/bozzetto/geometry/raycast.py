"""Cast rays at triangle meshes with Embree.

Letters: v vertices, t triangles, n rays.
"""

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from jaxtyping import Bool, Float32, Float64, Int32

Rays = Float32[np.ndarray, "n 3"] | Float64[np.ndarray, "n 3"]

_RAYS_PER_BATCH = 1 << 20  # Bounds the memory of one query to about 100 MB.


@dataclass(frozen=True, kw_only=True, eq=False)
class Hits:
    """The first hit of each ray."""

    triangle: Int32[np.ndarray, " n"]
    """Index of the triangle; -1 for rays that hit nothing."""
    barycentric: Float32[np.ndarray, "n 3"]
    """Weights of the triangle's corners; meaningless where nothing was hit."""
    distance: Float32[np.ndarray, " n"]
    """Along the ray, in lengths of its direction; infinite where nothing was hit."""

    @property
    def found(self) -> Bool[np.ndarray, " n"]:
        """Which rays hit something."""
        return self.triangle >= 0


class Raycaster:
    """A mesh prepared for ray queries; build once, query often."""

    def __init__(
        self, positions: Float32[np.ndarray, "v 3"], triangles: Int32[np.ndarray, "t 3"]
    ) -> None:
        self._scene = EmbreeScene(robust=True)
        # The scene refers to these arrays without owning them.
        self._mesh = TriangleMesh(
            self._scene,
            np.ascontiguousarray(positions, np.float32),
            np.ascontiguousarray(triangles, np.int32),
        )

    def first_hits(self, origins: Rays, directions: Rays, *, reach: float = np.inf) -> Hits:
        """Find where each ray first meets the mesh.

        Args:
            origins: Where rays start.
            directions: Need not be unit length.
            reach: How far rays go, in lengths of their direction; short ones are cheap.
        """
        parts = [
            self._query(
                origins[start : start + _RAYS_PER_BATCH],
                directions[start:][:_RAYS_PER_BATCH],
                reach=reach,
            )
            for start in range(0, max(len(origins), 1), _RAYS_PER_BATCH)
        ]
        return Hits(
            triangle=np.concatenate([part.triangle for part in parts]),
            barycentric=np.concatenate([part.barycentric for part in parts]),
            distance=np.concatenate([part.distance for part in parts]),
        )

    def is_blocked(self, origins: Rays, directions: Rays) -> Bool[np.ndarray, " n"]:
        """Tell which rays meet the mesh anywhere ahead of their origin."""
        blocked = np.empty(len(origins), bool)
        for start in range(0, len(origins), _RAYS_PER_BATCH):
            window = slice(start, start + _RAYS_PER_BATCH)
            # Embree's occlusion query stops at any hit, so it is cheaper than the first one.
            answer = self._scene.run(
                np.ascontiguousarray(origins[window], np.float32),
                np.ascontiguousarray(directions[window], np.float32),
                query="OCCLUDED",
            )
            blocked[window] = np.asarray(answer) >= 0
        return blocked

    def _query(self, origins: Rays, directions: Rays, *, reach: float) -> Hits:
        """Run one batch."""
        if len(origins) == 0:
            return Hits(
                triangle=np.zeros(0, np.int32),
                barycentric=np.zeros((0, 3), np.float32),
                distance=np.zeros(0, np.float32),
            )
        answer = self._scene.run(
            np.ascontiguousarray(origins, np.float32),
            np.ascontiguousarray(directions, np.float32),
            dists=np.full(len(origins), reach, np.float32),
            output=True,
        )
        triangle = np.asarray(answer["primID"], np.int32)
        u, v = np.asarray(answer["u"], np.float32), np.asarray(answer["v"], np.float32)
        distance = np.where(triangle >= 0, np.asarray(answer["tfar"], np.float32), np.inf)
        return Hits(
            triangle=triangle,
            barycentric=np.stack([1 - u - v, u, v], axis=1),
            distance=distance.astype(np.float32),
        )
