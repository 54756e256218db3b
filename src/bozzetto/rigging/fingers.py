"""Fingers, where a mesh has them apart; a mitten or a fist stays one piece.

A hand is looked at on a grid of its own, fine enough to see between fingers. What stays in pieces
far from the wrist, measured through the hand, is a finger; the thumb is the one that parts first.
Frame: +y up, facing +z, left is +x. Letters: v vertices, c cells of the hand's grid.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.sparse.csgraph import connected_components, dijkstra

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.skeleton import Skin
from bozzetto.rigging.binding import BindOptions, Segment, at_vertices, skin_from, solid_weights
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.template import FINGERS, SIDES, tip_role
from bozzetto.rigging.voxels import Voxels, voxelize

Point = Float64[np.ndarray, " 3"]
Places = dict[str, Point]
Distances = Float64[np.ndarray, " c"]

_CELLS = 44
"""Of the hand's grid, along the hand."""
_LEVELS = 40
_LEAST = 0.09
"""Of the hand's length: how far a finger must stand out."""
_FEWEST, _MOST = 4, 5
_LARGEST = 0.3
"""Of the figure's height: what is longer than this is no hand."""
_JOINTS = {"Proximal": -0.12, "Intermediate": 0.36, "Distal": 0.68}
_THUMB_JOINTS = {"Metacarpal": -0.45, "Proximal": 0.1, "Distal": 0.55}
"""Of the way from where a finger parts to its tip."""
_THUMB = 0.88
"""Most that a thumb reaches, where it parts and where it ends, over the other fingers."""
_LIKE = 0.45
"""Least length of a finger over the longest's."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Finger:
    """One finger on the hand's grid."""

    cells: Bool[np.ndarray, " c"]
    base: float
    """Distance from the wrist at which it parts from the others."""
    end: float

    @property
    def length(self) -> float:
        return self.end - self.base


def find_fingers(mesh: Mesh, joints: Joints, voxels: Voxels, *, side: str) -> Places:
    """Return the joints and tips of a hand's fingers; nothing where they are not apart.

    Args:
        mesh: The figure.
        joints: Of the body, in the mesh's frame.
        voxels: The figure's.
        side: `left` or `right`.
    """
    hand = _hand_of(mesh, joints, voxels, side=side)
    if hand is None:
        return {}
    wrist = joints.at(f"{side}Hand")
    away = dijkstra(hand.graph, indices=int(hand.nearest(wrist[None])[0]))
    fingers = _fingers(hand, away, float(np.linalg.norm(joints.at(f"{side}HandEnd") - wrist)))
    if not _FEWEST <= len(fingers) <= _MOST:
        return {}
    places: Places = {}
    for name, finger in _named(hand, fingers).items():
        spread = _THUMB_JOINTS if name == "Thumb" else _JOINTS
        for part, share in spread.items():
            places[f"{side}{name}{part}"] = _along(hand, away, finger, share=share)
        places[f"{side}{name}End"] = _along(hand, away, finger, share=0.97)
    return places


def bend_fingers(
    mesh: Mesh, skin: Skin, joints: Joints, *, roles: tuple[str, ...], options: BindOptions
) -> Skin:
    """Share what a hand moves between it and its fingers.

    Args:
        mesh: The figure.
        skin: In which hands move as one.
        joints: In the mesh's frame.
        roles: Of the skin's joints.
        options: How far bones reach.
    """
    dense = np.zeros((mesh.num_vertices, len(roles)))
    for column in range(skin.joints.shape[1]):
        np.add.at(dense, (np.arange(len(dense)), skin.joints[:, column]), skin.weights[:, column])
    changed = False
    for side in SIDES:
        segments = _segments(joints, roles, side)
        if len(segments) < 2:
            continue
        hand = roles.index(f"{side}Hand")
        mine = dense[:, hand] > options.least_weight
        grid = _grid(mesh, mine, _length(joints, side))
        if grid is None:
            continue
        weights = solid_weights(segments, grid, options=options)
        share = at_vertices(mesh.positions[mine].copy(), weights, grid)
        rows = np.flatnonzero(mine)
        whole = dense[rows, hand]
        dense[rows, hand] = 0.0
        dense[rows, : share.shape[1]] += share * whole[:, None]
        changed = True
    return skin_from(dense, options=options) if changed else skin


def _length(joints: Joints, side: str) -> float:
    return float(np.linalg.norm(joints.at(f"{side}HandEnd") - joints.at(f"{side}Hand")))


def _segments(joints: Joints, roles: tuple[str, ...], side: str) -> tuple[Segment, ...]:
    """Return the bones of a hand and its fingers."""
    if f"{side}Hand" not in joints:
        return ()
    hand = joints.at(f"{side}Hand")
    segments: list[Segment] = []
    for number, role in enumerate(roles):
        stem = role.removeprefix(side)
        if stem == role or not stem.startswith(FINGERS):
            continue
        tip = tip_role(role)
        end = joints.at(tip) if tip is not None and tip in joints else joints.at(role)
        segments.append(Segment(joint=number, start=joints.at(role), end=end))
        if stem.endswith(("Metacarpal", "Proximal")) and stem != "ThumbProximal":
            palm = hand + 0.85 * (joints.at(role) - hand)
            own = roles.index(f"{side}Hand")
            segments.append(Segment(joint=own, start=hand, end=palm))
    return tuple(segments)


def _hand_of(mesh: Mesh, joints: Joints, voxels: Voxels, *, side: str) -> Voxels | None:
    """Fill the grid of a hand: all that is nearer to the fingertips than the wrist is."""
    length = _length(joints, side)
    height = float(mesh.bounds[1][1] - mesh.bounds[0][1])
    if not 0 < length < _LARGEST * height:
        return None
    ends = voxels.nearest(np.stack([joints.at(f"{side}HandEnd"), joints.at(f"{side}Hand")]))
    away = dijkstra(voxels.graph, indices=int(ends[0]))
    cell_of = voxels.nearest(mesh.positions.astype(np.float64))
    return _grid(mesh, away[cell_of] <= 1.1 * float(away[ends[1]]) + voxels.step, length)


def _grid(mesh: Mesh, chosen: Bool[np.ndarray, " v"], length: float) -> Voxels | None:
    """Fill a fine grid with a part of the mesh."""
    kept = mesh.triangles[chosen[mesh.triangles].all(axis=1)]
    if len(kept) < 8:
        return None
    used, corners = np.unique(kept, return_inverse=True)
    part = Mesh(
        positions=mesh.positions[used].copy(),
        triangles=corners.reshape(-1, 3).astype(np.int32),
    )
    sides = (part.bounds[1] - part.bounds[0]).astype(np.float64)
    step = length / _CELLS
    cells = int(max(float(sides[1]) / step, float(sides.max()) / (1.6 * step), 4.0))
    if cells > 4 * _CELLS:
        return None
    return voxelize(part, cells=cells)


def _fingers(hand: Voxels, away: Float64[np.ndarray, " c"], length: float) -> list[_Finger]:
    """Find the pieces that stand out farthest from the wrist."""
    reach = float(away[np.isfinite(away)].max())
    best: list[Int64[np.ndarray, " n"]] = []
    for level in np.linspace(0.25, 0.9, _LEVELS) * reach:
        pieces = _pieces(hand, away, float(level), least=_LEAST * length)
        if len(pieces) > len(best):
            best = pieces
    tips = [int(piece[away[piece].argmax()]) for piece in best]
    fingers = [_grown(hand, away, tips, index=index) for index in range(len(tips))]
    longest = max((finger.length for finger in fingers), default=0.0)
    return [finger for finger in fingers if finger.length > _LIKE * longest]


def _pieces(
    hand: Voxels, away: Float64[np.ndarray, " c"], level: float, *, least: float
) -> list[Int64[np.ndarray, " n"]]:
    """Return the connected pieces beyond a distance, without what hardly stands out."""
    members = np.flatnonzero(np.isfinite(away) & (away > level)).astype(np.int64)
    if len(members) == 0:
        return []
    number, label = connected_components(hand.graph[members][:, members], directed=False)
    groups = [members[label == index] for index in range(number)]
    return [group for group in groups if float(away[group].max()) > level + least]


def _grown(
    hand: Voxels, away: Float64[np.ndarray, " c"], tips: list[int], *, index: int
) -> _Finger:
    """Follow a finger towards the wrist until it meets another."""
    tip = tips[index]
    cells = np.zeros(len(away), bool)
    base = float(away[tip])
    for level in np.linspace(float(away[tip]) * 0.98, 0.15 * float(away[tip]), _LEVELS):
        own = next((p for p in _pieces(hand, away, float(level), least=0.0) if tip in p), None)
        if own is None:
            continue
        if any(other in own for other in tips if other != tip):
            break
        cells[:] = False
        cells[own] = True
        base = float(level)
    return _Finger(cells=cells, base=base, end=float(away[tip]))


def _named(hand: Voxels, fingers: list[_Finger]) -> dict[str, _Finger]:
    """Name fingers; nothing where thumb and others cannot be told apart.

    The thumb parts and ends nearer to the wrist. Without one the four others are told by where
    thumbs are on all figures that stand: in front.
    """
    middles = np.array([hand.centres[finger.cells].mean(axis=0) for finger in fingers])
    reach = np.array([finger.base + finger.end for finger in fingers])
    thumb = int(reach.argmin())
    others = [index for index in range(len(fingers)) if index != thumb]
    if reach[thumb] > _THUMB * float(np.median(reach[others])):
        if len(fingers) != 4:
            return {}
        thumb, others = -1, list(range(4))
    # Along the row of knuckles, from the side on which the thumb is.
    middle = middles[others].mean(axis=0)
    axis = np.linalg.svd(middles[others] - middle)[2][0]
    front = np.array([0.0, 0.0, 1.0]) if thumb < 0 else middles[thumb] - middle
    if float(axis @ front) > 0:
        axis = -axis
    order = sorted(others, key=lambda index: float(axis @ (middles[index] - middle)))
    names: tuple[str, ...] = FINGERS[1:]
    named: dict[str, _Finger] = {}
    for name, index in zip(names, order, strict=False):
        named[name] = fingers[index]
    return named if thumb < 0 else {"Thumb": fingers[thumb], **named}


def _along(
    hand: Voxels, away: Float64[np.ndarray, " c"], finger: _Finger, *, share: float
) -> Point:
    """Return the middle of a finger at a share of its length; before 0, on into the palm."""
    step = hand.step
    if share < 0.08:
        near, far = (_along(hand, away, finger, share=at) for at in (0.12, 0.4))
        return near + (near - far) / 0.28 * (0.12 - share)
    at = finger.base + share * finger.length
    ring = finger.cells & (np.abs(away - at) <= 1.5 * step)
    if not ring.any():
        ring = finger.cells
    return hand.centres[ring].mean(axis=0)
