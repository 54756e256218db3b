import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.errors import InputError
from bozzetto.matting import strokes_json
from bozzetto.matting.strokes_json import json_from_strokes, strokes_from_json
from bozzetto.views.mask import Stroke, StrokeKind

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
NUMBERS = st.floats() | st.integers() | st.booleans() | ANYTHING
NEARLY_STROKES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["keep", "remove", "unsure", "KEEP", 1]) | ANYTHING,
        "radius_px": NUMBERS,
        "points": st.lists(st.lists(NUMBERS, min_size=1, max_size=3), max_size=3) | ANYTHING,
        "more": ANYTHING,
    },
)
COORDINATES = st.floats(-1e6, 1e6)
# Made into strokes by the test: run-time type checks may not draw random numbers in a strategy.
STROKES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(StrokeKind),
        "points": st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=8).map(tuple),
        "radius_px": st.floats(0, 1e5, exclude_min=True, exclude_max=True),
    }
)


def a_file(**changes):
    stroke = {"kind": "keep", "radius_px": 6.0, "points": [[1.5, 2], [3, 4]], **changes}
    return json.dumps({"version": 1, "strokes": [stroke]})


def reads_or_refuses(text):
    try:
        strokes = strokes_from_json(text)
    except InputError as refusal:
        return refusal.message != "" and refusal.advice != ""
    return all(isinstance(stroke, Stroke) for stroke in strokes)


@given(st.lists(STROKES, max_size=4))
def test_strokes_come_back_bit_for_bit(strokes):
    strokes = [Stroke(**stroke) for stroke in strokes]
    back = strokes_from_json(json_from_strokes(strokes))
    assert back == tuple(strokes)
    assert str(back) == str(tuple(strokes))  # Signs of zeros too.


@given(st.text())
def test_any_text_is_read_or_refused(text):
    assert reads_or_refuses(text)


@given(ANYTHING)
def test_any_json_is_read_or_refused(value):
    assert reads_or_refuses(json.dumps(value))
    assert reads_or_refuses(json.dumps({"version": 1, "strokes": value}))


@settings(max_examples=300)
@given(st.lists(NEARLY_STROKES, max_size=3))
def test_any_nearly_right_file_is_read_or_refused(strokes):
    assert reads_or_refuses(json.dumps({"version": 1, "strokes": strokes}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "erase"}, r"strokes\[0\]\.kind must be one of keep, remove, unsure, got 'erase'"),
        ({"kind": ["keep"]}, r"strokes\[0\]\.kind"),
        ({"radius_px": True}, r"strokes\[0\]\.radius_px must be a number, got 'true'"),
        ({"radius_px": "6"}, r"strokes\[0\]\.radius_px must be a number"),
        ({"radius_px": 0}, r"strokes\[0\]\.radius_px must be above 0"),
        ({"radius_px": 100_000}, r"strokes\[0\]\.radius_px .* below 100,000"),
        ({"radius_px": 10**400}, r"strokes\[0\]\.radius_px .* huge integer"),
        ({"points": []}, r"strokes\[0\]\.points must hold at least 1 point"),
        ({"points": {"x": 1}}, r"strokes\[0\]\.points must be a list"),
        ({"points": [[1, 2], [3]]}, r"strokes\[0\]\.points\[1\] must be \[x, y\], got '1 values'"),
        ({"points": [[1, False]]}, r"strokes\[0\]\.points\[0\] must be a number"),
        ({"points": [[1, 1e7]]}, r"strokes\[0\]\.points\[0\] must lie within 1,000,000 pixels"),
        ({"colour": "red"}, r"strokes\[0\] may only have the fields .* got 'colour'"),
    ],
)
def test_refusals_name_stroke_and_field(changes, said):
    with pytest.raises(InputError, match=said):
        strokes_from_json(a_file(**changes))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "should be JSON"),
        ("[1", "should be JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("1" * 5000, "should be JSON"),
        (a_file().replace("6.0", "NaN"), "NaN is not a number"),
        (a_file().replace("6.0", "-Infinity"), "-Infinity is not a number"),
        (a_file().replace("6.0", "1e999"), "ordinary size"),
        ('{"version": 1}', "the file must have the field 'strokes'"),
        ('{"version": true, "strokes": []}', "version must be 1"),
        ('{"version": 2, "strokes": []}', "version must be 1, got '2'"),
        ("[]", "the file must be an object"),
    ],
)
def test_files_that_are_no_strokes_are_refused(text, said):
    with pytest.raises(InputError, match=said):
        strokes_from_json(text)


def test_a_missing_field_is_named():
    text = '{"version": 1, "strokes": [{"kind": "keep", "points": [[1, 2]]}]}'
    with pytest.raises(InputError, match=r"strokes\[0\] must have the field 'radius_px'"):
        strokes_from_json(text)


def test_no_strokes_is_a_valid_file():
    assert strokes_from_json(json_from_strokes([])) == ()


def test_counts_are_limited_when_reading_and_writing():
    short = {"kind": "keep", "radius_px": 1.0, "points": [[1, 1], [2, 2]]}
    long = {**short, "points": [[1, 1]] * 99_999}
    with pytest.raises(InputError, match=r"strokes\[1\]\.points .* 100,000, got '99,999'"):
        strokes_from_json(json.dumps({"version": 1, "strokes": [short, long]}))
    with pytest.raises(InputError, match="strokes may be at most 10,000, got '10,001"):
        strokes_from_json(json.dumps({"version": 1, "strokes": [short] * 10_001}))
    half = Stroke(kind=StrokeKind.KEEP, points=((1.0, 1.0),) * 50_001, radius_px=1.0)
    with pytest.raises(InputError, match="At most 10,000 strokes with 100,000 points"):
        json_from_strokes([half, half])


def test_the_text_is_limited_before_it_is_parsed():
    with pytest.raises(InputError, match="16,000,000 characters"):
        strokes_from_json(" " * (strokes_json.MAX_CHARACTERS + 1))
