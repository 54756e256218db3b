"""Can this be rigged? Reasons, each with the nearest fix.

A person in the pictures, or a shape with two legs, two arms and a head: one of them is needed, and
legs and arms that can be told apart in any case. Frame: +y up, facing +z. Letters: c cells.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.rigging.anatomy import Anatomy
from bozzetto.rigging.figure import Figure
from bozzetto.rigging.landmarks import Landmarks
from bozzetto.rigging.voxels import Voxels

PERSON_SCORE = 0.5
"""The detector's score from which a view shows a person."""
AGREEMENT = 0.025
"""Share of the height up to which views may disagree on a person and still be believed."""

_LIKE_LIMBS = 1.6
"""Longer over shorter limb of a person, left and right; up to 1.1 where views see well."""
_LEAST_VIEWS = 0.5
"""Share of views that must show something like a person."""
_UPRIGHT = 0.5
"""Least height over the longest side."""
LEG_SHARE = (0.15, 0.62)
"""Of the height, from the ground to where the legs part."""
_ARM_SHARE = (0.18, 0.75)
"""Of the height, from the fingertips to the shoulder."""
_ARM_REACH = 0.1
"""Least distance of the fingertips from the median plane, of the height."""
_SLENDER = 0.035
"""Largest mean cross-section of an arm or leg, of the height squared."""
_TOE = 0.25
"""Share of what stands on the ground below which a piece is a toe or a finger, not a foot."""
_SYMMETRY = 0.8
_HEAD_SHARE = (0.08, 0.5)
"""Of the height, from the neck to the top."""


class UnriggableError(InputError):
    """A model that is no two-legged figure, or one whose limbs cannot be told apart."""


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Why a model cannot be rigged."""

    code: str
    message: str
    fix: str


def check_upright(figure: Figure) -> None:
    """Refuse what lies, before any work is done on it.

    Raises:
        UnriggableError: The model is far wider or deeper than high.
    """
    low, high = figure.mesh.bounds
    width, height, depth = (float(side) for side in high - low)
    if height < _UPRIGHT * max(width, depth):
        raise UnriggableError(
            f"A standing figure was wanted; this model is {width:.3g} m wide, {height:.3g} m high "
            f"and {depth:.3g} m deep.",
            advice="Turn it so that +y is up and it stands; vehicles and animals are not rigged.",
        )


def is_likely(seen: Landmarks) -> bool:
    """Tell whether at least half of the views show something like a person."""
    return float(np.mean(seen.scores >= PERSON_SCORE)) >= _LEAST_VIEWS


def unlikely(seen: Landmarks) -> UnriggableError:
    """Return the refusal of what looks like nobody."""
    return UnriggableError(
        f"A two-legged figure was wanted; {int((seen.scores >= PERSON_SCORE).sum())} of "
        f"{len(seen.scores)} views show something like one (score {seen.score:.2f}).",
        advice="Only standing figures are rigged. If it is one, stand it in a T or A pose.",
    )


def is_agreed(seen: Landmarks) -> bool:
    """Tell whether the views show one and the same person, from wherever that looks."""
    return seen.score >= PERSON_SCORE and seen.scatter <= AGREEMENT


def is_person(seen: Landmarks) -> bool:
    """Tell whether the views of somebody who looks ahead show one person, built as one.

    Few views can agree on a point that is nowhere: then left and right limbs differ in length.
    """
    return is_agreed(seen) and seen.unevenness <= _LIKE_LIMBS


def refusal(voxels: Voxels, anatomy: Anatomy | None, seen: Landmarks) -> Obstacle | None:
    """Return why a figure cannot be rigged; None where it can."""
    person = is_person(seen)
    if anatomy is None:
        return Obstacle(
            code="rig.refused.feet",
            message="Two feet side by side were wanted; the shape does not stand on any.",
            fix="Let the figure face +z with both feet on the ground.",
        )
    shape = _shape_reason(voxels, anatomy)
    if person:
        # A person is believed for what is odd about the build, not for limbs that are not there.
        return shape if shape is not None and shape.code in _ALWAYS else None
    if shape is not None:
        return shape
    return None


_ALWAYS = ("rig.refused.legs",)


def _shape_reason(voxels: Voxels, anatomy: Anatomy) -> Obstacle | None:
    """Return what the shape lacks of a body."""
    height = anatomy.height
    leg = (anatomy.crotch - anatomy.ground) / height
    if not LEG_SHARE[0] <= leg:
        return Obstacle(
            code="rig.refused.legs",
            message=f"Two separate legs were wanted; they part at {leg:.0%} of the height.",
            fix="Model the legs apart; a floor-length skirt or base has to come off.",
        )
    if leg > LEG_SHARE[1] or feet_of(voxels, anatomy) != (1, 1) or is_thick(voxels, anatomy):
        return Obstacle(
            code="rig.refused.two_legs",
            message="Two slender legs with a foot each were wanted; the shape stands otherwise.",
            fix="Only two-legged figures are rigged.",
        )
    for arm in anatomy.arms:
        reach = abs(float(arm.tip[0]) - anatomy.middle) / height
        if not _ARM_SHARE[0] <= arm.length / height <= _ARM_SHARE[1] or reach < _ARM_REACH:
            return Obstacle(
                code="rig.refused.arms",
                message="Two arms away from the body were wanted; the shape shows none, or they "
                "are fused to it.",
                fix="Model the arms in a T or A pose.",
            )
        if arm.shoulder[1] < anatomy.crotch or arm.shoulder[1] > anatomy.top - 0.05 * height:
            return Obstacle(
                code="rig.refused.shoulders",
                message="Shoulders between hips and head were wanted; the limbs are elsewhere.",
                fix="Only figures built like a human are rigged.",
            )
    if anatomy.symmetry < _SYMMETRY:
        return Obstacle(
            code="rig.refused.symmetry",
            message=f"A figure in a T or A pose was wanted; only {anatomy.symmetry:.0%} of the "
            "shape has a mirror image.",
            fix="Let it face +z, arms alike on both sides.",
        )
    head = (anatomy.top - anatomy.neck) / height
    if not _HEAD_SHARE[0] <= head <= _HEAD_SHARE[1]:
        return Obstacle(
            code="rig.refused.head",
            message="A head on a neck was wanted; the shape shows none.",
            fix="Only figures built like a human are rigged.",
        )
    return None


def feet_of(voxels: Voxels, anatomy: Anatomy) -> tuple[int, int]:
    """Count the pieces on the ground on each side: a chair has two, a man has one."""
    counts: list[int] = []
    for cells in anatomy.legs:
        low = cells & (voxels.centres[:, 1] < anatomy.ground + 0.06 * anatomy.height)
        where = voxels.cells[low]
        flat = np.zeros((voxels.solid.shape[0], voxels.solid.shape[2]), bool)
        flat[where[:, 0], where[:, 2]] = True
        pieces, number = label(flat, structure=np.ones((3, 3)))
        sizes = np.bincount(pieces.ravel())[1:]
        counts.append(int((sizes > _TOE * sizes.sum()).sum()) if number else 0)
    return counts[0], counts[1]


def is_thick(voxels: Voxels, anatomy: Anatomy) -> bool:
    """Tell whether legs or arms are as thick as a trunk."""
    leg = max(anatomy.crotch - anatomy.ground, voxels.step)
    areas = [float(cells.sum()) * voxels.step**3 / leg for cells in anatomy.legs]
    areas += [
        float((arm.from_tip < arm.length).sum()) * voxels.step**3 / max(arm.length, voxels.step)
        for arm in anatomy.arms
    ]
    return max(areas) > _SLENDER * anatomy.height**2


def doubts_of(anatomy: Anatomy, seen: Landmarks) -> list[Finding]:
    """Tell what a person should look at."""
    doubts: list[Finding] = []
    if not is_person(seen):
        doubts.append(
            Finding(
                code="rig.person.not_seen",
                severity=Severity.WARNING,
                message=f"The pictures show no person for sure (score {seen.score:.2f}, views "
                f"disagree by {seen.scatter:.1%} of the height), so joints were placed by shape.",
                fix="Check the joints, move them in joints.json and rig again.",
                measured=seen.scatter,
                limit=AGREEMENT,
            )
        )
    if anatomy.symmetry < _SYMMETRY:
        doubts.append(
            Finding(
                code="rig.pose.uneven",
                severity=Severity.WARNING,
                message=f"Only {anatomy.symmetry:.0%} of the figure has a mirror image: it is "
                "posed, and weights at bent joints are less sure.",
                fix="Rig a T or A pose where you can.",
                measured=anatomy.symmetry,
                limit=_SYMMETRY,
            )
        )
    return doubts
