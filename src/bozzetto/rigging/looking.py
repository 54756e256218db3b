"""Look at a figure from all sides, and turn it to the front."""

import numpy as np

from bozzetto.findings import Finding
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.facing import facing_of, toes_ahead, turned, unsure_facing
from bozzetto.rigging.figure import Figure
from bozzetto.rigging.landmarks import Landmarks, from_the_front, look, with_sides_swapped
from bozzetto.rigging.straight_look import look_straight
from bozzetto.rigging.suitability import is_agreed, is_likely, is_person

_CLEAR_TOES = 0.01
"""Of the height: feet that reach this far ahead of the shins show the front."""


def faced(
    figure: Figure, network: BlazePose
) -> tuple[float, Figure, Landmarks, tuple[Finding, ...]]:
    """Look at a figure and turn it to the front: its facing, itself, what was seen, doubts."""
    seen = look(figure, network)
    facing = facing_of(seen)
    if abs(facing) > np.pi / 2 + 0.1 and toes_ahead(figure) > _CLEAR_TOES:
        return 0.0, figure, with_sides_swapped(seen), ()
    if facing:
        straight = turned(figure, -facing)
        anew = look(straight, network)
        if is_agreed(anew) and facing_of(anew) == 0.0:
            return facing, straight, anew, ()
        if is_agreed(anew):
            # Front and back look alike, so only the files' convention says which is which.
            return 0.0, figure, from_the_front(seen, figure.height), (unsure_facing(),)
        # Turned round, nobody is there: only where the first look put the front was wrong.
    elif is_person(seen) or not is_likely(seen):
        return 0.0, figure, seen, ()
    return 0.0, figure, _ahead(seen, figure, network) or seen, ()


def _ahead(seen: Landmarks, figure: Figure, network: BlazePose) -> Landmarks | None:
    """Return the first look that shows a person who looks ahead, of the front and straight."""
    for anew in (from_the_front(seen, figure.height), look_straight(figure, network)):
        if anew is not None and is_person(anew) and facing_of(anew) == 0.0:
            return anew
    return None
