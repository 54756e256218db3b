"""Soft bodies: capsules and ellipsoids that melt into one closed surface, coloured by piece.

Distances after Quilez, "Distance functions" and "Smooth minimum" (iquilezles.org). Letters: n
points, b blobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.imaging.color import linear_from_srgb
from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.procedural.shapes import rotation
from bozzetto_train.objects.textures import Colour

Vector = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Capsule:
    """A round bar between two points, its radius changing along the way."""

    start: Vector
    end: Vector
    radius: float
    end_radius: float
    colour: Colour

    def distance(self, points: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " n"]:
        """Return the (nearly exact) signed distance, negative inside."""
        start = np.array(self.start, np.float32)
        axis = np.array(self.end, np.float32) - start
        from_start = points - start
        share = np.clip(from_start @ axis / max(float(axis @ axis), 1e-12), 0, 1)
        radius = self.radius + share * (self.end_radius - self.radius)
        off = from_start - share[:, None] * axis
        return (np.sqrt(np.einsum("ij,ij->i", off, off)) - radius).astype(np.float32)

    def box(self) -> Float64[np.ndarray, "2 3"]:
        """Return a bounding box."""
        ends = np.array([self.start, self.end])
        reach = max(self.radius, self.end_radius)
        return np.stack([ends.min(axis=0) - reach, ends.max(axis=0) + reach])


@dataclass(frozen=True, kw_only=True)
class Ball:
    """An ellipsoid."""

    middle: Vector
    size: Vector
    """Full extents along its own axes."""
    colour: Colour
    turn_deg: Vector = (0.0, 0.0, 0.0)

    def distance(self, points: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " n"]:
        """Return the approximate signed distance, negative inside."""
        own = (points - np.array(self.middle, np.float32)) @ rotation(self.turn_deg).astype(
            np.float32
        )
        radii = np.array(self.size, np.float32) / 2
        near = own / radii
        nearer = near / radii
        first = np.sqrt(np.einsum("ij,ij->i", near, near))
        second = np.sqrt(np.einsum("ij,ij->i", nearer, nearer))
        return (first * (first - 1) / np.maximum(second, 1e-9)).astype(np.float32)

    def box(self) -> Float64[np.ndarray, "2 3"]:
        """Return a bounding box."""
        reach = np.abs(rotation(self.turn_deg)) @ (np.array(self.size) / 2)
        return np.stack([np.array(self.middle) - reach, np.array(self.middle) + reach])


Blob = Capsule | Ball


def melt(
    blobs: Sequence[Blob], *, softness: float, cells: int = 72, roughness: float = 0.7
) -> Part:
    """Melt blobs into one closed surface.

    Args:
        blobs: At least one.
        softness: Width of the fillets where blobs meet, in units of length; above 0.
        cells: Resolution along the longest side.
        roughness: Of the surface.
    """
    boxes = np.stack([blob.box() for blob in blobs])
    low, high = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)
    step = float((high - low).max()) / cells
    low = low - 2 * step
    shape = tuple(int(np.ceil(extent / step)) + 4 for extent in (high - low).tolist())
    nodes = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1)
    points = (low + nodes.reshape(-1, 3) * step).astype(np.float32)
    field = -_united(blobs, points, softness).reshape(shape)
    positions, triangles = extract_isosurface(field, padded=True)
    world = (low + positions * step).astype(np.float32)
    return Part(
        positions=world,
        triangles=triangles,
        material=Material(base_color=np.ones(3, np.float32), roughness=roughness),
        colors=_colours(blobs, world),
    )


def _united(
    blobs: Sequence[Blob], points: Float32[np.ndarray, "n 3"], softness: float
) -> Float32[np.ndarray, " n"]:
    """Return the distance to the smooth union, where blobs matter only near themselves."""
    total = np.full(len(points), np.float32(1e3))
    for blob in blobs:
        low, high = blob.box()
        near = ((points > low - 2 * softness) & (points < high + 2 * softness)).all(axis=1)
        first, second = total[near], blob.distance(points[near])
        blend = np.maximum(softness - np.abs(first - second), 0) / softness
        total[near] = np.minimum(first, second) - blend * blend * np.float32(softness / 4)
    return total


def _colours(
    blobs: Sequence[Blob], points: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Colour every point as the nearest blob; the later one wins a tie."""
    distances = np.stack([blob.distance(points) for blob in reversed(blobs)])
    nearest = distances.argmin(axis=0)
    table = np.array([blob.colour for blob in reversed(blobs)], np.float32)
    return linear_from_srgb(table)[nearest]
