import numpy as np
import pytest

from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.filters import defect_of
from bozzetto_train.objects.procedural.catalogue import MAKERS, kinds_in_proportion, make_procedural


def same(first, second):
    return first.positions.shape == second.positions.shape and np.array_equal(
        first.positions, second.positions
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_every_kind_is_sound_and_depends_on_its_seed_alone(kind):
    name = f"procedural/{kind}/000000"
    model = make_procedural(name, seed=11)
    assert defect_of(model) in {None, "flat"}
    np.testing.assert_allclose(np.linalg.norm(model.normals, axis=1), 1, atol=1e-3)
    assert np.isfinite(model.uvs).all()
    assert same(model, make_procedural(name, seed=11))
    assert not same(model, make_procedural(name, seed=12))


def test_shares_are_kept():
    kinds = kinds_in_proportion(1000)
    total = sum(maker.share for maker in MAKERS.values())
    assert len(kinds) == 1000
    for kind, maker in MAKERS.items():
        assert kinds.count(kind) == pytest.approx(1000 * maker.share / total, abs=1)


def test_unknown_kinds_are_named():
    with pytest.raises(ObjectError, match="'teapod'"):
        make_procedural("procedural/teapod/0", seed=0)
