import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.engines.network.placing import turned
from bozzetto.engines.network.pose import Pose


def a_pose(seed):
    rng = np.random.default_rng(seed)
    rotation = turned(rng.uniform(0, 360)) @ turned(rng.uniform(0, 360))[[2, 0, 1]][:, [2, 0, 1]]
    return Pose(scale=rng.uniform(0.5, 2), rotation=rotation, translation=rng.normal(size=3))


@settings(max_examples=20)
@given(first=st.integers(0, 999), second=st.integers(0, 999))
def test_composing_is_applying_one_after_the_other_and_inverting_undoes_it(first, second):
    a, b = a_pose(first), a_pose(second)
    points = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose((a @ b).apply(points), a.apply(b.apply(points)), atol=1e-9)
    np.testing.assert_allclose(a.inverse().apply(a.apply(points)), points, atol=1e-9)
