import json
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.findings import Finding, Region, Severity
from bozzetto.records import digest_of, json_from, text_from, value_from

text = st.text(max_size=20)
regions = st.builds(
    lambda x, y, w, h: Region(x0=x, y0=y, x1=x + w, y1=y + h),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(1, 99),
    st.integers(1, 99),
)
findings = st.builds(
    Finding,
    code=text,
    severity=st.sampled_from(Severity),
    message=text,
    fix=text,
    subject=text,
    where=st.none() | regions,
    measured=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)


class Fruit(StrEnum):
    APPLE = "apple"


@dataclass(frozen=True)
class Basket:
    fruit: Fruit
    counts: tuple[int, ...]
    size: tuple[float, float]


@given(findings)
def test_a_record_survives_the_way_through_text(finding):
    assert value_from(Finding, json.loads(text_from(finding))) == finding


def test_tuples_and_enums_come_back_as_what_they_were():
    basket = Basket(fruit=Fruit.APPLE, counts=(1, 2, 3), size=(0.5, 2.0))
    assert value_from(Basket, json_from(basket)) == basket


@pytest.mark.parametrize("broken", [{}, {"fruit": "stone"}, [], None, 3, {"code": 1}])
def test_a_record_of_another_form_is_refused(broken):
    with pytest.raises(ValueError, match=r"form of a Basket|not a valid Fruit"):
        value_from(Basket, broken)


def test_numpy_scalars_become_plain_numbers_and_nan_becomes_null():
    assert json_from((np.float32(0.5), np.int64(3), np.bool_(True), float("nan"))) == [
        0.5,
        3,
        True,
        None,
    ]


def test_an_array_has_no_json_form():
    with pytest.raises(TypeError, match="ndarray"):
        json_from(np.zeros(3))


@given(st.dictionaries(text, st.integers()))
def test_a_digest_does_not_depend_on_the_order_of_names(values):
    assert digest_of(values) == digest_of(dict(reversed(values.items())))
