"""Joints of a standing four-legged animal, from its shape alone.

Four feet on the ground in two pairs give the axis and the median plane, the belly the length of the
legs, and what reaches out beyond the front pair is the head. Proportions along legs and neck were
set on two artists' rigs (`benchmarks/rigging.py`).
Frame: +y up; after `stand_straight` the animal faces +z, left is +x. Letters: c cells, f feet.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from scipy.ndimage import label
from scipy.sparse.csgraph import dijkstra

from bozzetto.rigging.anatomy import median_plane
from bozzetto.rigging.joints import Joints, joints_from
from bozzetto.rigging.suitability import Obstacle
from bozzetto.rigging.template import QUADRUPED, QUADRUPED_ENDS, SIDES
from bozzetto.rigging.voxels import Voxels

Mask = Bool[np.ndarray, " c"]
Point = Float64[np.ndarray, " 3"]
Places = dict[str, Point]

_SLABS = (0.04, 0.07, 0.1)
"""Of the height: in which feet are looked for; paws differ in height."""
_SMALL_FOOT = 0.06
"""Of all that stands on the ground: smaller pieces are toes or tips of tails."""
_LEG_SHARE = (0.15, 0.68)
"""Of the height: where a belly can be."""
_ROUND = (0.45, 3.5)
"""Height of a trunk over its width: what is flat is a seat or a table top."""
_PAIRED = 0.45
"""How far, along the body, the feet of a pair may be apart, over the way between the pairs."""
_SYMMETRY = 0.8
_REACH = 0.1
"""Least reach of the head beyond the front feet, over the way between the pairs."""
_SLIM_HEAD = 0.85
"""Largest width of what reaches out in front, over that of the trunk."""
_HEAD_AT, _NECK_AT = 0.38, 0.7
"""Of the way from the nose to the withers, through the neck."""
_LEAST_TAIL = 0.12
"""Of the height."""
_BY_SHAPE = 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class Animal:
    """A four-legged shape that faces +z."""

    middle: float
    symmetry: float
    ground: float
    height: float
    front: float
    """z of the front feet."""
    hind: float
    belly: float
    """Height of the belly between the legs."""
    back: float
    """Height of the back above it."""

    @property
    def length(self) -> float:
        """From the hind to the front feet."""
        return self.front - self.hind

    @property
    def leg(self) -> float:
        """From the ground to the belly."""
        return self.belly - self.ground


def heading_of(voxels: Voxels) -> float | None:
    """Return radians round +y from +z to where an animal looks; None where it has not four feet."""
    feet = _feet(voxels)
    if feet is None:
        return None
    spread = [float(np.diff(np.sort(feet[:, axis]))[1]) for axis in (0, 1)]
    axis = int(spread[1] >= spread[0])
    along = voxels.centres[:, 0 if axis == 0 else 2]
    front, hind = np.sort(feet[:, axis])[2:].mean(), np.sort(feet[:, axis])[:2].mean()
    # A head with its neck is higher, and a head is wider than a tail.
    high = voxels.centres[:, 1] - voxels.centres[:, 1].min()
    across = voxels.centres[:, 2 if axis == 0 else 0]
    weight = high * np.abs(across - np.median(across))
    ahead = float((weight * np.clip(along - front, 0, None)).sum())
    behind = float((weight * np.clip(hind - along, 0, None)).sum())
    turn = 0.0 if ahead >= behind else np.pi
    return turn if axis == 1 else turn + np.pi / 2 if turn == 0.0 else -np.pi / 2


def study_animal(voxels: Voxels) -> Animal | Obstacle:
    """Study an animal that faces +z, or say why it is none."""
    feet = _feet(voxels)
    if feet is None:
        return _refused("Four feet on the ground were wanted; the shape has others.")
    order = np.argsort(feet[:, 1])
    hind, front = feet[order[:2]], feet[order[2:]]
    gap = float(front[:, 1].mean() - hind[:, 1].mean())
    pairs_apart = max(float(np.ptp(hind[:, 1])), float(np.ptp(front[:, 1])))
    middle, symmetry = median_plane(voxels)
    sides = [(pair[:, 0] > middle).sum() for pair in (hind, front)]
    if pairs_apart > _PAIRED * gap or sides != [1, 1]:
        return _refused("Two pairs of feet were wanted; the feet stand otherwise.")
    animal = _measured(voxels, middle, symmetry, front=front, hind=hind)
    if animal is None:
        return _refused("A belly between the legs was wanted; the shape is open there.")
    return _lacking(voxels, animal) or animal


def find_animal_joints(voxels: Voxels, animal: Animal) -> Joints:
    """Place the joints of an animal that faces +z."""
    places = _trunk(voxels, animal) | _tail(voxels, animal)
    for side, sign in zip(SIDES, (1, -1), strict=True):
        places |= _leg(voxels, animal, side, sign=sign, front=True)
        places |= _leg(voxels, animal, side, sign=sign, front=False)
    order = [b.role for b in QUADRUPED if b.role in places]
    order += [end for end in QUADRUPED_ENDS if end in places]
    mirrored = _alike(places, animal)
    return joints_from({r: mirrored[r] for r in order}, dict.fromkeys(order, _BY_SHAPE))


def _refused(message: str) -> Obstacle:
    return Obstacle(
        code="rig.refused.animal",
        message=message,
        fix="Only animals that stand on four legs apart, head in front, are rigged.",
    )


def _feet(voxels: Voxels) -> Float64[np.ndarray, "f 2"] | None:
    """Return x and z of four feet; None where another number stands on the ground."""
    centres = voxels.centres
    ground, height = float(centres[:, 1].min()), float(np.ptp(centres[:, 1]))
    for share in _SLABS:
        low = centres[:, 1] < ground + share * height + voxels.step
        flat = np.zeros((voxels.solid.shape[0], voxels.solid.shape[2]), np.int64)
        np.add.at(flat, (voxels.cells[low, 0], voxels.cells[low, 2]), 1)
        pieces, number = label(flat > 0, structure=np.ones((3, 3)))
        sizes = np.bincount(pieces.ravel(), flat.ravel())[1:]
        kept = [i + 1 for i in range(number) if sizes[i] > _SMALL_FOOT * sizes.sum()]
        if len(kept) == 4:
            where = [np.argwhere(pieces == i).mean(axis=0) for i in kept]
            return np.array(where) * voxels.step + voxels.origin[[0, 2]]
    return None


def _measured(
    voxels: Voxels,
    middle: float,
    symmetry: float,
    *,
    front: Float64[np.ndarray, "2 2"],
    hind: Float64[np.ndarray, "2 2"],
) -> Animal | None:
    """Measure belly and back half way between the legs."""
    centres = voxels.centres
    z_front, z_hind = float(front[:, 1].mean()), float(hind[:, 1].mean())
    x, z = np.abs(centres[:, 0] - middle), centres[:, 2]
    column = (x <= 1.5 * voxels.step) & (np.abs(z - (z_front + z_hind) / 2) <= 2 * voxels.step)
    if not column.any():
        return None
    y = centres[column, 1]
    return Animal(
        middle=middle,
        symmetry=symmetry,
        ground=float(centres[:, 1].min()),
        height=float(np.ptp(centres[:, 1])),
        front=z_front,
        hind=z_hind,
        belly=float(y.min()),
        back=float(y.max()),
    )


def _lacking(voxels: Voxels, animal: Animal) -> Obstacle | None:
    """Return what an object with four feet lacks of an animal."""
    share = animal.leg / animal.height
    if not _LEG_SHARE[0] <= share <= _LEG_SHARE[1]:
        return _refused(f"A belly above the legs was wanted; it is at {share:.0%} of the height.")
    if animal.symmetry < _SYMMETRY:
        return _refused("Left and right alike were wanted; the shape is lopsided.")
    centres, width = voxels.centres, _width(voxels, animal, (animal.hind, animal.front))
    if not _ROUND[0] <= (animal.back - animal.belly) / max(width, voxels.step) <= _ROUND[1]:
        return _refused("A rounded trunk was wanted; this one is flat.")
    reach = (float(centres[:, 2].max()) - animal.front) / animal.length
    ahead = _width(voxels, animal, (animal.front + 0.5 * reach * animal.length, np.inf))
    if reach < _REACH or ahead > _SLIM_HEAD * width:
        return _refused("A head in front of the legs was wanted; nothing slimmer reaches out.")
    legs = (centres[:, 1] < animal.ground + 0.6 * animal.leg).sum() * voxels.step**2
    if legs * voxels.step / (0.6 * animal.leg) > 0.5 * width * (animal.length + width):
        return _refused("Slender legs were wanted; these are as broad as the body.")
    return None


def _width(voxels: Voxels, animal: Animal, between: tuple[float, float]) -> float:
    """Return the mean width above the belly in a range of z."""
    centres = voxels.centres
    chosen = (centres[:, 2] >= between[0]) & (centres[:, 2] <= between[1])
    chosen &= centres[:, 1] > animal.belly
    rows = np.unique(voxels.cells[chosen, 2])
    widths = [float(np.ptp(centres[chosen & (voxels.cells[:, 2] == row), 0])) for row in rows]
    return float(np.mean(widths)) if widths else 0.0


def _trunk(voxels: Voxels, animal: Animal) -> Places:
    """Place the spine from the hips to the head."""
    places: Places = {}
    thick = animal.back - animal.belly
    for role, share, rise in (("hips", 0.06, 0.26), ("loin", 0.38, 0.12), ("back", 0.64, 0.06)):
        z = animal.hind + share * animal.length
        low, high = _span(voxels, animal, z)
        places[role] = np.array([animal.middle, (low + high) / 2 + rise * thick, z])
    z = animal.front - 0.14 * animal.length
    low, high = _span(voxels, animal, z)
    withers = np.array([animal.middle, (low + high) / 2, z])
    z = animal.front + 0.02 * animal.length
    base = np.array([animal.middle, animal.belly + 0.52 * thick, z])
    ahead = _central(voxels, animal, 2.5) & (voxels.centres[:, 2] > animal.front)
    ahead &= voxels.centres[:, 1] > animal.belly - 0.5 * animal.leg
    nose = int(np.where(ahead, voxels.centres[:, 2], -np.inf).argmax())
    path = _Path.between(voxels, nose, base)
    return places | {
        "withers": withers,
        "neckBase": base,
        # A spine and a skull lie in the upper half of neck and head.
        "neckMiddle": path.at(_NECK_AT, animal.middle) + np.array([0.0, 0.12 * thick, 0.0]),
        "skull": path.at(_HEAD_AT, animal.middle) + np.array([0.0, 0.2 * thick, 0.0]),
        "skullEnd": voxels.centres[nose] * (0, 1, 1) + np.array([animal.middle, 0, 0]),
    }


def _tail(voxels: Voxels, animal: Animal) -> Places:
    """Place a tail where one reaches out behind; nothing where there is none."""
    centres = voxels.centres
    behind = _central(voxels, animal, 3.0) & (centres[:, 2] < animal.hind + 0.1 * animal.length)
    root = np.array([animal.middle, animal.back - 0.15 * (animal.back - animal.belly), 0.0])
    root[2] = animal.hind + 0.08 * animal.length
    start = int(voxels.nearest(root[None])[0])
    away = dijkstra(voxels.graph, indices=start)
    # Below the belly only what hangs behind the legs.
    hanging = (centres[:, 1] > animal.belly) | (centres[:, 2] < animal.hind)
    reach = np.where(behind & hanging & np.isfinite(away), away, 0.0)
    tip = int(reach.argmax())
    length = float(np.linalg.norm(centres[tip] - root))
    if length < _LEAST_TAIL * animal.height or centres[tip, 2] > animal.hind:
        return {}
    path = _Path.between(voxels, tip, root)
    return {
        f"tail{index + 1}": path.at(share, animal.middle)
        for index, share in enumerate((0.85, 0.6, 0.4, 0.2))
    } | {"tailEnd": centres[tip]}


def _leg(voxels: Voxels, animal: Animal, side: str, *, sign: int, front: bool) -> Places:
    """Place a leg's joints by proportion, in the middle of its slices."""
    centres = voxels.centres
    cells = (sign * (centres[:, 0] - animal.middle) > 0) & (
        (centres[:, 2] > (animal.front + animal.hind) / 2) == front
    )
    cells &= centres[:, 1] < animal.belly
    name = side + ("Front" if front else "Hind")
    foot = _slice(voxels, cells, animal.ground + 0.1 * animal.leg)
    thick = animal.back - animal.belly
    lower = 0.56 if front else 0.64
    joint = _slice(voxels, cells, animal.ground + lower * animal.leg)
    ankle = _slice(voxels, cells, animal.ground + 0.19 * animal.leg)
    top = _slice(voxels, cells, animal.ground + 0.92 * animal.leg)
    places = {f"{name}Lower": joint, f"{name}Foot": ankle}
    ahead = 0.05 * animal.length
    places[f"{name}FootEnd"] = np.array([foot[0], animal.ground, foot[2] + ahead])
    if front:
        places[f"{name}Upper"] = np.array([top[0], animal.belly + 0.23 * thick, top[2]])
        return places
    places[f"{name}Thigh"] = np.array(
        [top[0], animal.belly + 0.58 * thick, animal.hind + 0.11 * animal.length]
    )
    places[f"{name}Upper"] = np.array(
        [top[0], animal.belly + 0.1 * thick, top[2] + 0.11 * animal.length]
    )
    return places


def _slice(voxels: Voxels, cells: Mask, y: float) -> Point:
    """Return the middle of some cells at a height, or of those nearest to it."""
    gap = np.where(cells, np.abs(voxels.centres[:, 1] - y), np.inf)
    near = gap <= gap.min() + voxels.step
    x, _, z = voxels.centres[near].mean(axis=0)
    return np.array([x, y, z])


def _span(voxels: Voxels, animal: Animal, z: float) -> tuple[float, float]:
    """Return the lowest and highest of the trunk in the median plane at a z."""
    column = _central(voxels, animal, 1.5) & (np.abs(voxels.centres[:, 2] - z) <= 1.5 * voxels.step)
    y = voxels.centres[column, 1]
    if len(y) == 0:
        return animal.belly, animal.back
    # Neck and rump rise above the back, but the spine goes on below them.
    return max(float(y.min()), animal.belly), min(float(y.max()), animal.back)


def _central(voxels: Voxels, animal: Animal, cells: float) -> Mask:
    return np.abs(voxels.centres[:, 0] - animal.middle) <= cells * voxels.step


def _alike(places: Places, animal: Animal) -> Places:
    """Give both sides one leg's shape, where the animal mirrors and stands still."""
    result = dict(places)
    for role, place in places.items():
        if not role.startswith("left"):
            continue
        other = places["right" + role.removeprefix("left")]
        flipped = other * (-1, 1, 1) + np.array([2 * animal.middle, 0, 0])
        if np.linalg.norm(flipped - place) < 0.06 * animal.height:
            mean = (place + flipped) / 2
            result[role] = mean
            result["right" + role.removeprefix("left")] = mean * (-1, 1, 1) + np.array(
                [2 * animal.middle, 0, 0]
            )
    return result


@dataclass(frozen=True, kw_only=True, eq=False)
class _Path:
    """A way through the solid from a tip to a place."""

    voxels: Voxels
    from_tip: Float64[np.ndarray, " c"]
    from_place: Float64[np.ndarray, " c"]
    length: float

    @staticmethod
    def between(voxels: Voxels, tip: int, place: Point) -> "_Path":
        """Measure from a cell to a place."""
        cell = int(voxels.nearest(place[None])[0])
        away = dijkstra(voxels.graph, indices=[tip, cell])
        return _Path(
            voxels=voxels, from_tip=away[0], from_place=away[1], length=float(away[0][cell])
        )

    def at(self, share: float, middle: float) -> Point:
        """Return the middle of what lies at a share of the way from the tip."""
        step = self.voxels.step
        ring = np.abs(self.from_tip - share * self.length) <= 1.5 * step
        # Only what is on the way: a neck, not the ears above it.
        ring &= self.from_tip + self.from_place <= 1.12 * self.length + 2 * step
        place = self.voxels.centres[ring].mean(axis=0)
        return np.array([middle, place[1], place[2]])
