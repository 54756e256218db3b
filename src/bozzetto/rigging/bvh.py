"""Read Biovision BVH, the plain-text form of captured motion.

Offsets and positions keep the file's unit; rotations are about the listed axes in their order.
Letters: k frames, j joints.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32

from bozzetto.errors import FormatError
from bozzetto.rigging.rotations import matrix_from_euler

_ADVICE = "Export the motion again as BVH with a HIERARCHY and a MOTION section."
_CHANNELS = {
    "Xposition": "x", "Yposition": "y", "Zposition": "z",
    "Xrotation": "x", "Yrotation": "y", "Zrotation": "z",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class CapturedMotion:
    """A skeleton of someone else's, moving."""

    names: tuple[str, ...]
    parents: Int32[np.ndarray, " j"]
    rest: Float64[np.ndarray, "j 3"]
    """Where joints are at rest."""
    rest_turns: Float64[np.ndarray, "j 3 3"]
    """How they are turned at rest, in the file's axes."""
    ends: dict[str, Float64[np.ndarray, " 3"]]
    """Where chains end, by the name of their last joint."""
    turns: Float64[np.ndarray, "k j 3 3"]
    """How they are turned at each frame, parents' turns included."""
    positions: Float64[np.ndarray, "k j 3"]
    """Where they are at each frame."""
    frames_per_second: float


@dataclass
class _Joint:
    """A joint while it is read."""

    name: str
    parent: int
    offset: tuple[float, float, float]
    channels: tuple[str, ...] = ()


class _Words:
    """The file, word by word."""

    def __init__(self, text: str) -> None:
        self._words = text.split()
        self._at = 0

    def next(self) -> str:
        if self._at >= len(self._words):
            raise FormatError("The BVH file ends too early.", advice=_ADVICE)
        self._at += 1
        return self._words[self._at - 1]

    def number(self) -> float:
        word = self.next()
        try:
            return float(word)
        except ValueError:
            raise FormatError(f"A number was wanted, got {word!r}.", advice=_ADVICE) from None

    def expect(self, wanted: str) -> None:
        word = self.next()
        if word.lower() != wanted.lower():
            raise FormatError(f"{wanted!r} was wanted, got {word!r}.", advice=_ADVICE)

    def rest(self) -> list[str]:
        return self._words[self._at :]


def read_bvh(text: str) -> CapturedMotion:
    """Read the first skeleton of a BVH file and its motion.

    Raises:
        FormatError: The text is not BVH, or holds no frame.
    """
    words = _Words(text)
    words.expect("HIERARCHY")
    words.expect("ROOT")
    joints: list[_Joint] = []
    ends: dict[str, tuple[float, float, float]] = {}
    _read_joint(words, joints, ends, parent=-1)
    words.expect("MOTION")
    words.expect("Frames:")
    frames = int(words.number())
    words.expect("Frame")
    words.expect("Time:")
    seconds = words.number()
    width = sum(len(joint.channels) for joint in joints)
    try:
        values = np.array(words.rest(), np.float64)
    except ValueError:
        raise FormatError("The frames of the BVH file hold words.", advice=_ADVICE) from None
    if frames < 1 or seconds <= 0 or len(values) < frames * width or not np.isfinite(values).all():
        raise FormatError(
            f"{frames} frames of {width} numbers were wanted, got {len(values)} numbers.",
            advice=_ADVICE,
        )
    return _moving(
        joints, ends, values[: frames * width].reshape(frames, width), frames_per_second=1 / seconds
    )


def _read_joint(
    words: _Words,
    joints: list[_Joint],
    ends: dict[str, tuple[float, float, float]],
    *,
    parent: int,
) -> None:
    """Read a joint after its keyword, and all below it."""
    joint = _Joint(name=words.next(), parent=parent, offset=(0.0, 0.0, 0.0))
    index = len(joints)
    joints.append(joint)
    words.expect("{")
    while (word := words.next()) != "}":
        if word == "OFFSET":
            joint.offset = (words.number(), words.number(), words.number())
        elif word == "CHANNELS":
            joint.channels = tuple(words.next() for _ in range(int(words.number())))
            if unknown := [c for c in joint.channels if c not in _CHANNELS]:
                raise FormatError(f"{unknown[0]!r} is no BVH channel.", advice=_ADVICE)
        elif word == "JOINT":
            _read_joint(words, joints, ends, parent=index)
        elif word == "End":
            words.expect("Site")
            words.expect("{")
            words.expect("OFFSET")
            ends[joint.name] = (words.number(), words.number(), words.number())
            words.expect("}")
        else:
            raise FormatError(f"{word!r} is not expected in a BVH joint.", advice=_ADVICE)


def _moving(
    joints: list[_Joint],
    ends: dict[str, tuple[float, float, float]],
    values: Float64[np.ndarray, "k n"],
    *,
    frames_per_second: float,
) -> CapturedMotion:
    """Work out where everything is at each frame."""
    frames, count = len(values), len(joints)
    turns, places = np.empty((frames, count, 3, 3)), np.empty((frames, count, 3))
    rest = np.empty((count, 3))
    column = 0
    for index, joint in enumerate(joints):
        block = values[:, column : column + len(joint.channels)]
        column += len(joint.channels)
        order = [c for c in joint.channels if c.endswith("rotation")]
        angles = block[:, [joint.channels.index(c) for c in order]] if order else None
        local = np.broadcast_to(np.eye(3), (frames, 3, 3))
        if angles is not None:
            padded = np.pad(np.radians(angles), ((0, 0), (0, 3 - len(order))))
            local = matrix_from_euler(padded, "".join(_CHANNELS[c] for c in order))
        offset = np.tile(np.array(joint.offset), (frames, 1))
        for channel in joint.channels:
            if channel.endswith("position"):
                axis = "xyz".index(_CHANNELS[channel])
                offset[:, axis] = block[:, joint.channels.index(channel)]
        if joint.parent < 0:
            turns[:, index], places[:, index] = local, offset
            rest[index] = joint.offset
        else:
            above = turns[:, joint.parent]
            turns[:, index] = above @ local
            places[:, index] = places[:, joint.parent] + np.einsum("kij,kj->ki", above, offset)
            rest[index] = rest[joint.parent] + joint.offset
    number = {joint.name: index for index, joint in enumerate(joints)}
    return CapturedMotion(
        names=tuple(joint.name for joint in joints),
        parents=np.array([joint.parent for joint in joints], np.int32),
        rest=rest,
        rest_turns=np.tile(np.eye(3), (count, 1, 1)),
        ends={name: rest[number[name]] + np.array(offset) for name, offset in ends.items()},
        turns=turns,
        positions=places,
        frames_per_second=frames_per_second,
    )
