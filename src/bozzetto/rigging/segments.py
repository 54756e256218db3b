"""The stretches of bone that move the flesh round them.

Letters: j joints.
"""

from collections.abc import Sequence

from bozzetto.rigging.binding import Segment
from bozzetto.rigging.joints import Joints
from bozzetto.rigging.skeletons import ROOT
from bozzetto.rigging.template import SIDES, tip_role

_PELVIS = (
    *((f"{side}UpperLeg", 0.55) for side in SIDES),
    *((f"{side}HindThigh", 0.4) for side in SIDES),
    ("loin", 1.0),
    ("tail1", 0.8),
)
"""How far along the way to other joints the pelvis reaches."""

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
            segments += _pelvis(joints, number)
    return tuple(segments)


def _pelvis(joints: Joints, number: int) -> list[Segment]:
    """Let the hips reach towards all that hangs on them."""
    start = joints.at("hips")
    reached = [(other, share) for other, share in _PELVIS if other in joints]
    return [
        Segment(joint=number, start=start, end=start + share * (joints.at(other) - start))
        for other, share in reached
    ]
