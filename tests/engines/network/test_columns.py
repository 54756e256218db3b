import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.engines.network.columns import resampled, spans_of, stretched

PLACE = st.floats(2, 8)


@settings(max_examples=50)
@given(front=PLACE, thickness=st.floats(1.1, 10))
def test_a_span_is_found_to_a_fraction_of_a_sample(front, thickness):
    samples = np.arange(24, dtype=np.float64)
    back = front + thickness
    column = np.minimum(samples - front, back - samples).astype(np.float32)[None]
    spans = spans_of(column)
    assert spans.meets.all()
    np.testing.assert_allclose([spans.front[0], spans.back[0]], [front, back], atol=0.5)
    whole = np.minimum(samples - np.round(front), np.round(back) - samples)
    exact = spans_of((whole + 0.25).astype(np.float32)[None])
    np.testing.assert_allclose(exact.front, np.round(front) - 0.25, atol=1e-5)
    np.testing.assert_allclose(exact.back, np.round(back) + 0.25, atol=1e-5)


def test_an_empty_column_meets_nothing():
    assert not spans_of(np.full((3, 5), -1, np.float32)).meets.any()


@settings(max_examples=50)
@given(front=PLACE, thickness=st.floats(2, 6), shift=st.floats(-1, 3), scale=st.floats(0.7, 1.5))
def test_a_stretched_column_has_the_span_that_was_asked_for(front, thickness, shift, scale):
    samples = np.arange(32, dtype=np.float64)
    column = np.minimum(samples - front, front + thickness - samples).astype(np.float32)[None]
    given_spans = spans_of(column)
    wanted = (given_spans.front + shift, given_spans.front + shift + scale * thickness)
    places = stretched(samples[None], wanted=wanted, given=(given_spans.front, given_spans.back))
    found = spans_of(resampled(column, places))
    np.testing.assert_allclose(found.front, wanted[0], atol=0.6)
    np.testing.assert_allclose(found.back, wanted[1], atol=0.6)
    end = stretched(wanted[0][:, None], wanted=wanted, given=(given_spans.front, given_spans.back))
    np.testing.assert_allclose(end[:, 0], given_spans.front, atol=1e-9)
