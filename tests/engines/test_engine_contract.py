"""What every registered engine must keep; a new engine is tested by being registered."""

import numpy as np
import pytest

from bozzetto.asset.mesh import Origin
from bozzetto.engines.network.onnx_network import WEIGHTS
from bozzetto.engines.registry import engine_names, load_engine
from bozzetto.errors import EngineError
from bozzetto.geometry.measure.watertight import closed_manifold_defects
from tests.build import a_foreground
from tests.engines.silhouettes import cut_out

pytestmark = pytest.mark.parametrize("name", engine_names())


@pytest.fixture(autouse=True)
def _weights_are_here(name):
    if name == "bozzetto" and not WEIGHTS.exists():
        pytest.skip("the weights of the engine 'bozzetto' are not in this checkout")


def enough_views(engine):
    return [a_foreground(seed=k) for k in range(engine.card.min_views)]


def a_draft(name, *, seed=0):
    engine = load_engine(name)
    return engine.reconstruct(enough_views(engine), seed=seed)


def test_the_card_is_complete(name):
    card = load_engine(name).card
    assert 1 <= card.min_views <= card.max_views
    assert card.version >= 1
    assert card.licence
    assert card.summary


def test_the_draft_is_a_closed_manifold_that_encloses_something(name):
    mesh = a_draft(name).mesh
    assert closed_manifold_defects(mesh.positions, mesh.triangles) == ()


def test_the_draft_stands_upright_on_the_ground(name):
    low, high = a_draft(name).mesh.bounds
    assert low[1] == 0
    assert high[1] > 0
    np.testing.assert_allclose(low[[0, 2]] + high[[0, 2]], 0, atol=1e-5)


def test_every_vertex_knows_its_colour_confidence_and_origin(name):
    mesh = a_draft(name).mesh
    assert mesh.colors is not None
    assert mesh.confidence is not None
    assert mesh.origin is not None
    for values in (mesh.colors, mesh.confidence):
        assert values.min() >= 0
        assert values.max() <= 1
    assert set(np.unique(mesh.origin)) <= {Origin.OBSERVED, Origin.MIRRORED, Origin.INFERRED}


def test_there_is_one_camera_per_photo_and_it_sees_the_object(name):
    engine = load_engine(name)
    views = enough_views(engine)
    draft = engine.reconstruct(views, seed=0)
    assert len(draft.cameras) == len(views)
    for camera, view in zip(draft.cameras, views, strict=True):
        assert (camera.height, camera.width) == view.alpha.shape
        _, depth = camera.project(draft.mesh.positions)
        assert depth.min() > 0
        assert camera.position[2] > 0  # In front of the object.


def test_the_draft_says_who_made_it_and_why_it_is_good(name):
    draft = a_draft(name, seed=1)
    assert (draft.engine, draft.seed) == (name, 1)
    assert draft.variant
    assert 0 < draft.score <= 1
    assert all(reason.text and 0 <= reason.score <= 1 for reason in draft.reasons)


def test_the_same_seed_gives_the_same_bytes(name):
    first, second = a_draft(name, seed=5).mesh, a_draft(name, seed=5).mesh
    assert first.positions.tobytes() == second.positions.tobytes()
    assert first.triangles.tobytes() == second.triangles.tobytes()


def test_another_seed_gives_another_shape(name):
    first, second = a_draft(name, seed=0).mesh, a_draft(name, seed=1).mesh
    assert first.positions.tobytes() != second.positions.tobytes()


def test_refuses_too_few_and_too_many_photos(name):
    engine = load_engine(name)
    for count in (engine.card.min_views - 1, engine.card.max_views + 1):
        with pytest.raises(EngineError):
            engine.reconstruct([a_foreground(seed=k) for k in range(count)], seed=0)


def test_refuses_a_photo_without_an_object(name):
    engine = load_engine(name)
    nothing = [cut_out(np.zeros((60, 60), np.float32))] * engine.card.min_views
    with pytest.raises(EngineError) as caught:
        engine.reconstruct(nothing, seed=0)
    assert caught.value.advice
