import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.engines.network.columns import spans_of
from bozzetto.engines.network.expected import expected_volume

SIDE = 12
EVERYWHERE = np.full((SIDE, SIDE), 0.3, np.float32)


def thickness_of(volume):
    columns = np.ascontiguousarray(volume.distances.reshape(len(volume.distances), -1).T)
    spans = spans_of(columns)
    return np.where(spans.meets, spans.back - spans.front, 0)


@settings(max_examples=25)
@given(peak=st.floats(-1.5, -0.2), spread=st.floats(3, 12))
def test_rays_that_are_torn_between_depths_still_hold_what_they_are_expected_to(peak, spread):
    depth = np.arange(96, dtype=np.float64)
    column = peak - (np.abs(depth - 47.5) / spread) ** 2
    logits = np.broadcast_to(column[:, None, None], (96, SIDE, SIDE)).astype(np.float32)
    probability = 1 / (1 + np.exp(-column))
    expected = np.maximum(probability - 0.03, 0).sum() / 0.97
    assert not (logits > 0).any()
    volume = expected_volume(logits, EVERYWHERE)
    assert volume.meets.all()
    np.testing.assert_allclose(thickness_of(volume), expected, atol=0.6)


def test_where_the_network_is_sure_the_surface_stays_and_values_are_distances():
    depth = np.arange(96, dtype=np.float64)
    true = np.minimum(depth - 30.3, 61.6 - depth)
    logits = np.broadcast_to(true[:, None, None] * 3, (96, SIDE, SIDE)).astype(np.float32)
    volume = expected_volume(logits, EVERYWHERE)
    near = np.abs(true) < 3
    wanted = true * (1.8 / 96)
    np.testing.assert_allclose(volume.distances[near, 5, 5], wanted[near], atol=0.15 * 1.8 / 96)


def test_outside_the_mask_nothing_is_raised():
    outline = np.where(np.arange(SIDE) < 4, np.float32(0.1), np.float32(-0.5))
    outline = np.broadcast_to(outline, (SIDE, SIDE)).copy()
    logits = np.full((96, SIDE, SIDE), -6, np.float32)
    logits[40:44] = -2
    volume = expected_volume(logits, outline)
    assert volume.meets[:, :3].all()
    assert not volume.meets[:, 6:].any()
