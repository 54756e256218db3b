"""Find the joints of a standing biped: what pictures show and what the shape says, merged.

Pictures know where a body bends, the shape knows the middle of a limb. Where the views of a person
agree they lead; else the shape does, by proportions of the human body. Offsets between landmarks
and joints were set on bodies of Anny's and artists' rigs (`benchmarks/rigging.py`).
Frame here: +y up, facing +z, left is +x. Letters: c cells.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from bozzetto.rigging import landmarks as lm
from bozzetto.rigging.anatomy import Anatomy, Arm, centre_of_slice
from bozzetto.rigging.joints import Joints, joints_from
from bozzetto.rigging.landmarks import Landmarks
from bozzetto.rigging.suitability import is_person
from bozzetto.rigging.template import BODY, ENDS, HEAD_END, SIDES, mirrored
from bozzetto.rigging.voxels import Voxels

Point = Float64[np.ndarray, " 3"]
Places = dict[str, Point]

_MIRROR_FROM = 0.93
"""Symmetry of the shape from which left and right are averaged."""

# Share of the height to add to a landmark: outward, up, forward.
_SHOULDER_SHIFT = (0.003, -0.021, -0.004)
_ELBOW_SHIFT = (-0.002, -0.006, 0.0)
_HIP_SHIFT = (0.014, -0.004, -0.008)
_KNEE_SHIFT = (0.003, -0.009, 0.0)
_ANKLE_SHIFT = (0.0, -0.028, 0.0)
_TOES_SHIFT = (-0.002, 0.0, -0.014)

_ELBOW_AT, _WRIST_AT = 0.6, 0.25
"""Of the way from the fingertips to the shoulder."""
_HIP_AT = 0.125
"""Of the way from the crotch to the neck: the pelvis is part of the trunk, and short legs under a
long trunk do not make it smaller."""
_SPINE_AT = {"spine": 0.155, "chest": 0.42, "upperChest": 0.72}
"""Of the way from hips to neck."""

_BY_SHAPE, _BY_GUESS = 0.5, 0.25
"""Confidence in what the shape shows, and in what it only leaves room for."""
_ARM_ROLES = ("UpperArm", "LowerArm", "Hand", "HandEnd")

_SPINE_BACK = 0.01
"""Of the height: the spine lies behind the middle of the trunk."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureEvidence:
    """All that is known about a figure."""

    voxels: Voxels
    anatomy: Anatomy
    landmarks: Landmarks | None
    """None where no pictures were looked at."""

    @property
    def person_leads(self) -> bool:
        """Whether the views show one and the same person."""
        return self.landmarks is not None and is_person(self.landmarks)


def find_joints(evidence: FigureEvidence) -> Joints:
    """Place the 22 joints of the body, and its tips."""
    anatomy, voxels = evidence.anatomy, evidence.voxels
    by_shape = _by_shape(voxels, anatomy)
    places, confidence = dict(by_shape), dict.fromkeys(by_shape, _BY_SHAPE)
    for side, arm in zip(SIDES, anatomy.arms, strict=True):
        if arm.fused:
            confidence |= {f"{side}{role}": _BY_GUESS for role in _ARM_ROLES}
    if evidence.landmarks is not None and evidence.person_leads:
        for role, (place, trust) in _by_pictures(evidence.landmarks, anatomy.height).items():
            if trust > 0.2 and _is_in(voxels, place, anatomy.height):
                places[role], confidence[role] = place, trust
    places = _centred(places, voxels, anatomy)
    if anatomy.symmetry >= _MIRROR_FROM:
        places = _mirrored(places, anatomy.middle)
    places |= _trunk(places, voxels, anatomy, person_leads=evidence.person_leads)
    for role in (*_SPINE_AT, "hips", "neck", "head", HEAD_END, "leftShoulder", "rightShoulder"):
        ends = [confidence[s + r] for s in SIDES for r in ("UpperArm", "UpperLeg")]
        confidence[role] = float(np.mean(ends))
    order = [bone.role for bone in BODY] + [end for end in ENDS if end in places]
    return joints_from({role: places[role] for role in order}, confidence)


def _by_shape(voxels: Voxels, anatomy: Anatomy) -> Places:
    """Place the limbs by proportion along the arms and legs of the shape."""
    places: Places = {}
    leg = anatomy.crotch - anatomy.ground
    for side, arm, cells, sign in zip(SIDES, anatomy.arms, anatomy.legs, (1, -1), strict=True):
        places[f"{side}UpperArm"] = arm.shoulder
        for role, share in (("LowerArm", _ELBOW_AT), ("Hand", _WRIST_AT)):
            places[side + role] = _along_arm(voxels, arm, share)
        places[f"{side}HandEnd"] = arm.tip
        hip = anatomy.crotch + _HIP_AT * (anatomy.neck - anatomy.crotch)
        for role, height in (("UpperLeg", hip), ("LowerLeg", 0.55 * (hip - anatomy.ground))):
            at = height if role == "UpperLeg" else anatomy.ground + height
            middle = centre_of_slice(voxels, cells, min(at, anatomy.crotch - 0.06 * leg))
            guess = np.array([anatomy.middle + sign * 0.06 * anatomy.height, at, 0.0])
            places[side + role] = guess if middle is None else np.array([middle[0], at, middle[2]])
        places |= _foot(voxels, anatomy, cells, side=side)
    return places


def _along_arm(voxels: Voxels, arm: Arm, share: float) -> Point:
    """Return a place in an arm, at a share of the way from the fingertips to the shoulder."""
    if arm.fused:
        return arm.tip + share * (arm.shoulder - arm.tip)
    ring = np.abs(arm.from_tip - share * arm.length) <= 1.5 * voxels.step
    return voxels.centres[ring].mean(axis=0)


def _foot(voxels: Voxels, anatomy: Anatomy, cells: Bool[np.ndarray, " c"], *, side: str) -> Places:
    """Place ankle, ball and toe tip from the foot's outline on the ground."""
    leg = anatomy.crotch - anatomy.ground
    ankle = centre_of_slice(voxels, cells, anatomy.ground + 0.16 * leg)
    foot = cells & (voxels.centres[:, 1] < anatomy.ground + 0.1 * leg)
    points = voxels.centres[foot if foot.any() else cells]
    middle = points.mean(axis=0) if ankle is None else ankle
    front = float(points[:, 2].max())
    length = max(front - float(middle[2]), 0.02 * anatomy.height)
    low = anatomy.ground + 0.03 * leg
    across = float(points[points[:, 2] > front - 0.4 * length, 0].mean())
    return {
        f"{side}Foot": np.array([middle[0], anatomy.ground + 0.09 * leg, middle[2]]),
        f"{side}Toes": np.array([across, low, middle[2] + 0.66 * length]),
        f"{side}ToesEnd": np.array([across, low, front]),
    }


def _by_pictures(seen: Landmarks, height: float) -> dict[str, tuple[Point, float]]:
    """Turn landmarks into joints, each with a trust from 0 to 1."""
    found: dict[str, tuple[Point, float]] = {}
    table = (
        ("UpperArm", lm.SHOULDERS, _SHOULDER_SHIFT),
        ("LowerArm", lm.ELBOWS, _ELBOW_SHIFT),
        ("Hand", lm.WRISTS, (0.0, 0.0, 0.0)),
        ("UpperLeg", lm.HIPS, _HIP_SHIFT),
        ("LowerLeg", lm.KNEES, _KNEE_SHIFT),
        ("Foot", lm.ANKLES, _ANKLE_SHIFT),
        ("Toes", lm.TOES, _TOES_SHIFT),
    )
    for role, pair, shift in table:
        for side, index, sign in zip(SIDES, pair, (1, -1), strict=True):
            place = seen.points[index] + np.array([sign * shift[0], *shift[1:]]) * height
            trust = float(np.clip(1.15 - seen.disagreement[index] / 0.03, 0, 1)) * seen.score
            found[side + role] = (place, trust)
    return found


def _is_in(voxels: Voxels, place: Point, height: float) -> bool:
    """Tell whether a place lies in the figure, or nearly."""
    return float(voxels.tree.query(place)[0]) < 0.03 * height


def _centred(places: Places, voxels: Voxels, anatomy: Anatomy) -> Places:
    """Move elbows, wrists, knees and ankles to the middle of their limb."""
    centred = dict(places)
    for side, arm, cells in zip(SIDES, anatomy.arms, anatomy.legs, strict=True):
        for role in () if arm.fused else ("LowerArm", "Hand"):
            place = places[side + role]
            along = float(arm.from_tip[voxels.nearest(place[None])[0]])
            ring = np.abs(arm.from_tip - along) <= 1.5 * voxels.step
            middle = voxels.centres[ring].mean(axis=0)
            if along < 0.9 * arm.length and np.linalg.norm(middle - place) < 0.07 * anatomy.height:
                centred[side + role] = middle
        for role in ("LowerLeg", "Foot"):
            place = places[side + role]
            level = max(float(place[1]), anatomy.ground + 0.16 * (anatomy.crotch - anatomy.ground))
            middle = centre_of_slice(voxels, cells, level)
            if middle is not None and np.linalg.norm(middle - place) < 0.07 * anatomy.height:
                centred[side + role] = np.array([middle[0], place[1], middle[2]])
    return centred


def _mirrored(places: Places, middle: float) -> Places:
    """Average every place with the mirror image of its opposite."""
    flipped = {role: np.array([2 * middle - p[0], p[1], p[2]]) for role, p in places.items()}
    return {role: (place + flipped[mirrored(role)]) / 2 for role, place in places.items()}


def _trunk(places: Places, voxels: Voxels, anatomy: Anatomy, *, person_leads: bool) -> Places:
    """Place hips, spine, neck, head and collarbones between the limbs."""
    shoulders = (places["leftUpperArm"] + places["rightUpperArm"]) / 2
    hips = (places["leftUpperLeg"] + places["rightUpperLeg"]) / 2
    hips = hips + np.array([0.0, -0.01 * anatomy.height, 0.0])
    rise = 0.05 * anatomy.height if person_leads else 0.6 * (anatomy.neck - shoulders[1])
    neck = shoulders + np.array([0.0, max(rise, 0.01 * anatomy.height), 0.0])
    trunk: Places = {"hips": hips, "neck": neck}
    for role, share in _SPINE_AT.items():
        trunk[role] = hips + share * (neck - hips)
    head_room = anatomy.top - float(neck[1])
    trunk["head"] = neck + np.array([0.0, 0.31 * head_room, 0.0])
    trunk[HEAD_END] = np.array([neck[0], anatomy.top, neck[2]])
    for role in ("spine", "chest", "upperChest", "neck", "head"):
        depth = _middle_depth(voxels, trunk[role])
        if depth is not None:
            share = 0.4 if role in ("neck", "head") else 0.5
            back = 0.0 if role in ("neck", "head") else _SPINE_BACK * anatomy.height
            shift = share * (depth - trunk[role][2]) - back
            trunk[role] = trunk[role] + np.array([0.0, 0.0, shift])
    for side in SIDES:
        arm = places[f"{side}UpperArm"]
        inner = neck + 0.35 * (arm - neck)
        trunk[f"{side}Shoulder"] = np.array([inner[0], arm[1] - 0.005 * anatomy.height, inner[2]])
    return trunk


def _middle_depth(voxels: Voxels, place: Point) -> float | None:
    """Return the middle of the solid before and behind a place; None where there is none."""
    gap = np.abs(voxels.centres[:, :2] - place[:2])
    near = (gap <= 1.5 * voxels.step).all(axis=1)
    if not near.any():
        return None
    depths = voxels.centres[near, 2]
    return float(depths.min() + depths.max()) / 2
