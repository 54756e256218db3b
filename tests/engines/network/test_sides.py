import dataclasses

from bozzetto.engines.network.sides import choose_sides, possible_sides, reference_index
from bozzetto.views.foreground import Side
from tests.build import a_foreground

FRONT, LEFT, BACK, RIGHT = Side.FRONT, Side.LEFT, Side.BACK, Side.RIGHT


def photos(*sides):
    return [dataclasses.replace(a_foreground(seed=k), side=side) for k, side in enumerate(sides)]


def test_unnamed_photos_share_the_sides_that_nobody_named():
    assert possible_sides(photos(None, LEFT, None)) == ((FRONT,), (LEFT,), (BACK, RIGHT))
    assert reference_index(photos(None, LEFT, FRONT)) == 2
    assert possible_sides(photos(None, FRONT)) == ((LEFT, BACK, RIGHT), (FRONT,))


def test_without_evidence_the_usual_order_holds():
    possible = possible_sides(photos(None, None, None, None))
    even = [{}, *[{LEFT: 0.5, BACK: 0.5, RIGHT: 0.5}] * 3]
    assert choose_sides(possible, even) == (FRONT, LEFT, BACK, RIGHT)


def test_clear_evidence_beats_the_usual_order():
    possible = possible_sides(photos(None, None, None))
    overlaps = [{}, {LEFT: 0.4, BACK: 0.8, RIGHT: 0.4}, {LEFT: 0.5, BACK: 0.7, RIGHT: 0.6}]
    assert choose_sides(possible, overlaps) == (FRONT, BACK, RIGHT)
