"""Study a figure's shape: as a person's first, then as a stylised one, and refuse what is neither.

What pictures show as a person may have touching legs and arms at its body; what they do not show as
one must have all limbs apart. Frame: +y up, facing +z. Letters: c cells.
"""

from dataclasses import dataclass, replace

import numpy as np

from bozzetto.findings import Finding, Severity
from bozzetto.rigging.anatomy import Anatomy, Mask, find_anatomy, gap_between_legs
from bozzetto.rigging.landmarks import HIPS, Landmarks
from bozzetto.rigging.second_look import SecondLook, look_again
from bozzetto.rigging.suitability import (
    LEG_SHARE,
    Obstacle,
    UnriggableError,
    doubts_of,
    feet_of,
    is_likely,
    is_person,
    is_thick,
    refusal,
    unlikely,
)
from bozzetto.rigging.voxels import Voxels

_CROTCH_BELOW_HIPS = 0.06
"""Of the height."""
_LEAST_GAP = 0.15
"""Of the legs' length: with less of a gap they touch, or are a robe."""
_STUBBY = 0.08
"""Shortest legs of a stylised figure, of the height."""
_HEAD_SHARE = (0.06, 0.75)
_CLEAR_NECK = 0.85
"""Largest neck, over head and trunk, of a figure that pictures do not show as one: hoods hide most
of it. No model of a hundred that is no figure has all else that is asked for."""
_MIRRORS = 0.93
_LIKE_SIDES = 0.85
"""Least symmetry of a figure that pictures do not surely show as a person."""
_LONGEST_FOOT = 0.33
"""Of the height."""
_LIKE_ARMS = 1.4
"""Longer over shorter arm."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Suitable:
    """A figure that can be rigged, and what is doubtful about it."""

    anatomy: Anatomy
    voxels: Voxels
    """With touching legs severed."""
    findings: tuple[Finding, ...]


def study(voxels: Voxels, seen: Landmarks) -> Suitable:
    """Find the limbs of a figure.

    Raises:
        UnriggableError: It cannot be rigged; the message says why, the advice what would help.
    """
    apart, touch = _as_person(voxels, seen)
    reason = refusal(voxels, apart, seen)
    if is_likely(seen) and reason is None and apart is not None:
        notes = [*doubts_of(apart, seen), *([_TOUCHING_LEGS] if touch else [])]
        kept = severed(voxels, apart.legs) if touch else voxels
        return Suitable(anatomy=apart, voxels=kept, findings=tuple(notes))
    again = look_again(voxels, crotch=_seen_crotch(voxels, seen))
    second = _stylised_refusal(voxels, again, seen)
    if again is None or second is not None:
        if not is_likely(seen):
            raise unlikely(seen)
        reason = reason or second
        assert reason is not None
        raise UnriggableError(reason.message, advice=reason.fix)
    findings = (*doubts_of(again.anatomy, seen), *_notes(again))
    # A robe stays whole: it bends softly with both legs.
    whole = again.robe or not again.legs_touch
    kept = voxels if whole else severed(voxels, again.anatomy.legs)
    return Suitable(anatomy=again.anatomy, voxels=kept, findings=tuple(findings))


def _as_person(voxels: Voxels, seen: Landmarks) -> tuple[Anatomy | None, bool]:
    """Study the shape; a person's legs that touch here and there are parted where hips are seen.

    Returns:
        The anatomy, and whether legs that touch had to be parted.
    """
    apart, hips = find_anatomy(voxels), _seen_crotch(voxels, seen)
    if apart is None or hips is None:
        return apart, False
    if apart.crotch - apart.ground > 0.5 * (hips - apart.ground):
        return apart, False
    gap = gap_between_legs(voxels, middle=apart.middle, crotch=hips)
    if gap <= _LEAST_GAP:
        return apart, False
    return find_anatomy(voxels, crotch=hips), True


def _seen_crotch(voxels: Voxels, seen: Landmarks) -> float | None:
    """Return where pictures of a person put the crotch."""
    if not is_person(seen):
        return None
    height = float(np.ptp(voxels.centres[:, 1]))
    return float(seen.points[list(HIPS), 1].mean()) - _CROTCH_BELOW_HIPS * height


def _stylised_refusal(voxels: Voxels, again: SecondLook | None, seen: Landmarks) -> Obstacle | None:
    """Return why not even a stylised figure can be rigged."""
    if again is None:
        return Obstacle(
            code="rig.refused.legs",
            message="Two legs below a head were wanted; the shape shows none.",
            fix="A bust, a seated figure or a floor-length robe cannot be rigged: model legs.",
        )
    anatomy = again.anatomy
    leg = (anatomy.crotch - anatomy.ground) / anatomy.height
    head = (anatomy.top - anatomy.neck) / anatomy.height
    if not _STUBBY <= leg <= LEG_SHARE[1] or not _HEAD_SHARE[0] <= head <= _HEAD_SHARE[1]:
        return Obstacle(
            code="rig.refused.proportions",
            message=f"Legs, a trunk and a head were wanted; the legs part at {leg:.0%} of the "
            f"height and the head starts at {1 - head:.0%}.",
            fix="Model legs that stand out below the body.",
        )
    if not again.legs_touch and feet_of(voxels, anatomy) != (1, 1):
        return Obstacle(
            code="rig.refused.two_legs",
            message="Two legs with a foot each were wanted; the shape stands otherwise.",
            fix="Only two-legged figures are rigged this way.",
        )
    if is_person(seen):
        return None
    if again.legs_touch or anatomy.symmetry < _LIKE_SIDES:  # As a tree that looks like somebody.
        return Obstacle(
            code="rig.refused.legs",
            message="Two separate legs and like sides were wanted; the shape has not both, and "
            "the pictures show no person for sure.",
            fix="Model the legs apart, and let it face +z in a T or A pose.",
        )
    return None if is_likely(seen) else _unclear(voxels, again)


def _unclear(voxels: Voxels, again: SecondLook) -> Obstacle | None:
    """Return what is missing to a figure that nobody would take for a person in pictures."""
    anatomy = again.anatomy
    lengths = sorted(arm.length for arm in anatomy.arms)
    tips = [float(arm.tip[1]) for arm in anatomy.arms]
    clear = (
        not again.legs_touch
        and not again.arms_fused
        and again.neck_ratio <= _CLEAR_NECK
        and anatomy.symmetry >= _MIRRORS
        and lengths[1] <= _LIKE_ARMS * lengths[0]
        and max(tips) < anatomy.neck
        and not is_thick(voxels, anatomy)
        and _longest_foot(voxels, anatomy) < _LONGEST_FOOT * anatomy.height
        and _has_neck(voxels, anatomy)
    )
    if clear:
        return None
    return Obstacle(
        code="rig.refused.nobody",
        message="A figure with limbs apart was wanted; neither pictures nor shape show one.",
        fix="Stand it in a T or A pose, limbs apart.",
    )


def _longest_foot(voxels: Voxels, anatomy: Anatomy) -> float:
    """Return how far the longer foot reaches from back to front: a chair's rail is no foot."""
    centres = voxels.centres
    low = centres[:, 1] < anatomy.ground + 0.06 * anatomy.height
    return max(float(np.ptp(centres[low & leg, 2])) for leg in anatomy.legs)


def _has_neck(voxels: Voxels, anatomy: Anatomy) -> bool:
    """Tell whether the neck is in the middle: a chair's back stands on two posts."""
    gap = np.abs(voxels.centres - np.array([anatomy.middle, anatomy.neck, 0.0]))
    return bool(((gap[:, 0] <= 2 * voxels.step) & (gap[:, 1] <= voxels.step)).any())


def severed(voxels: Voxels, legs: tuple[Mask, Mask]) -> Voxels:
    """Part legs that touch, so that no leg moves the other."""
    return replace(voxels, zones=legs[0].astype(np.int64) + 2 * legs[1].astype(np.int64))


def _notes(again: SecondLook) -> list[Finding]:
    """Tell what was inferred."""
    notes = [_TOUCHING_LEGS] if again.legs_touch and not again.robe else []
    notes += [_HIDDEN_LEGS] if again.robe else []
    return [*notes, _FUSED_ARMS] if again.arms_fused else notes


def _warning(code: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, message=message, fix=fix)


_TOUCHING_LEGS = _warning(
    "rig.legs.touch",
    "The legs touch; they were parted where their slices are thinnest.",
    "Look at the inner thighs in the sheet; model the legs apart for wide steps.",
)
_HIDDEN_LEGS = _warning(
    "rig.legs.hidden",
    "The legs are one piece, a skirt or robe; it bends softly with both.",
    "Keep steps short, or model the legs apart.",
)
_FUSED_ARMS = _warning(
    "rig.arms.fused",
    "An arm does not part from the body; it was laid along the flank, which it pulls.",
    "Model the arms away from the body for clips that raise them.",
)
