import numpy as np
import pytest

from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.mix import compose, retexture
from tests.train.objects.build_object import a_model


def sorted_corners(model):
    corners = model.positions[model.triangles].reshape(-1, 3)
    return corners[np.lexsort(corners.T.round(4))]


@pytest.mark.parametrize("seed", range(6))
def test_retexturing_keeps_the_shape(seed):
    model = a_model(size=(1, 2, 3))
    changed = retexture(model, name="retextured/0", seed=seed)
    np.testing.assert_allclose(sorted_corners(changed), sorted_corners(model), atol=1e-6)


def test_retexturing_with_another_seed_looks_different():
    looks = set()
    for seed in range(12):
        material = retexture(a_model(), name="retextured/0", seed=seed).materials[0]
        looks.add((material.roughness, material.texture is None))
    assert len(looks) >= 9


@pytest.mark.parametrize("seed", range(8))
def test_composed_objects_touch(seed):
    one, two = a_model(), a_model(size=(1, 2, 1))
    both = compose([one, two], name="composition/0", seed=seed)
    first, second = both.positions[:24], both.positions[24:]
    gap = np.maximum(first.min(axis=0) - second.max(axis=0), second.min(axis=0) - first.max(axis=0))
    assert gap.max() <= 1e-6


def test_same_seed_same_composition():
    made = [compose([a_model(), a_model()], name="c", seed=4).positions for _ in range(2)]
    np.testing.assert_array_equal(*made)


def test_one_object_is_no_composition():
    with pytest.raises(ObjectError, match="two objects"):
        compose([a_model()], name="c", seed=0)
