"""The biped or quadruped that a figure gets: roles, who hangs on whom, which mirror each other.

Roles are VRM 1.0's humanoid bones; `End` roles are the tips of chains, not joints of the skeleton.
"""

from dataclasses import dataclass

SIDES = ("left", "right")
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")

_TRUNK = (
    ("hips", ""),
    ("spine", "hips"),
    ("chest", "spine"),
    ("upperChest", "chest"),
    ("neck", "upperChest"),
    ("head", "neck"),
)
_LIMBS = (
    ("Shoulder", "upperChest"),
    ("UpperArm", "Shoulder"),
    ("LowerArm", "UpperArm"),
    ("Hand", "LowerArm"),
    ("UpperLeg", "hips"),
    ("LowerLeg", "UpperLeg"),
    ("Foot", "LowerLeg"),
    ("Toes", "Foot"),
)
THUMB = ("Metacarpal", "Proximal", "Distal")
FINGER = ("Proximal", "Intermediate", "Distal")
HEAD_END = "headEnd"


@dataclass(frozen=True, kw_only=True)
class Bone:
    """A role and its parent's; the parent of a root is empty."""

    role: str
    parent: str


def _sided(side: str, role: str) -> str:
    """Name one side's copy of a role; roles of the trunk start in lower case."""
    return side + role if role[:1].isupper() else role


def _limbs() -> tuple[Bone, ...]:
    return tuple(
        Bone(role=_sided(side, role), parent=_sided(side, parent))
        for side in SIDES
        for role, parent in _LIMBS
    )


def _fingers() -> tuple[Bone, ...]:
    bones: list[Bone] = []
    for side in SIDES:
        for finger in FINGERS:
            above = "Hand"
            for part in THUMB if finger == "Thumb" else FINGER:
                bones.append(Bone(role=f"{side}{finger}{part}", parent=side + above))
                above = finger + part
    return tuple(bones)


BODY = tuple(Bone(role=role, parent=parent) for role, parent in _TRUNK) + _limbs()
"""The 22 joints every biped has; parents first."""
HANDS = _fingers()
"""The 30 joints of ten fingers."""
BIPED = BODY + HANDS

_BACK = (
    ("hips", ""),
    ("loin", "hips"),
    ("back", "loin"),
    ("withers", "back"),
    ("neckBase", "withers"),
    ("neckMiddle", "neckBase"),
    ("skull", "neckMiddle"),
    ("tail1", "hips"),
    ("tail2", "tail1"),
    ("tail3", "tail2"),
    ("tail4", "tail3"),
)
_LEGS = (
    ("FrontUpper", "withers"),
    ("FrontLower", "FrontUpper"),
    ("FrontFoot", "FrontLower"),
    ("HindThigh", "hips"),
    ("HindUpper", "HindThigh"),
    ("HindLower", "HindUpper"),
    ("HindFoot", "HindLower"),
)
QUADRUPED = tuple(Bone(role=role, parent=parent) for role, parent in _BACK) + tuple(
    Bone(role=_sided(side, role), parent=_sided(side, parent))
    for side in SIDES
    for role, parent in _LEGS
)
"""The 25 joints of an animal with a tail; parents first. `hips` is the root of both plans."""
QUADRUPED_ENDS = {
    "skullEnd": "skull",
    "tailEnd": "tail4",
    **{f"{side}{leg}FootEnd": f"{side}{leg}Foot" for side in SIDES for leg in ("Front", "Hind")},
}
EVERY = BIPED + QUADRUPED[1:]
"""The bones of both plans; a figure has those of one."""
PARENT = {bone.role: bone.parent for bone in EVERY}
ENDS = QUADRUPED_ENDS | {
    HEAD_END: "head",
    **{f"{side}ToesEnd": f"{side}Toes" for side in SIDES},
    **{f"{side}HandEnd": f"{side}Hand" for side in SIDES},
    **{f"{side}{finger}End": f"{side}{finger}Distal" for side in SIDES for finger in FINGERS},
}
"""Tips, with the joint that they belong to."""


def mirrored(role: str) -> str:
    """Return the role on the other side; the trunk's are their own."""
    if role.startswith("left"):
        return "right" + role.removeprefix("left")
    if role.startswith("right"):
        return "left" + role.removeprefix("right")
    return role


def tip_role(role: str) -> str | None:
    """Return the role at which a joint's bone ends: its main child or tip; None for the hips' like.

    Bones end where a chain goes on; joints with several children point along the main one.
    """
    return _NEXT.get(role)


_NEXT = {
    **dict(
        zip(
            ("loin", "back", "withers", "neckBase", "neckMiddle", "skull"),
            ("back", "withers", "neckBase", "neckMiddle", "skull", "skullEnd"),
            strict=True,
        )
    ),
    **{f"tail{n}": f"tail{n + 1}" for n in (1, 2, 3)},
    "tail4": "tailEnd",
    **{
        side + role: side + following
        for side in SIDES
        for role, following in (
            ("FrontUpper", "FrontLower"),
            ("FrontLower", "FrontFoot"),
            ("FrontFoot", "FrontFootEnd"),
            ("HindThigh", "HindUpper"),
            ("HindUpper", "HindLower"),
            ("HindLower", "HindFoot"),
            ("HindFoot", "HindFootEnd"),
        )
    },
    "hips": "spine",
    "spine": "chest",
    "chest": "upperChest",
    "upperChest": "neck",
    "neck": "head",
    "head": HEAD_END,
    **{
        side + role: side + following
        for side in SIDES
        for role, following in (
            ("Shoulder", "UpperArm"),
            ("UpperArm", "LowerArm"),
            ("LowerArm", "Hand"),
            ("Hand", "HandEnd"),
            ("UpperLeg", "LowerLeg"),
            ("LowerLeg", "Foot"),
            ("Foot", "Toes"),
            ("Toes", "ToesEnd"),
            *(
                (finger + part, finger + following)
                for finger in FINGERS
                for part, following in zip(
                    THUMB if finger == "Thumb" else FINGER,
                    (*(THUMB if finger == "Thumb" else FINGER)[1:], "End"),
                    strict=True,
                )
            ),
        )
    },
}
