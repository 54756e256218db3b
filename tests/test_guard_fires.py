"""The shape checks of the test run are really on."""

import jaxtyping
import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh


def test_a_wrong_shape_is_refused():
    with pytest.raises(jaxtyping.TypeCheckError):
        Mesh(positions=np.zeros((4, 2), np.float32), triangles=np.zeros((0, 3), np.int32))


def test_a_wrong_dtype_is_refused():
    with pytest.raises(jaxtyping.TypeCheckError):
        Mesh(positions=np.zeros((4, 3), np.float64), triangles=np.zeros((0, 3), np.int32))
