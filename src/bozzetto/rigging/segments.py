"""The stretches of bone that move the flesh round them.

Letters: j joints.
"""

from collections.abc import Sequence

from bozzetto.rigging.binding import Segment
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.skeletons import ROOT
from bozzetto.rigging.template import SIDES, tip_role

_FLESH_OF_HIPS = 0.55
"""How far along the way to the thigh the pelvis reaches."""

_REACH = {"spine": 1.2, "chest": 1.6, "upperChest": 1.3}
"""The trunk is thicker than an arm: without this, a hanging arm would own the flank beside it."""


def segments_of(joints: Joints, roles: Sequence[str]) -> tuple[Segment, ...]:
    """Return the bones of some roles; a joint's number is its place in `roles`."""
    segments: list[Segment] = []
    for number, role in enumerate(roles):
        if role == ROOT:
            continue  # It carries the whole and bends nothing.
        start, tip = joints.at(role), tip_role(role)
        end = joints.at(tip) if tip is not None and tip in joints else start
        reach = _REACH.get(role, 1.0)
        segments.append(Segment(joint=number, start=start, end=end, reach=reach))
        if role == "hips":
            for side in SIDES:
                thigh = start + _FLESH_OF_HIPS * (joints.at(f"{side}UpperLeg") - start)
                segments.append(Segment(joint=number, start=start, end=thigh))
    return tuple(segments)
