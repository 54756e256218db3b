from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.errors import InputError
from bozzetto.findings import Region
from bozzetto.matting.brush import covered_pixels
from bozzetto.matting.strokes import StrokeOptions, apply_strokes
from bozzetto.views.mask import Mask, Stroke, StrokeKind
from bozzetto.views.photo import Photo
from tests.build import a_disc, a_photo

HEIGHT, WIDTH = 64, 80
BOX = Region(x0=0, y0=0, x1=WIDTH, y1=HEIGHT)
COORDINATES = st.floats(-40, 120, width=32)


def a_stroke(kind, points, radius_px=4.0):
    corners = tuple((float(x), float(y)) for x, y in points)
    return Stroke(kind=StrokeKind(kind), radius_px=float(radius_px), points=corners)


def a_scene():
    """A red bar with noise on a blue ground, and a mask that knows its left half only.

    The bar covers columns 10 to 69 and rows 24 to 39.
    """
    rng = np.random.default_rng(7)
    rgb = np.empty((HEIGHT, WIDTH, 3), np.float32)
    rgb[:] = [0.1, 0.15, 0.5]
    rgb[24:40, 10:70] = [0.6, 0.1, 0.08]
    rgb *= rng.uniform(0.85, 1.0, (HEIGHT, WIDTH, 1)).astype(np.float32)
    bar = np.zeros((HEIGHT, WIDTH), np.float32)
    bar[24:40, 10:70] = 1
    half = bar.copy()
    half[:, 40:] = 0
    photo = Photo(name="bar.png", sha256="0" * 64, linear_rgb=rgb)
    return photo, Mask(alpha=half, source="u2netp", confidence=0.8), bar


def covered(stroke, *, more=0.0):
    return covered_pixels(stroke.corners, stroke.radius_px + more, box=BOX)


def clipped(stroke):
    """Keep a stroke's points near the top left corner."""
    return tuple((min(max(x, -10.0), 30.0), min(max(y, -10.0), 30.0)) for x, y in stroke.points)


# Made into strokes by the tests: run-time type checks may not draw random numbers in a strategy.
STROKES = st.tuples(
    st.sampled_from(["keep", "remove", "unsure"]),
    st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=4),
    st.floats(0.3, 9),
)


def test_a_keep_stroke_fills_the_part_up_to_its_edges():
    photo, mask, bar = a_scene()
    stroke = a_stroke("keep", [[44, 32], [66, 32]])
    result = apply_strokes(photo, mask, [stroke])
    wrong = (result.alpha > 0.5) != (bar > 0.5)
    assert wrong.sum() <= 12
    assert (mask.alpha != bar).sum() > 400


def test_a_remove_stroke_takes_a_spill_away_up_to_the_edge():
    photo, mask, bar = a_scene()
    spilt = np.array(bar)
    spilt[8:24, 25:60] = 1
    stroke = a_stroke("remove", [[27, 16], [58, 16]], 5)
    result = apply_strokes(photo, replace(mask, alpha=spilt), [stroke])
    assert ((result.alpha > 0.5) != (bar > 0.5)).sum() <= 12
    np.testing.assert_array_equal(result.alpha[30:], bar[30:])


def test_an_unsure_stroke_finds_the_edge_again():
    photo, mask, bar = a_scene()
    bulge = np.array(bar)
    bulge[18:24, 20:50] = 1
    stroke = a_stroke("unsure", [[20, 22], [50, 22]], 7)
    result = apply_strokes(photo, replace(mask, alpha=bulge), [stroke])
    under = covered(stroke)
    assert ((result.alpha > 0.5) != (bar > 0.5))[under].mean() < 0.02
    np.testing.assert_array_equal(result.alpha[~under], bulge[~under])


def test_a_keep_stroke_over_even_ground_stays_a_brush():
    photo = Photo(
        name="x", sha256="0" * 64, linear_rgb=np.full((HEIGHT, WIDTH, 3), 0.3, np.float32)
    )
    mask = Mask(alpha=np.zeros((HEIGHT, WIDTH), np.float32), source="user")
    stroke = a_stroke("keep", [[30, 30], [50, 34]], 5)
    result = apply_strokes(photo, mask, [stroke])
    assert (result.alpha[covered(stroke)] == 1).all()
    assert (result.alpha[~covered(stroke, more=5)] == 0).all()


def test_what_changed_ends_in_a_soft_edge_of_one_to_two_pixels():
    photo, mask, _ = a_scene()
    stroke = a_stroke("keep", [[44, 32], [66, 32]])
    column = apply_strokes(photo, mask, [stroke]).alpha[:, 55]
    soft = (column > 0) & (column < 1)
    assert 2 <= soft.sum() <= 6
    assert (np.diff(column[:33]) >= 0).all()


@settings(max_examples=60)
@given(st.lists(STROKES, min_size=1, max_size=4))
def test_painted_pixels_obey_the_last_stroke_over_them(sequence):
    sequence = [a_stroke(*stroke) for stroke in sequence]
    photo, mask, _ = a_scene()
    alpha = apply_strokes(photo, mask, sequence).alpha
    asked = np.full(alpha.shape, np.nan)
    for stroke in sequence:
        value = {"keep": 1.0, "remove": 0.0, "unsure": np.nan}[stroke.kind.value]
        asked[covered(stroke)] = value
    told = ~np.isnan(asked)
    np.testing.assert_array_equal(alpha[told], asked[told])


@settings(max_examples=60)
@given(st.lists(STROKES, min_size=1, max_size=3))
def test_nothing_changes_out_of_reach(sequence):
    sequence = [a_stroke(*stroke) for stroke in sequence]
    photo, _, _ = a_scene()
    mask = Mask(alpha=a_disc(height=HEIGHT, width=WIDTH, radius=20), source="user")
    alpha = apply_strokes(photo, mask, sequence).alpha
    reached = np.zeros(alpha.shape, bool)
    for stroke in sequence:
        unsure = stroke.kind is StrokeKind.UNSURE
        reached |= covered(stroke, more=0 if unsure else max(8.0, 2 * stroke.radius_px))
    np.testing.assert_array_equal(alpha[~reached], mask.alpha[~reached])


@settings(max_examples=60)
@given(STROKES, st.integers(0, 9))
def test_keep_only_adds_and_remove_only_takes_away(stroke, seed):
    stroke = a_stroke(*stroke)
    photo, _, _ = a_scene()
    rng = np.random.default_rng(seed)
    mask = Mask(alpha=rng.random((HEIGHT, WIDTH), dtype=np.float32), source="user")
    for kind, sign in (("keep", 1), ("remove", -1)):
        result = apply_strokes(photo, mask, [replace(stroke, kind=StrokeKind(kind))])
        assert (sign * (result.alpha - mask.alpha) >= 0).all()


@settings(max_examples=25)
@given(st.lists(STROKES, min_size=1, max_size=3))
def test_same_strokes_give_the_same_bytes_and_inputs_stay_as_they_are(sequence):
    sequence = [a_stroke(*stroke) for stroke in sequence]
    photo, mask, _ = a_scene()
    before = mask.alpha.tobytes()
    once = apply_strokes(photo, mask, sequence)
    again = apply_strokes(photo, mask, sequence)
    assert once.alpha.tobytes() == again.alpha.tobytes()
    assert mask.alpha.tobytes() == before


@settings(max_examples=25)
@given(STROKES, STROKES)
def test_strokes_far_apart_may_come_in_any_order(first, second):
    first, second = a_stroke(*first), a_stroke(*second)
    first = replace(first, points=clipped(first))
    second = replace(second, points=tuple((x + 200, y + 200) for x, y in clipped(second)))
    photo = a_photo(height=256, width=256)
    mask = Mask(alpha=a_disc(height=256, width=256, radius=90), source="user")
    one = apply_strokes(photo, mask, [first, second])
    other = apply_strokes(photo, mask, [second, first])
    np.testing.assert_array_equal(one.alpha, other.alpha)


@pytest.mark.parametrize("kind", list(StrokeKind))
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_masks_of_one_label_and_pictures_of_one_color_are_no_special_case(kind, value):
    even = np.full((9, 11, 3), 0.2, np.float32)
    photo = Photo(name="x", sha256="0" * 64, linear_rgb=even)
    mask = Mask(alpha=np.full((9, 11), value, np.float32), source="user")
    whole = a_stroke(kind, [[0, 0], [11, 9]], 50)
    result = apply_strokes(photo, mask, [whole]).alpha
    if kind is not StrokeKind.UNSURE:
        np.testing.assert_array_equal(result, float(kind is StrokeKind.KEEP))
    dot = a_stroke(kind, [[5, 4]], 1)
    expected = {StrokeKind.KEEP: 1.0, StrokeKind.REMOVE: 0.0, StrokeKind.UNSURE: value}[kind]
    assert apply_strokes(photo, mask, [dot]).alpha[4, 5] == expected


@pytest.mark.parametrize("sequence", [[], [a_stroke("keep", [[-30, 5], [-9, 60]], 8)]])
def test_strokes_that_touch_no_pixel_return_the_mask_itself(sequence):
    photo, mask, _ = a_scene()
    assert apply_strokes(photo, mask, sequence) is mask


def test_the_source_is_marked_once_and_confidence_stays():
    photo, mask, _ = a_scene()
    stroke = a_stroke("remove", [[3, 3]])
    once = apply_strokes(photo, mask, [stroke, stroke])
    assert once.source == "u2netp+strokes"
    assert apply_strokes(photo, once, [stroke]).source == "u2netp+strokes"
    assert once.confidence == 0.8


def test_a_stroke_partly_outside_paints_its_part_inside():
    photo, mask, _ = a_scene()
    stroke = a_stroke("keep", [[-500, 5], [12, 5]], 3)
    alpha = apply_strokes(photo, mask, [stroke]).alpha
    assert (alpha[covered(stroke)] == 1).all()
    assert covered(stroke)[5, 0]


def test_an_unsure_stroke_forgets_what_was_painted_before():
    photo, mask, bar = a_scene()
    wrong = a_stroke("keep", [[30, 12], [50, 12]])
    again = a_stroke("unsure", [[30, 12], [50, 12]], 16)
    result = apply_strokes(photo, mask, [wrong, again]).alpha
    assert (result[covered(wrong)] < 0.5).all()
    assert (bar[covered(wrong)] == 0).all()


def test_reach_is_an_option():
    photo, mask, _ = a_scene()
    stroke = a_stroke("keep", [[55, 32]], 3)
    short = StrokeOptions(reach=0.0, min_reach_px=1.0)
    alpha = apply_strokes(photo, mask, [stroke], options=short).alpha
    far = ~covered(stroke, more=1.0)
    np.testing.assert_array_equal(alpha[far], mask.alpha[far])
    assert (apply_strokes(photo, mask, [stroke]).alpha[far] != mask.alpha[far]).any()


def test_a_mask_of_another_size_is_refused_with_both_sizes():
    photo, _, _ = a_scene()
    mask = Mask(alpha=np.ones((4, 5), np.float32), source="user")
    with pytest.raises(InputError, match=r"80 x 64.*5 x 4"):
        apply_strokes(photo, mask, [a_stroke("keep", [[1, 1]])])
