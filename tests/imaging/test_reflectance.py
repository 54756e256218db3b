import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.imaging.color import linear_from_srgb, luminance, srgb_from_linear
from bozzetto.imaging.reflectance import within_limits

CHANNEL = st.floats(0, 1, width=32)


@given(st.lists(st.tuples(CHANNEL, CHANNEL, CHANNEL), min_size=1, max_size=20))
def test_luminance_ends_within_the_limits_and_what_was_within_stays(colors):
    linear = linear_from_srgb(np.array(colors, np.float32))
    kept = within_limits(linear)
    before = luminance(srgb_from_linear(linear)) * 255
    after = luminance(srgb_from_linear(kept)) * 255
    assert ((after >= 30) & (after <= 243)).all()
    inside = (before > 31) & (before < 242)
    np.testing.assert_array_equal(kept[inside], linear[inside])
