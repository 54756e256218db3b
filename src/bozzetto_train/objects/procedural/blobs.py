"""Soft bodies: capsules and ellipsoids that melt into one closed surface, coloured by piece.

Distances after Quilez, "Distance functions" and "Smooth minimum" (iquilezles.org). Letters: n
points, b blobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.normals import vertex_normals
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
    blobs: Sequence[Blob], *, softness: float, cells: int = 64, roughness: float = 0.7
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
    field = _united(blobs, _Grid(low=low - 2 * step, high=high + 2 * step, step=step), softness)
    positions, triangles = extract_isosurface(-field, padded=True)
    world = (low - 2 * step + positions * step).astype(np.float32)
    return Part(
        positions=world,
        triangles=triangles,
        normals=vertex_normals(world, triangles),
        material=Material(base_color=np.ones(3, np.float32), roughness=roughness),
        colors=_colours(blobs, world),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Grid:
    """Where the field is sampled."""

    low: Float64[np.ndarray, " 3"]
    high: Float64[np.ndarray, " 3"]
    step: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of samples along x, y, z."""
        x, y, z = (np.ceil((self.high - self.low) / self.step).astype(int) + 1).tolist()
        return (x, y, z)

    def window(self, box: Float64[np.ndarray, "2 3"]) -> tuple[slice, slice, slice]:
        """Return the samples inside a box."""
        first = np.floor((box[0] - self.low) / self.step).astype(int)
        last = np.ceil((box[1] - self.low) / self.step).astype(int) + 1
        x, y, z = (slice(max(a, 0), b) for a, b in zip(first.tolist(), last.tolist(), strict=True))
        return (x, y, z)

    def points(self, window: tuple[slice, slice, slice]) -> Float32[np.ndarray, "n 3"]:
        """Return the places of the samples in a window, row by row."""
        ranges = [np.arange(n)[part] for n, part in zip(self.shape, window, strict=True)]
        nodes = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
        return (self.low + nodes * self.step).astype(np.float32)


def _united(blobs: Sequence[Blob], grid: _Grid, softness: float) -> Float32[np.ndarray, "nx ny nz"]:
    """Return the distance to the smooth union, where blobs matter only near themselves."""
    total = np.full(grid.shape, np.float32(1))
    for blob in blobs:
        margin = 2 * softness + grid.step
        window = grid.window(blob.box() + np.array([[-margin], [margin]]))
        first = total[window]
        second = blob.distance(grid.points(window)).reshape(first.shape)
        blend = np.maximum(softness - np.abs(first - second), 0) / softness
        total[window] = np.minimum(first, second) - blend * blend * np.float32(softness / 4)
    return total


def _colours(
    blobs: Sequence[Blob], points: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Colour every point as the nearest blob; the later one wins a tie."""
    distances = np.stack([blob.distance(points) for blob in reversed(blobs)])
    nearest = distances.argmin(axis=0)
    table = np.array([blob.colour for blob in reversed(blobs)], np.float32)
    return linear_from_srgb(table)[nearest]
