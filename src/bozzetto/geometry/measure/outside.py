"""What of a shape can be seen from outside at all.

Artists' meshes hold faces that nobody sees: parts run through each other, walls have insides.
Letters: n points.
"""

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.sampling import SurfaceSample, sample_surface
from bozzetto.transforms import Points

_DIRECTIONS = 60
_LIFT = 1e-3
"""Off the surface, in diagonals of the bounding box."""
_LEAST_COSINE = 0.1
"""More grazing rays run along their own surface."""


def directions_all_round(count: int = _DIRECTIONS) -> Float64[np.ndarray, "n 3"]:
    """Return unit vectors spread over the sphere on a Fibonacci spiral.

    The list jumps about the sphere, so that its first few already look from all sides.
    """
    height = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - height**2)
    spiral = np.stack([radius * np.cos(angle), height, radius * np.sin(angle)], axis=1)
    # A step that shares no factor with the count visits all of them, far apart in turn.
    step = next(k for k in range(int(count * 0.382), 2 * count + 2) if np.gcd(k, count) == 1)
    return spiral[np.arange(count) * step % count]


def first_outside_view(
    caster: Raycaster, sample: SurfaceSample, *, lift: float, directions: int = _DIRECTIONS
) -> Int64[np.ndarray, " n"]:
    """Return for each surface point the first direction from which it is seen, -1 for none.

    Args:
        caster: Of the whole shape.
        sample: Points on it; either side of the surface may be seen.
        lift: Distance off the surface from which rays start; hides thinner crevices.
        directions: How many directions are tried, of `directions_all_round`.
    """
    found = np.full(len(sample.points), -1, np.int64)
    for index, direction in enumerate(directions_all_round(directions)):
        cosine = sample.normals @ direction
        asked = np.flatnonzero((found < 0) & (np.abs(cosine) > _LEAST_COSINE))
        side = np.sign(cosine[asked])[:, None] * sample.normals[asked]
        blocked = caster.is_blocked(
            sample.points[asked] + lift * side, np.broadcast_to(direction, (len(asked), 3))
        )
        found[asked[~blocked]] = index
    return found


def sample_outside(
    mesh: Mesh, *, count: int, seed: int, caster: Raycaster | None = None, draw: int = 4
) -> SurfaceSample:
    """Draw points uniformly by area from that part of a surface which is seen from outside.

    Args:
        mesh: Any triangle soup.
        count: Number of points; fewer come back where less than 1/`draw` of the area is seen.
        seed: Another seed gives other points.
        caster: Of the mesh, where there is one already.
        draw: How many times `count` points are drawn before the unseen ones are left out.

    Returns:
        The points, normals turned toward where they are seen from.

    Raises:
        ValueError: Nothing is seen.
    """
    caster = Raycaster(mesh.positions, mesh.triangles) if caster is None else caster
    low, high = mesh.bounds
    lift = _LIFT * float(np.linalg.norm(high - low))
    # A draw in random order, so that the front of the list is a fair sample too.
    drawn = sample_surface(mesh, count=draw * count, seed=seed)
    drawn = drawn.take(np.random.default_rng(seed).permutation(draw * count))
    view = first_outside_view(caster, drawn, lift=lift)
    rows = np.flatnonzero(view >= 0)[:count]
    if len(rows) == 0:
        raise ValueError("Nothing of this mesh can be seen from outside.")
    seen = drawn.take(rows)
    toward = directions_all_round()[view[rows]]
    facing = np.einsum("ij,ij->i", seen.normals, toward) >= 0
    return SurfaceSample(
        points=seen.points,
        normals=np.where(facing[:, None], seen.normals, -seen.normals),
        at=seen.at,
    )


def visible_from(
    caster: Raycaster, points: Points, *, position: Float64[np.ndarray, " 3"], slack: float
) -> Bool[np.ndarray, " n"]:
    """Tell which points of the surface are seen from a position.

    Args:
        caster: Of the whole shape.
        points: On its surface.
        position: Of the eye.
        slack: How much nearer than the point something may be without hiding it; absorbs
            rounding, and what is thinner counts as seen through.
    """
    rays = points - position
    distance = np.linalg.norm(rays, axis=1)
    hits = caster.first_hits(
        np.broadcast_to(position, rays.shape), rays / np.maximum(distance, 1e-12)[:, None]
    )
    return ~(hits.distance < distance - slack)
