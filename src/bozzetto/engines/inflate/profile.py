"""How deep the object is behind each cell of its outline: the squared half-depth H = h^2.

The base is the union of maximal inscribed balls of the outline (medial axis transform): a limb
becomes a round tube, a disc a ball, and a notch or bump of the outline stays as shallow as it is
wide, where a Poisson membrane would draw it as a rib across the whole side. H is linear in the
distance near the outline, so h closes there like a circle. A profile then flattens the wide parts.
Letters: h w rows and columns.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.engines.inflate.grid import WorkingGrid

Cells = Float32[np.ndarray, "h w"]

_NEAREST = np.float32(0.05)  # In cells; keeps ratios finite at the outline.
_BLUR_REACH = np.float32(0.3)  # Sigma over distance to the outline: what lies beyond weighs 0.1 %.
_BLUR_LIMIT = 0.2  # Sigma over the largest inscribed radius; keeps the shapes of parts.


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What sets the variants apart; all share the silhouette."""

    name: str
    """A word or two for people."""
    depth: float = 0.8
    """Depth over width of the widest part; parts a quarter as wide stay round (1)."""
    cap: float = 2.0
    """Half-depth, in largest inscribed radii, at which faces turn flat; 2 and more never do."""


ELLIPTIC = Profile(name="elliptic", depth=0.78)
SLAB = Profile(name="slab", depth=0.9, cap=0.5)
FULL = Profile(name="full", depth=1.1)


def profile_of(seed: int) -> Profile:
    """Return the profile that belongs to a seed: three fixed ones, then random plausible ones."""
    if seed < 3:
        return (ELLIPTIC, SLAB, FULL)[seed]
    rng = np.random.default_rng(seed)
    depth = float(rng.uniform(0.55, 1.15))
    cap = float(rng.choice([2.0, rng.uniform(0.3, 1.0)]))
    manner = "flat" if cap < 0.6 else "round" if depth > 0.9 else "oval"
    return Profile(name=f"{manner} {seed}", depth=depth, cap=cap)


def squared_half_depth(grid: WorkingGrid, *, profile: Profile) -> Cells:
    """Inflate an outline.

    Returns:
        H in squared cells: positive inside the outline; negative outside, continued so that it
        vanishes on the outline between neighbouring cells.
    """
    inside = grid.inside
    largest = float(grid.distance.max())
    balls = _smoothed(_inscribed_balls(np.where(inside, grid.distance, np.float32(0))), grid)
    boxy = boxiness(inside)
    depth = profile.depth * (1 - 0.25 * boxy)
    half = np.sqrt(balls) * _flattening(balls, inside=inside, largest=largest, depth=depth)
    cap = profile.cap * (1 - 0.65 * boxy) * largest
    half = half / (1 + (half / np.float32(cap)) ** 4) ** np.float32(0.25)
    return _continued(np.maximum(half * half, np.float32(1e-4)), grid.distance)


def boxiness(inside: Bool[np.ndarray, "h w"]) -> float:
    """Tell how much of the outline consists of long straight edges: 0 for blobs, 1 for boxes.

    Boxes, boards and buildings have flat faces, where balls would look inflated. Long narrow
    outlines do not count: bottles, bars and legs have straight sides and are round.
    """
    contours, _ = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    outline = max(contours, key=cv2.contourArea)
    perimeter = cv2.arcLength(outline, True)
    # With this tolerance the edges of a circle are 7 % of its perimeter: shorter than `long`.
    corners = cv2.approxPolyDP(outline, 0.004 * perimeter, True).reshape(-1, 2).astype(np.float64)
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    long = edges > 0.085 * perimeter
    straight = np.clip((edges[long].sum() / max(perimeter, 1e-9) - 0.1) / 0.6, 0, 1)
    _, (width, height), _ = cv2.minAreaRect(outline)
    compact = np.clip((min(width, height) / max(width, height, 1e-9) - 0.35) / 0.3, 0, 1)
    return float(straight * compact)


def _inscribed_balls(radius: Cells) -> Cells:
    """Squared half-depth of the union of balls: max over q of R(q)^2 - |p - q|^2.

    The lower envelope of parabolas separates into rows and columns (Felzenszwalb and Huttenlocher,
    2012); no ball reaches beyond its radius, which bounds the shifts.
    """
    result = radius.astype(np.float32) ** 2
    reach = int(np.ceil(radius.max()))
    for axis in (0, 1):
        values, before = result.copy(), result
        for shift in range(1, min(reach, result.shape[axis] - 1) + 1):
            lowered = before - np.float32(shift * shift)
            ahead = np.s_[shift:, :] if axis == 0 else np.s_[:, shift:]
            behind = np.s_[:-shift, :] if axis == 0 else np.s_[:, :-shift]
            np.maximum(values[ahead], lowered[behind], out=values[ahead])
            np.maximum(values[behind], lowered[ahead], out=values[behind])
        result = values
    return np.where(radius > 0, result, np.float32(0))


def _smoothed(squared: Cells, grid: WorkingGrid) -> Cells:
    """Blur H the more the deeper inside, so that no crease shows and the outline stays put."""
    largest = float(grid.distance.max())
    near, limit = np.maximum(grid.distance, 0) * _BLUR_REACH, np.float32(_BLUR_LIMIT * largest)
    wanted = near / np.sqrt(1 + (near / limit) ** 2)  # A hard limit would show as a ring.
    level = np.log2(np.maximum(wanted, np.float32(0.5))) + 1  # Level n has sigma 2^(n - 1).
    result, finer = squared, squared
    for n in range(1, int(np.ceil(level.max())) + 1):
        coarser = _blurred(squared, 2.0 ** (n - 1))
        share = np.clip(level - (n - 1), 0, 1)
        share = share * share * (3 - 2 * share)
        result = np.where(level > n - 1, finer + share * (coarser - finer), result)
        finer = coarser
    return result


def _flattening(
    squared: Cells, *, inside: Bool[np.ndarray, "h w"], largest: float, depth: float
) -> Cells:
    """Depth over width by local thickness: 1 for limbs, `depth` for the widest part; smooth."""
    sigma = max(2.0, 0.25 * largest)
    weight = _blurred(np.where(inside, squared, 0), sigma)
    radius = np.sqrt(_blurred(np.where(inside, squared**2, 0), sigma) / np.maximum(weight, 1e-6))
    bulk = np.clip((radius / largest - 0.2) / 0.6, 0, 1)
    bulk = bulk * bulk * (3 - 2 * bulk)
    return np.where(inside, 1 - (1 - depth) * bulk, 1).astype(np.float32)


def _blurred(values: Cells, sigma: float) -> Cells:
    """Gaussian blur with zeros beyond the border."""
    return np.asarray(
        cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), np.float32
    )


def _continued(squared: Cells, distance: Cells) -> Cells:
    """Continue H below zero outside, with the slope it has on the inner side of the outline."""
    inside = distance > 0
    slope = np.where(inside, squared / np.maximum(distance, _NEAREST), 0)
    around = np.ones((3, 3), np.float32)
    total = cv2.filter2D(slope, -1, around, borderType=cv2.BORDER_CONSTANT)
    count = cv2.filter2D(inside.astype(np.float32), -1, around, borderType=cv2.BORDER_CONSTANT)
    beyond = np.where(count > 0.5, distance * total / np.maximum(count, 1), -squared.max() - 1)
    return np.where(inside, squared, np.minimum(beyond, -1e-3)).astype(np.float32)
