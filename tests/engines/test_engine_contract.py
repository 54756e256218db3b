"""What every registered engine must keep; a new engine is tested by being registered."""

import numpy as np
import pytest

from bozzetto.asset.mesh import Origin
from bozzetto.engines.base import EngineOptions, temporary_context
from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.network.card import WEIGHTS
from bozzetto.engines.registry import engine_card, engine_names, load_engine
from bozzetto.errors import EngineError, InputError
from bozzetto.geometry.measure.watertight import closed_manifold_defects
from bozzetto.views.capture import capture_of_foregrounds
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
    return reconstruct_foregrounds(engine, enough_views(engine), seed=seed)


def test_the_card_is_complete(name):
    card = engine_card(name)
    assert card.name == name
    assert 1 <= card.min_views <= card.max_views
    assert card.version >= 1
    assert card.licence
    assert card.summary
    assert issubclass(card.options, EngineOptions)
    assert card.options().seed == 0


def test_the_card_says_the_same_before_and_after_loading_and_working(name):
    before = engine_card(name)
    engine = load_engine(name)
    assert engine.card == before
    reconstruct_foregrounds(engine, enough_views(engine))
    assert engine.card == engine_card(name) == before


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


def test_every_photo_has_a_camera_or_none_under_its_id_and_cameras_see_the_object(name):
    engine = load_engine(name)
    views = enough_views(engine)
    draft = reconstruct_foregrounds(engine, views)
    assert [photo.photo_id for photo in draft.posed] == [view.sha256 for view in views]
    assert draft.placed
    for view, camera, _ in draft.placed_foregrounds(views):
        assert (camera.height, camera.width) == view.alpha.shape
        _, depth = camera.project(draft.mesh.positions)
        assert depth.min() > 0


def test_the_first_camera_stands_in_front_of_the_object(name):
    assert a_draft(name).cameras[0].position[2] > 0


def test_the_draft_says_how_fine_and_how_large_it_is(name):
    draft = a_draft(name)
    assert 0 < draft.resolved_detail <= 1
    low, high = draft.mesh.bounds
    if not draft.scale.known:
        assert float((high - low).max()) == pytest.approx(1, abs=1e-5)
        assert draft.scale.relative_uncertainty is None


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


def test_another_seed_gives_another_shape_unless_there_is_one_variant_only(name):
    first, second = a_draft(name, seed=0).mesh, a_draft(name, seed=1).mesh
    same = first.positions.tobytes() == second.positions.tobytes()
    assert same is engine_card(name).one_variant


def test_refuses_too_few_and_too_many_photos(name):
    engine = load_engine(name)
    for count in (engine.card.min_views - 1, engine.card.max_views + 1):
        with pytest.raises(EngineError, match=f"got {count}"):
            reconstruct_foregrounds(engine, [a_foreground(seed=k) for k in range(count)])


def test_refuses_a_negative_seed(name):
    with pytest.raises(InputError, match="0 or more, got -1"):
        a_draft(name, seed=-1)


def test_refuses_a_photo_without_an_object(name):
    engine = load_engine(name)
    nothing = [
        cut_out(np.zeros((60, 60), np.float32), seed=k) for k in range(engine.card.min_views)
    ]
    with pytest.raises(EngineError) as caught:
        reconstruct_foregrounds(engine, nothing)
    assert caught.value.advice


def test_a_watcher_that_raises_stops_the_engine(name):
    class StopError(Exception):
        pass

    def stop(step):
        raise StopError(step)

    engine = load_engine(name)
    capture = capture_of_foregrounds(enough_views(engine))
    with temporary_context(step=stop) as context, pytest.raises(StopError):
        engine.reconstruct(capture, options=engine.card.options(), context=context)
