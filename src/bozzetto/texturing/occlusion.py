"""Ambient occlusion: how much of the sky each point of a surface sees.

Letters: v vertices, t triangles, s samples.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.smooth import neighbour_mean


@dataclass(frozen=True, kw_only=True)
class OcclusionOptions:
    """How carefully occlusion is measured."""

    rays: int = 1_500_000
    """Rays in all, shared among the vertices: 8 to 128 for each."""
    smooth_iterations: int = 6
    """Passes that average neighbours; each doubles the rays that stand behind a value, roughly."""
    seed: int = 0
    """Turns the pattern of rays at each vertex."""


def ambient_occlusion(
    mesh: Mesh, caster: Raycaster, *, options: OcclusionOptions = OcclusionOptions()
) -> Float32[np.ndarray, " v"]:
    """Return the cosine-weighted share of the hemisphere that is open at each vertex, 0 to 1.

    Args:
        mesh: With normals, and triangles that share vertices.
        caster: Over the same mesh.
        options: Rays, smoothing, seed.

    Raises:
        ValueError: The mesh has no normals.
    """
    if mesh.normals is None:
        raise ValueError("ambient_occlusion needs a mesh with normals.")
    samples = int(np.clip(options.rays // max(mesh.num_vertices, 1), 8, 128))
    turns = np.random.default_rng(options.seed).random(mesh.num_vertices)
    offset = 1e-3 * float(np.ptp(mesh.positions, axis=0).max())
    origins = mesh.positions + mesh.normals * np.float32(offset)
    tangents, bitangents = _axes(mesh.normals)
    blocked = np.zeros(mesh.num_vertices)
    for radius, angle in _disc(samples):
        turned = 2 * np.pi * (angle + turns)
        x, y = radius * np.cos(turned), radius * np.sin(turned)
        # Uniform on the disc below is cosine-weighted on the hemisphere above it (Malley).
        up = np.sqrt(max(1 - radius**2, 0.0))
        directions = x[:, None] * tangents + y[:, None] * bitangents + up * mesh.normals
        blocked += caster.is_blocked(origins, directions.astype(np.float32))
    return _smooth(1 - blocked / samples, mesh, options.smooth_iterations)


def _disc(samples: int) -> Float64[np.ndarray, "s 2"]:
    """Spread points evenly over the unit disc (Vogel's spiral), as radius and turn."""
    index = np.arange(samples)
    golden = (3 - np.sqrt(5)) / 2
    return np.stack([np.sqrt((index + 0.5) / samples), (index * golden) % 1.0], axis=1)


def _axes(
    normals: Float32[np.ndarray, "v 3"],
) -> tuple[Float64[np.ndarray, "v 3"], Float64[np.ndarray, "v 3"]]:
    """Return two unit vectors orthogonal to each normal and to each other.

    After Duff et al., "Building an orthonormal basis, revisited", 2017.
    """
    x, y, z = normals.astype(np.float64).T
    sign = np.where(z >= 0, 1.0, -1.0)
    a = -1 / (sign + z)
    b = x * y * a
    first = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1)
    return first, np.stack([b, sign + y * y * a, -y], axis=1)


def _smooth(
    openness: Float64[np.ndarray, " v"], mesh: Mesh, iterations: int
) -> Float32[np.ndarray, " v"]:
    """Average each vertex with its neighbours."""
    mean = neighbour_mean(mesh.num_vertices, mesh.triangles)
    connected = np.diff(mean.indptr) > 0
    for _ in range(iterations):
        averaged = (openness + mean @ openness) / 2
        openness = np.where(connected, averaged, openness)
    return np.clip(openness, 0, 1).astype(np.float32)
