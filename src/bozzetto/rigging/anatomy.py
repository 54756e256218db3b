"""Where the limbs of a standing two-legged figure are, from its shape alone.

Works on the solid cells: the crotch is where the legs meet, a hand is what lies farthest from both
pelvis and head, a shoulder where an arm widens into the trunk, the neck the narrowest slice below
the head. Frame: +y up, the figure faces +z, so its left is +x.
Letters: c cells, n points, s slices.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from scipy.ndimage import binary_dilation
from scipy.sparse.csgraph import connected_components, dijkstra

from bozzetto.rigging.voxels import Voxels

Mask = Bool[np.ndarray, " c"]
Point = Float64[np.ndarray, " 3"]

_FOOT_SLAB = 0.035
"""Share of the height in which feet are looked for."""
_SYMMETRIC = 0.8
_WIDENING = 1.9
"""An arm ends where its level sets grow to this multiple of what they were."""

_SHOULDER_AT = (0.77, 0.86)
"""Share of the way from the fingertips to the median plane at which a shoulder can be."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Arm:
    """One arm, from its tip."""

    tip: Point
    shoulder: Point
    length: float
    """From the tip to the shoulder, through the arm."""
    from_tip: Float64[np.ndarray, " c"]
    """Distance of every cell from the tip, through the figure."""
    fused: bool = False
    """It does not part from the body: a line in it, not a limb that could be followed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Anatomy:
    """Landmarks of a shape that stands on two legs."""

    middle: float
    """x of the median plane."""
    symmetry: float
    """Share of the cells that have a mirror image."""
    ground: float
    top: float
    crotch: float
    """Height at which the legs part; `ground` where they do not."""
    legs: tuple[Mask, Mask]
    """Cells of the left and right leg, below the crotch."""
    arms: tuple[Arm, Arm]
    """Left and right."""
    neck: float
    """Height of the narrowest slice below the head."""

    @property
    def height(self) -> float:
        """From the ground to the top."""
        return self.top - self.ground


def find_anatomy(voxels: Voxels, *, crotch: float | None = None) -> Anatomy | None:
    """Look for legs, arms and neck; None where there are not two feet side by side.

    Args:
        voxels: The figure.
        crotch: Height at which legs that touch are to be parted, along the median plane; None
            for legs that stand apart.
    """
    centres = voxels.centres
    middle, symmetry = median_plane(voxels)
    ground, top = float(centres[:, 1].min()), float(centres[:, 1].max())
    core = _symmetric_core(voxels, middle) if symmetry > _SYMMETRIC else np.ones(len(centres), bool)
    slab = core & (centres[:, 1] < ground + _FOOT_SLAB * (top - ground))
    side = centres[:, 0] - middle
    if not (slab & (side > 0)).any() or not (slab & (side < 0)).any():
        return None
    if crotch is None:
        crotch, legs = parted_legs(voxels, core, slab, middle=middle)
    else:
        below = core & (centres[:, 1] < crotch)
        legs = (below & (side > 0), below & (side <= 0))
    pelvis = _pelvis(voxels, middle=middle, crotch=crotch, ground=ground)
    arms = tuple(
        _arm(voxels, core & ~legs[0] & ~legs[1], pelvis, sign=sign, middle=middle)
        for sign in (1, -1)
    )
    if arms[0] is None or arms[1] is None:
        return None
    neck = _neck(voxels, (arms[0], arms[1]), middle)
    return Anatomy(
        middle=middle,
        symmetry=symmetry,
        ground=ground,
        top=top,
        crotch=crotch,
        legs=legs,
        arms=(arms[0], arms[1]),
        neck=neck,
    )


def median_plane(voxels: Voxels) -> tuple[float, float]:
    """Find the x about which the solid mirrors best; return it and the share that does."""
    solid = voxels.solid
    near = binary_dilation(solid, structure=np.ones((3, 3, 3)), iterations=1)
    count = solid.shape[0]
    best, where = 0.0, count - 1
    cells = voxels.cells
    guess = round(float(np.median(cells[:, 0])) * 2)
    reach = max(count // 6, 2)
    for twice in range(guess - reach, guess + reach + 1):
        mirrored = twice - cells[:, 0]
        valid = (mirrored >= 0) & (mirrored < count)
        hit = near[mirrored[valid], cells[valid, 1], cells[valid, 2]].sum() / len(cells)
        if hit > best + 1e-9:
            best, where = float(hit), twice
    found = float(voxels.origin[0] + where / 2 * voxels.step)
    box = float(voxels.centres[:, 0].min() + voxels.centres[:, 0].max()) / 2
    # The grid knows the plane to half a cell only; the outline of a symmetric figure is exact.
    return (box if abs(box - found) < voxels.step else found), best


def gap_between_legs(voxels: Voxels, *, middle: float, crotch: float) -> float:
    """Return the share of the height below the crotch at which nothing is between the legs."""
    centres = voxels.centres
    ground = float(centres[:, 1].min())
    between = np.abs(centres[:, 0] - middle) <= voxels.step
    filled = np.unique(voxels.cells[between & (centres[:, 1] < crotch), 1])
    return 1.0 - len(filled) / max(round((crotch - ground) / voxels.step), 1)


def centre_of_slice(voxels: Voxels, cells: Mask, height: float) -> Point | None:
    """Return the middle of some cells at a height; None where there are none."""
    near = cells & (np.abs(voxels.centres[:, 1] - height) <= voxels.step)
    return voxels.centres[near].mean(axis=0) if near.any() else None


def _symmetric_core(voxels: Voxels, middle: float) -> Mask:
    """Tell which cells have a mirror image: leaves out swords and bags on one side."""
    near = binary_dilation(voxels.solid, structure=np.ones((3, 3, 3)), iterations=2)
    twice = round((middle - float(voxels.origin[0])) / voxels.step * 2)
    cells = voxels.cells
    mirrored = twice - cells[:, 0]
    valid = (mirrored >= 0) & (mirrored < voxels.solid.shape[0])
    core = np.zeros(len(cells), bool)
    core[valid] = near[mirrored[valid], cells[valid, 1], cells[valid, 2]]
    return core


def parted_legs(
    voxels: Voxels, core: Mask, slab: Mask, *, middle: float
) -> tuple[float, tuple[Mask, Mask]]:
    """Find the greatest height below which the feet are not connected, and the legs below it."""
    centres, graph = voxels.centres, voxels.graph
    ground, top = float(centres[:, 1].min()), float(centres[:, 1].max())
    left = slab & (centres[:, 0] > middle)
    right = slab & (centres[:, 0] < middle)
    none = np.zeros(len(centres), bool)
    low, high = ground, top
    legs = (none, none)
    for _ in range(9):
        height = (low + high) / 2
        below = np.flatnonzero(core & (centres[:, 1] < height)).astype(np.int64)
        label = connected_components(graph[below][:, below], directed=False)[1]
        ours = np.isin(label, label[left[below]])
        theirs = np.isin(label, label[right[below]])
        if (ours & theirs).any():
            high = height
            continue
        low = height
        legs = (none.copy(), none.copy())
        legs[0][below[ours]] = True
        legs[1][below[theirs]] = True
    return low, legs


def _pelvis(voxels: Voxels, *, middle: float, crotch: float, ground: float) -> int:
    """Return the cell in the middle of the body just above the crotch."""
    height = crotch + 0.08 * (crotch - ground) + voxels.step
    level = np.abs(voxels.centres[:, 1] - height) <= voxels.step
    near = level & (np.abs(voxels.centres[:, 0] - middle) <= 4 * voxels.step)
    depth = float(voxels.centres[near, 2].mean()) if near.any() else float(voxels.origin[2])
    return int(voxels.nearest(np.array([[middle, height, depth]]))[0])


def _arm(voxels: Voxels, allowed: Mask, pelvis: int, *, sign: int, middle: float) -> Arm | None:
    """Find the tip farthest from pelvis and head, and follow it to where it widens."""
    centres = voxels.centres
    head = int(
        np.where(np.abs(centres[:, 0] - middle) < 3 * voxels.step, centres[:, 1], -1e9).argmax()
    )
    reach = dijkstra(voxels.graph, indices=[pelvis, head])
    here = allowed & (sign * (centres[:, 0] - middle) > 0)
    if not here.any():
        return None
    spread = np.where(here, reach[0] + reach[1], -1.0)
    tip = int(spread.argmax())
    from_tip = dijkstra(voxels.graph, indices=tip)
    length = _widening(voxels, from_tip, float(reach[0][tip]))
    length = _plausible(voxels, from_tip, length=length, middle=middle)
    ring = np.abs(from_tip - length) <= 1.5 * voxels.step
    ring &= sign * (centres[:, 0] - middle) > 0
    return Arm(
        tip=centres[tip],
        shoulder=centres[ring].mean(axis=0) if ring.any() else centres[tip],
        length=length,
        from_tip=from_tip,
    )


def _widening(voxels: Voxels, from_tip: Float64[np.ndarray, " c"], reach: float) -> float:
    """Return the distance from the tip at which an arm becomes trunk."""
    width = 1.5 * voxels.step
    shells = np.bincount((from_tip[from_tip < reach] / width).astype(np.int64))
    for index in range(len(shells) // 4, len(shells)):
        usual = float(np.median(shells[index // 3 : index]))
        if shells[index : index + 2].min() > _WIDENING * max(usual, 4.0):
            return index * width
    return 0.6 * reach


def _plausible(
    voxels: Voxels, from_tip: Float64[np.ndarray, " c"], *, length: float, middle: float
) -> float:
    """Keep the shoulder within human bounds between the tip and the median plane."""
    centres = voxels.centres
    ring = np.abs(from_tip - length) <= 1.5 * voxels.step
    low = float(centres[ring, 1].mean()) - 4 * voxels.step if ring.any() else -np.inf
    plane = (np.abs(centres[:, 0] - middle) <= voxels.step) & (centres[:, 1] > low)
    if not plane.any():
        return length
    half_span = float(from_tip[plane].min())
    return float(np.clip(length, _SHOULDER_AT[0] * half_span, _SHOULDER_AT[1] * half_span))


def _neck(voxels: Voxels, arms: tuple[Arm, Arm], middle: float) -> float:
    """Return the height of the narrowest slice between shoulders and the head's widest."""
    centres = voxels.centres
    trunk = (arms[0].from_tip > arms[0].length) & (arms[1].from_tip > arms[1].length)
    low = max(arm.shoulder[1] for arm in arms)
    top = float(centres[trunk, 1].max())
    heights = np.arange(low, top, voxels.step)
    if len(heights) < 4:
        return low + 0.3 * (top - low)
    inner = trunk & (np.abs(centres[:, 0] - middle) < 0.5 * (top - low) + 3 * voxels.step)
    area = np.array(
        [
            float((inner & (np.abs(centres[:, 1] - height) <= voxels.step)).sum())
            for height in heights
        ]
    )
    upper = len(area) // 2
    # Down from the widest slice of the head until slices grow again: that is the shoulders.
    least = lowest = int(area[upper:].argmax()) + upper
    while lowest > 0 and area[lowest] < 1.5 * area[least]:
        lowest -= 1
        least = lowest if area[lowest] < area[least] else least
    return float(heights[least])
