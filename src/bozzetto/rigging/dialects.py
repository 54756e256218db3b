"""What engines call our joints, how they hang together, and which way their axes point.

Mixamo, VRM 1.0, Unreal's UE5 mannequin, Unity's Humanoid, Godot's SkeletonProfileHumanoid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bozzetto.errors import UnknownNameError
from bozzetto.rigging.template import BIPED, FINGERS, SIDES


class Axes(StrEnum):
    """Where a joint's own axes point at rest."""

    WORLD = "world"
    """As the asset's: no turn at rest, which every VRM reader takes."""
    Y_ALONG = "y-along"
    """+y along the bone (Mixamo, Godot, Blender)."""
    X_ALONG = "x-along"
    """+x along the bone on the left and the trunk, -x on the right (Unreal's mannequin)."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One convention for human skeletons."""

    name: str
    axes: Axes
    root: str
    """Name of a joint on the ground that carries the whole; empty where hips are the root."""
    name_of: Callable[[str], str]
    """From our role to the dialect's name."""
    wants_t_pose: bool
    """Whether readers expect arms stretched out sideways at rest."""


def find_dialect(name: str) -> Dialect:
    """Return the dialect of that name.

    Raises:
        UnknownNameError: There is none.
    """
    if name not in DIALECTS:
        raise UnknownNameError(
            f"There is no skeleton dialect called {name!r}.",
            advice=f"Choose one of: {', '.join(DIALECTS)}.",
        )
    return DIALECTS[name]


_MIXAMO = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck",
    "head": "Head", "Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm",
    "Hand": "Hand", "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase",
}  # fmt: skip
_UNREAL = {
    "hips": "pelvis", "spine": "spine_01", "chest": "spine_03", "upperChest": "spine_05",
    "neck": "neck_01", "head": "head", "Shoulder": "clavicle", "UpperArm": "upperarm",
    "LowerArm": "lowerarm", "Hand": "hand", "UpperLeg": "thigh", "LowerLeg": "calf",
    "Foot": "foot", "Toes": "ball",
}  # fmt: skip
_PARTS = ("Metacarpal", "Proximal", "Intermediate", "Distal")


def _split(role: str) -> tuple[str, str]:
    """Take the side off a role: leftHand is (left, Hand), hips is ('', hips)."""
    for side in SIDES:
        if role.startswith(side):
            return side, role.removeprefix(side)
    return "", role


def _finger(role: str) -> tuple[str, int] | None:
    """Return a finger joint's finger and number from 1; None for all other roles."""
    for finger in FINGERS:
        part = role.removeprefix(finger)
        if part in _PARTS and part != role:
            parts = ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else _PARTS[1:]
            return finger, parts.index(part) + 1
    return None


def _mixamo(role: str) -> str:
    side, stem = _split(role)
    if (found := _finger(stem)) is not None:
        finger = "Pinky" if found[0] == "Little" else found[0]
        return f"mixamorig:{side.capitalize()}Hand{finger}{found[1]}"
    return f"mixamorig:{side.capitalize()}{_MIXAMO[stem]}"


def _unreal(role: str) -> str:
    side, stem = _split(role)
    suffix = f"_{side[0]}" if side else ""
    if (found := _finger(stem)) is not None:
        finger = "pinky" if found[0] == "Little" else found[0].lower()
        return f"{finger}_0{found[1]}{suffix}"
    return _UNREAL[stem] + suffix


def _pascal(role: str) -> str:
    """Write a role as Unity and Godot do."""
    return role[0].upper() + role[1:]


def _unity(role: str) -> str:
    side, stem = _split(role)
    if (found := _finger(stem)) is not None:
        part = ("Proximal", "Intermediate", "Distal")[found[1] - 1]
        return f"{side.capitalize()} {found[0]} {part}"
    return _pascal(role)


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect(name="mixamo", axes=Axes.Y_ALONG, root="", name_of=_mixamo, wants_t_pose=False),
        Dialect(name="vrm", axes=Axes.WORLD, root="", name_of=str, wants_t_pose=True),
        Dialect(name="unreal", axes=Axes.X_ALONG, root="root", name_of=_unreal, wants_t_pose=False),
        Dialect(name="unity", axes=Axes.WORLD, root="Root", name_of=_unity, wants_t_pose=True),
        Dialect(name="godot", axes=Axes.Y_ALONG, root="Root", name_of=_pascal, wants_t_pose=True),
    )
}
"""By name; the first is the default."""


def _quadruped(role: str) -> str:
    side, stem = _split(role)
    suffix = f"_{side[0].upper()}" if side else ""
    return _pascal(stem) + suffix


QUADRUPED_DIALECT = Dialect(
    name="quadruped", axes=Axes.WORLD, root="Root", name_of=_quadruped, wants_t_pose=False
)
"""Of all four-legged skeletons: no engine has a convention for them."""


def roles_by_name() -> dict[str, str]:
    """Return our role for every name that some dialect gives it, by `plain_name`."""
    known: dict[str, str] = {}
    for dialect in DIALECTS.values():
        for bone in BIPED:
            known.setdefault(plain_name(dialect.name_of(bone.role)), bone.role)
    return known | {plain_name(other): role for other, role in _OTHER_NAMES.items()}


def plain_name(name: str) -> str:
    """Reduce a name to what dialects differ in: no prefix, separators or capitals."""
    lower = name.split("|")[-1].lower()
    for prefix in ("mixamorig", "j_bip_c_", "j_bip_l_", "j_bip_r_"):
        if lower.startswith(prefix):
            side = {"j_bip_l_": "left", "j_bip_r_": "right"}.get(prefix, "")
            return side + "".join(c for c in lower.removeprefix(prefix) if c.isalnum())
    return "".join(c for c in lower if c.isalnum())


_OTHER_NAMES = {
    # The names of motion-capture files (CMU, Biovision) and of common artists' rigs.
    "hip": "hips", "abdomen": "spine", "lowerback": "spine", "torso": "chest", "neck1": "neck",
    **{
        name.format(long=side, short=side[0]): side + role
        for side in SIDES
        for name, role in (
            ("{long}Collar", "Shoulder"), ("{long}Clavicle", "Shoulder"),
            ("Shoulder.{short}", "Shoulder"), ("{long}UpArm", "UpperArm"),
            ("UpperArm.{short}", "UpperArm"), ("{long}LowArm", "LowerArm"),
            ("LowerArm.{short}", "LowerArm"), ("{long}Elbow", "LowerArm"),
            ("{long}Wrist", "Hand"), ("Hand.{short}", "Hand"), ("{long}Thigh", "UpperLeg"),
            ("{long}Hip", "UpperLeg"), ("UpperLeg.{short}", "UpperLeg"),
            ("{long}Knee", "LowerLeg"), ("{long}Shin", "LowerLeg"),
            ("LowerLeg.{short}", "LowerLeg"), ("{long}Ankle", "Foot"), ("Foot.{short}", "Foot"),
            ("{long}Toe", "Toes"), ("Toes.{short}", "Toes"),
        )
    },
}  # fmt: skip
