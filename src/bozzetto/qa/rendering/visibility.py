"""What each sample of a picture sees: the ray caster's half of rendering.

Letters: v vertices, t triangles, n samples that hit the mesh, k k samples per pixel.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """The samples of one picture that hit the mesh."""

    mesh: Mesh
    camera: Camera
    """At the size of the picture."""
    samples_per_side: int
    """Each pixel has this many samples, squared."""
    index: Int64[np.ndarray, " n"]
    """Row-major index in the finer picture of all samples."""
    triangle: Int32[np.ndarray, " n"]
    barycentric: Float32[np.ndarray, "n 3"]
    toward_camera: Float32[np.ndarray, "n 3"]
    """Unit vectors, world."""

    def interpolate(self, values: Float32[np.ndarray, " v *c"]) -> Float32[np.ndarray, " n *c"]:
        """Interpolate a value per vertex linearly."""
        corners = values[self.mesh.triangles[self.triangle]]
        weights = self.barycentric.reshape(-1, 3, *(1,) * (values.ndim - 1))
        return (corners * weights).sum(axis=1)

    def pixel_positions(self) -> Float64[np.ndarray, "n 2"]:
        """Return where the samples stand in the picture: x, y in pixels."""
        width = self.camera.width * self.samples_per_side
        rows, columns = self.index // width, self.index % width
        return (np.stack([columns, rows], axis=1) + 0.5) / self.samples_per_side

    def resolve(
        self, colors: Float32[np.ndarray, "n c"]
    ) -> tuple[Float32[np.ndarray, "h w c"], Float32[np.ndarray, "h w"]]:
        """Average the samples of each pixel.

        Returns:
            The mean colour of those samples that hit, 0 where none did; and the share that hit.
        """
        side, width, height = self.samples_per_side, self.camera.width, self.camera.height
        rows, columns = self.index // (width * side), self.index % (width * side)
        pixel = rows // side * width + columns // side
        hits = np.bincount(pixel, minlength=width * height)
        sums = [
            np.bincount(pixel, weights=colors[:, c], minlength=width * height)
            for c in range(colors.shape[1])
        ]
        means = np.stack(sums, axis=1) / np.maximum(hits, 1)[:, None]
        return (
            means.reshape(height, width, -1).astype(np.float32),
            (hits / side**2).reshape(height, width).astype(np.float32),
        )


def cast_samples(
    raycaster: Raycaster, mesh: Mesh, *, camera: Camera, samples_per_side: int
) -> Samples:
    """Find what every sample of a picture sees.

    Args:
        raycaster: Made from the same mesh.
        mesh: What is looked at.
        camera: Where from.
        samples_per_side: Samples per pixel, along each side; they stand on a regular grid.
    """
    fine = camera.resized(
        width=camera.width * samples_per_side, height=camera.height * samples_per_side
    )
    x0, y0, x1, y1 = _box_of_mesh(mesh, fine)
    columns, rows = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
    index = (rows * fine.width + columns).reshape(-1)
    pixels = np.stack([columns.reshape(-1), rows.reshape(-1)], axis=1) + 0.5
    directions = fine.rays_in_world(pixels.astype(np.float64))
    hits = raycaster.first_hits(np.broadcast_to(fine.position, directions.shape), directions)
    found = hits.found
    return Samples(
        mesh=mesh,
        camera=camera,
        samples_per_side=samples_per_side,
        index=index[found].astype(np.int64),
        triangle=hits.triangle[found],
        barycentric=hits.barycentric[found],
        toward_camera=-directions[found].astype(np.float32),
    )


def _box_of_mesh(mesh: Mesh, camera: Camera) -> tuple[int, int, int, int]:
    """Return the pixels that can see the mesh: x0, y0, x1, y1, ends exclusive."""
    pixels, depth = camera.project(mesh.positions)
    everything = (0, 0, camera.width, camera.height)
    if len(depth) == 0 or depth.min() <= 1e-9:
        return everything  # Something stands beside or behind the camera.
    low = np.clip(np.floor(pixels.min(axis=0)) - 1, 0, everything[2:]).astype(int)
    high = np.clip(np.ceil(pixels.max(axis=0)) + 1, 0, everything[2:]).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
