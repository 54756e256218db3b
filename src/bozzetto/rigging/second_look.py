"""Limbs of figures that are not built like a person: short legs, big heads, arms at the body.

Asked where `anatomy` finds no legs or arms that could be a human's. Legs that touch are told apart
by the two lobes of their slices, the head by the narrowest slice, an arm by what sticks out below
the head; one that does not stick out is laid along the flank. Frame: +y up, facing +z, left is +x.
Letters: c cells, s slices, x columns, m cells below the head.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from scipy.ndimage import gaussian_filter1d
from scipy.sparse.csgraph import connected_components, dijkstra

from bozzetto.rigging.anatomy import Anatomy, Arm, median_plane, parted_legs
from bozzetto.rigging.voxels import Voxels

Mask = Bool[np.ndarray, " c"]
Point = Float64[np.ndarray, " 3"]
Profile = Float64[np.ndarray, " s"]

_FOOT_SLAB = 0.06
_APART = 0.06
"""Of the height: legs that stand apart lower than this only touch nowhere by chance."""
_LOBES = 0.62
"""A slice has two lobes where its thickness between them is less than this of theirs."""
_SEAM = 0.05
"""Of the height: how far from the median plane legs can touch."""
_LEAST_LOBED = 0.6
"""Share of the slices below the crotch that must have two lobes."""
_NECK_RATIO = 0.88
"""The neck's slice over the smaller of the largest above and below."""
_NECK_AT = (0.22, 0.9)
"""Of the height, where a neck can be."""
_LEAST_ARM = 0.23
"""Length of a free arm over that of the trunk."""
_SLENDER = 0.3
"""Largest mean slice of a free arm, over the mean slice of the trunk with its arms."""
_WIDENING = 1.6
"""An arm ends where its level sets grow to this multiple of the largest before."""
_ARM_FROM = 0.42
"""Share of the way from the fingertips to the spine before which no arm ends."""
_MIRRORS = 0.93
"""Symmetry from which both arms are taken to be alike."""
_FLANK = 0.8
"""Of the trunk's half width: where an arm at the body has its bones."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SecondLook:
    """What was found, and what of it is only inferred."""

    anatomy: Anatomy
    legs_touch: bool
    """Parted by their slices, not by a gap."""
    robe: bool
    """Not even their slices show two legs: only pictures say where these are."""
    arms_fused: bool
    """At least one arm does not stick out and was laid along the flank."""
    neck_ratio: float
    """Of the neck's slice to head and trunk; small is a clear head."""


def look_again(voxels: Voxels, *, crotch: float | None = None) -> SecondLook | None:
    """Look for legs, head and arms of a stylised figure; None where legs or head are missing.

    Args:
        voxels: The figure.
        crotch: Height at which pictures put it; None where they show no person.
    """
    middle, symmetry = median_plane(voxels)
    centres = voxels.centres
    ground, top = float(centres[:, 1].min()), float(centres[:, 1].max())
    height = top - ground
    side = centres[:, 0] - middle
    slab = centres[:, 1] < ground + _FOOT_SLAB * height
    if not (slab & (side > 0)).any() or not (slab & (side < 0)).any():
        return None
    parting, legs = parted_legs(voxels, np.ones(len(centres), bool), slab, middle=middle)
    touch, lobed = parting < ground + _APART * height, None
    if touch:
        lobed = _lobed_crotch(voxels, middle=middle, below=crotch)
        parting = lobed if lobed is not None else crotch if crotch is not None else ground
        if parting <= ground:
            return None
        seam = seam_between(voxels, middle=middle, crotch=parting)
        below = centres[:, 1] < parting
        legs = (below & (side > seam), below & (side <= seam))
    neck = _neck(voxels, crotch=parting)
    if neck is None:
        return None
    torso = _Torso(voxels=voxels, middle=middle, crotch=parting, neck=neck[0], legs=legs)
    free = [_free_arm(torso, sign) for sign in (1, -1)]
    if symmetry > _MIRRORS:
        free = _alike(torso, free)
    left, right = (
        arm if arm is not None else _arm_at_flank(torso, sign)
        for arm, sign in zip(free, (1, -1), strict=True)
    )
    anatomy = Anatomy(
        middle=middle, symmetry=symmetry, ground=ground, top=top, crotch=parting, legs=legs,
        arms=(left, right), neck=neck[0],
    )  # fmt: skip
    return SecondLook(
        anatomy=anatomy,
        legs_touch=touch,
        robe=touch and lobed is None,
        arms_fused=free[0] is None or free[1] is None,
        neck_ratio=neck[1],
    )


def seam_between(voxels: Voxels, *, middle: float, crotch: float) -> Float64[np.ndarray, " c"]:
    """Return for every cell how far from the median plane touching legs part at its height."""
    columns, offsets = _thickness(voxels, middle)
    near = np.abs(offsets) <= max(_SEAM * (voxels.solid.shape[1] * voxels.step), 2 * voxels.step)
    thin = np.where(columns[:, near] > 0, columns[:, near], 0.0)
    # The nearest of equally thin places to the plane.
    cost = thin + 0.05 * np.abs(offsets[near])[None] / voxels.step
    seam = offsets[near][cost.argmin(axis=1)]
    rows = int((crotch - float(voxels.origin[1])) / voxels.step)
    seam[rows:] = 0.0
    smooth = gaussian_filter1d(seam, 3.0)
    return smooth[voxels.cells[:, 1]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Torso:
    """What arms hang on."""

    voxels: Voxels
    middle: float
    crotch: float
    neck: float
    legs: tuple[Mask, Mask]

    @property
    def length(self) -> float:
        return self.neck - self.crotch

    def half_width(self, height: float, sign: int) -> float:
        """Return how far the figure reaches to a side at a height, arms at the body included."""
        centres = self.voxels.centres
        level = np.abs(centres[:, 1] - height) <= 1.5 * self.voxels.step
        reach = sign * (centres[level, 0] - self.middle)
        return float(np.quantile(reach[reach > 0], 0.97)) if (reach > 0).any() else 0.0

    def depth(self, x: float, y: float) -> float:
        """Return the middle of the solid before and behind a place."""
        centres = self.voxels.centres
        gap = np.abs(centres[:, 1] - y) + np.abs(centres[:, 0] - x)
        near = gap <= gap.min() + 2 * self.voxels.step
        return float(centres[near, 2].mean())


def _thickness(
    voxels: Voxels, middle: float
) -> tuple[Float64[np.ndarray, "s x"], Float64[np.ndarray, " x"]]:
    """Return the solid's thickness in cells by height and x, and x from the median plane."""
    columns = voxels.solid.sum(axis=2).T.astype(np.float64)
    numbers = np.arange(voxels.solid.shape[0], dtype=np.float64)
    x = float(voxels.origin[0]) - middle + numbers * voxels.step
    return gaussian_filter1d(columns, 0.7, axis=1), x


def _lobed_crotch(voxels: Voxels, *, middle: float, below: float | None) -> float | None:
    """Return the height up to which slices have two lobes; None where hardly any has."""
    columns, x = _thickness(voxels, middle)
    first = int(voxels.cells[:, 1].min())
    last = int(voxels.cells[:, 1].max())
    near = np.abs(x) <= 0.06 * (last - first) * voxels.step
    lobed: list[float] = []
    for row in range(first, first + int(0.6 * (last - first))):
        left, right = columns[row, x > 0].max(initial=0), columns[row, x < 0].max(initial=0)
        between = columns[row, near].min(initial=np.inf)
        lobed.append(1.0 if between < _LOBES * min(left, right) else 0.0)
    score = np.cumsum(np.array(lobed) - _LEAST_LOBED)
    best = int(score.argmax())
    if score[best] <= 0 or best < 0.08 * (last - first):
        return None
    found = float(voxels.origin[1]) + (first + best) * voxels.step
    # Arms that hang beside the trunk also make lobes: pictures say where these cannot be legs.
    return found if below is None else min(found, below)


def _neck(voxels: Voxels, *, crotch: float) -> tuple[float, float] | None:
    """Return the height of the deepest valley between head and trunk, and how deep it is.

    Slices' areas show it best; a hood that runs into a jacket shows in the outline alone.
    """
    areas = voxels.solid.sum(axis=(0, 2)).astype(np.float64)
    widths = voxels.solid.any(axis=2).sum(axis=0).astype(np.float64)
    first, last = int(voxels.cells[:, 1].min()), int(voxels.cells[:, 1].max())
    base = int((crotch - float(voxels.origin[1])) / voxels.step)
    low = max(base + int(0.1 * (last - first)), first + int(_NECK_AT[0] * (last - first)))
    high = first + int(_NECK_AT[1] * (last - first))
    for profile in (areas, widths):
        smooth = gaussian_filter1d(profile, 1.0)
        rows = [(_valley(smooth[base : last + 1], row - base), row) for row in range(low, high)]
        ratio, row = min(rows, default=(1.0, 0))
        if ratio < _NECK_RATIO:
            return float(voxels.origin[1]) + row * voxels.step, ratio
    return None


def _valley(profile: Profile, row: int) -> float:
    """Return a slice over the smaller of the largest above and below it."""
    above, under = profile[row + 1 :].max(), profile[:row].max()
    return float(profile[row] / max(min(above, under), 1.0))


def _free_arm(torso: _Torso, sign: int) -> Arm | None:
    """Follow what sticks out on a side below the head; None where nothing does."""
    voxels, centres = torso.voxels, torso.voxels.centres
    below = (centres[:, 1] < torso.neck) & ~torso.legs[0] & ~torso.legs[1]
    members = np.flatnonzero(below).astype(np.int64)
    graph = voxels.graph[members][:, members]
    x, y = sign * (centres[members, 0] - torso.middle), centres[members, 1]
    axis = np.abs(x) <= 2 * voxels.step
    axis &= (y > torso.crotch) & (y > torso.neck - 0.5 * torso.length)
    if not axis.any():
        return None
    heart = dijkstra(graph, indices=np.flatnonzero(axis), min_only=True)
    piece = connected_components(graph, directed=False)[1]
    main = int(np.bincount(piece[axis]).argmax())
    reach = np.where((x > 0) & (piece == main) & np.isfinite(heart), heart, -1.0)
    tip = int(reach.argmax())
    from_tip = dijkstra(graph, indices=tip)
    length = _arm_length(from_tip, float(reach[tip]), voxels.step)
    if length is None or length < _LEAST_ARM * torso.length:
        return None
    across = float((from_tip < length).sum()) * voxels.step / length
    rows = (torso.neck - torso.crotch) / voxels.step
    if across > _SLENDER * float((below & (centres[:, 1] > torso.crotch)).sum()) / rows:
        return None
    return _as_arm(torso, int(members[tip]), length=length, sign=sign)


def _arm_length(from_tip: Float64[np.ndarray, " m"], reach: float, step: float) -> float | None:
    """Return how far an arm goes before it widens into the trunk; None where it does at once."""
    width = 1.5 * step
    shells = np.bincount((from_tip[from_tip < reach] / width).astype(np.int64))
    first = max(int(_ARM_FROM * len(shells)), 2)
    for index in range(first, len(shells)):
        beyond = shells[index : max(len(shells) - 1, index + 1)]
        # A hand widens too, but a wrist follows it; a trunk does not narrow again.
        if beyond.min() > _WIDENING * max(float(shells[:index].max()), 6.0):
            return index * width if index > first else None
    return 0.75 * reach


def _alike(torso: _Torso, arms: list[Arm | None]) -> list[Arm | None]:
    """Give both arms of a figure that mirrors one length; one arm alone is a chance of the grid."""
    left, right = arms
    if left is None or right is None:
        return [None, None]
    length = (left.length + right.length) / 2
    return [
        _as_arm(torso, int(torso.voxels.nearest(arm.tip[None])[0]), length=length, sign=sign)
        for arm, sign in ((left, 1), (right, -1))
    ]


def _as_arm(torso: _Torso, tip: int, *, length: float, sign: int) -> Arm:
    """Measure from the tip through the whole figure."""
    voxels, centres = torso.voxels, torso.voxels.centres
    from_tip = dijkstra(voxels.graph, indices=tip)
    ring = np.abs(from_tip - length) <= 1.5 * voxels.step
    ring &= (sign * (centres[:, 0] - torso.middle) > 0) & (centres[:, 1] < torso.neck)
    return Arm(
        tip=centres[tip],
        shoulder=centres[ring].mean(axis=0) if ring.any() else centres[tip],
        length=length,
        from_tip=from_tip,
    )


def _arm_at_flank(torso: _Torso, sign: int) -> Arm:
    """Lay an arm along the side of the trunk, from under the neck to above the legs."""
    places: list[Point] = []
    for share, inset in ((0.85, 0.7), (0.1, _FLANK)):
        y = torso.crotch + share * torso.length
        x = torso.middle + sign * inset * torso.half_width(y, sign)
        places.append(np.array([x, y, torso.depth(x, y)]))
    return laid_arm(torso.voxels, shoulder=places[0], tip=places[1])


def laid_arm(voxels: Voxels, *, shoulder: Point, tip: Point) -> Arm:
    """Make an arm of a straight line in the body, for one that the shape does not show."""
    way = shoulder - tip
    length = max(float(np.linalg.norm(way)), voxels.step)
    along = np.clip((voxels.centres - tip) @ way / length, 0.0, length)
    gap = np.linalg.norm(voxels.centres - tip - along[:, None] * way / length, axis=1)
    from_tip = np.where(gap < 0.2 * length, along, 10.0 * length)
    return Arm(tip=tip, shoulder=shoulder, length=length, from_tip=from_tip, fused=True)
