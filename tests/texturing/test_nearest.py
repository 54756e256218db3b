import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.texturing.nearest import inner_distance, nearest_marked


@given(seed=st.integers(0, 2**32 - 1))
def test_the_named_pixel_is_marked_and_next_to_none_is_nearer(seed):
    rng = np.random.default_rng(seed)
    marked = rng.random((17, 13)) < 0.05
    marked[rng.integers(17), rng.integers(13)] = True
    distance, nearest = nearest_marked(marked)
    assert marked.ravel()[nearest].all()
    i, j = np.indices(marked.shape)
    named = np.hypot(i - nearest // 13, j - nearest % 13)
    rows, columns = np.nonzero(marked)
    exact = np.hypot(i[..., None] - rows, j[..., None] - columns).min(-1)
    assert (named <= exact * 1.03 + 1e-4).all()
    np.testing.assert_allclose(distance, exact, rtol=0.03, atol=1e-3)


def test_depth_counts_from_the_border_of_the_picture_too():
    depth = inner_distance(np.ones((5, 5), bool))
    np.testing.assert_array_equal(depth[2], [1, 2, 3, 2, 1])
