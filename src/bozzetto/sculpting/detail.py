"""Put the relief that a photo shows onto the high-poly.

Letters: v vertices, h w rows and columns.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.resample import sample
from bozzetto.sculpting.lit import DirectionalLight, SurfaceView, estimate_light, look
from bozzetto.sculpting.relief import ReliefOptions, relief
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

_SEEN = 2e-3  # Of the object's size: a vertex that much behind the first hit is hidden.


@dataclass(frozen=True, kw_only=True)
class DetailOptions:
    """What becomes relief, and how much of it."""

    relief: ReliefOptions = field(default_factory=ReliefOptions)
    deepest: float = 0.006
    """Largest displacement, of the longest side."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Detailed:
    """A mesh with relief."""

    mesh: Mesh
    light: DirectionalLight | None
    """As it was estimated; None where the photo shows too little."""
    share: float
    """Share of the vertices that moved, 0 to 1."""


def add_detail(
    mesh: Mesh,
    foreground: Foreground,
    camera: Camera,
    *,
    seen: SeenMaps | None = None,
    options: DetailOptions = DetailOptions(),
) -> Detailed:
    """Displace what one photo sees along its lines of sight, by the relief that its shading shows.

    Args:
        mesh: Closed, triangles share vertices; its outline agrees with the photo's.
        foreground: The cut-out.
        camera: Of its size.
        seen: What the engine says of this photo; its normals tell the light.
        options: What counts as relief.
    """
    sight = look(mesh, foreground, camera, longest_px=options.relief.longest_px, seen=seen)
    if sight is None or not sight.there.any():
        return Detailed(mesh=mesh, light=None, share=0.0)
    light = estimate_light(sight)
    heights = relief(sight, light, options=options.relief)
    if not heights.any():
        return Detailed(mesh=mesh, light=light, share=0.0)
    steps = _steps(mesh, sight, heights.astype(np.float32), deepest=options.deepest)
    moved = (mesh.positions + steps).astype(np.float32)
    normals = None if mesh.normals is None else vertex_normals(moved, mesh.triangles)
    share = float((np.abs(steps).max(axis=1) > 0).mean())
    return Detailed(mesh=replace(mesh, positions=moved, normals=normals), light=light, share=share)


def _steps(
    mesh: Mesh, sight: SurfaceView, heights: Float32[np.ndarray, "h w"], *, deepest: float
) -> Float64[np.ndarray, "v 3"]:
    """Return the way of each vertex towards the camera."""
    positions = mesh.positions.astype(np.float64)
    size = float(np.ptp(positions, axis=0).max())
    pixels, depth = sight.camera.project(positions)
    towards = sight.camera.position - positions
    distance = np.linalg.norm(towards, axis=1)
    height = sample(heights, pixels).astype(np.float64) * depth / sight.camera.focal_px
    height = np.clip(height, -deepest * size, deepest * size)
    inside = (pixels >= 0).all(axis=1) & (pixels < heights.shape[::-1]).all(axis=1)
    asked = np.flatnonzero(inside & (height != 0))
    origins = np.repeat(sight.camera.position[None], len(asked), axis=0)
    hits = Raycaster(mesh.positions, mesh.triangles).first_hits(
        origins, -towards[asked] / distance[asked, None]
    )
    seen = asked[hits.distance > distance[asked] - _SEEN * size]
    steps = np.zeros(positions.shape)
    steps[seen] = (height[seen] / distance[seen])[:, None] * towards[seen]
    return steps
