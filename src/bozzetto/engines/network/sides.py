"""Which side of the object each photo shows: what the user said, else the best guess."""

from collections.abc import Mapping, Sequence
from itertools import permutations

from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.views.capture import CapturedPhoto
from bozzetto.views.foreground import Foreground, Side

ORDER = (Side.FRONT, Side.LEFT, Side.BACK, Side.RIGHT)
"""Taken for granted where nothing speaks against it."""

_HABIT = 0.03  # Overlap that the usual order is worth: symmetric objects look alike from anywhere.


def check_sides(photos: Sequence[CapturedPhoto]) -> None:
    """Refuse two photos of one side.

    Raises:
        InputError: A side was named twice.
    """
    named = [photo.side for photo in photos if photo.side is not None]
    twice = sorted({side.value for side in named if named.count(side) > 1})
    if twice:
        raise InputError(
            f"Each side can be named once, got {', '.join(twice)} twice.",
            advice="Leave one of the photos out, or correct --views.",
        )


def reference_index(foregrounds: Sequence[Foreground]) -> int:
    """Return which photo the others are placed around: the front, else the first."""
    sides = [photo.side for photo in foregrounds]
    return sides.index(Side.FRONT) if Side.FRONT in sides else 0


def possible_sides(foregrounds: Sequence[Foreground]) -> tuple[tuple[Side, ...], ...]:
    """List for each photo which sides it may show."""
    reference = reference_index(foregrounds)
    taken = {photo.side for photo in foregrounds if photo.side is not None}
    if foregrounds[reference].side is None:
        taken.add(Side.FRONT)
    free = tuple(side for side in ORDER if side not in taken)
    return tuple(
        (photo.side,) if photo.side is not None else ((Side.FRONT,) if k == reference else free)
        for k, photo in enumerate(foregrounds)
    )


def choose_sides(
    possible: Sequence[Sequence[Side]], overlaps: Sequence[Mapping[Side, float]]
) -> tuple[Side, ...]:
    """Choose different sides for all photos so that their volumes cover each other best.

    Args:
        possible: For each photo.
        overlaps: For each photo and possible side, how well it fits the reference there.
    """
    unknown = [k for k, sides in enumerate(possible) if len(sides) > 1]
    fixed = {k: sides[0] for k, sides in enumerate(possible) if len(sides) == 1}
    free = [side for side in ORDER if side not in fixed.values()]
    best: dict[int, Side] = dict(zip(unknown, free, strict=False))

    def worth(choice: Mapping[int, Side]) -> float:
        fits = sum((overlaps[k][side] for k, side in choice.items()), 0.0)
        habitual = sum(side is habit for side, habit in zip(choice.values(), free, strict=False))
        return fits + _HABIT * habitual

    for order in permutations(free, len(unknown)):
        choice = dict(zip(unknown, order, strict=True))
        if worth(choice) > worth(best):
            best = choice
    chosen = {**fixed, **best}
    return tuple(chosen[k] for k in range(len(possible)))


def guessed_finding(foregrounds: Sequence[Foreground], sides: Sequence[Side]) -> Finding:
    """Tell what the photos were taken for."""
    pairs = zip(foregrounds, sides, strict=True)
    told = ", ".join(f"{photo.name}: {side.value}" for photo, side in pairs)
    names = ",".join(side.value for side in sides)
    return Finding(
        code="draft.views.guessed",
        severity=Severity.INFO,
        message=f"The sides that the photos show were guessed ({told}).",
        fix=f"Name them if that is wrong, as in --views {names}.",
    )
