"""What `load_engine` checks around every engine, shown on engines that break the contract."""

from dataclasses import dataclass, replace

import pytest

from bozzetto.asset.reconstruction import PosedPhoto, Reconstruction
from bozzetto.engines.base import EngineCard, EngineOptions, temporary_context
from bozzetto.engines.guard import GuardedEngine
from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.inflate.card import CARD
from bozzetto.engines.inflate.engine import InflateEngine
from bozzetto.errors import EngineError, ResourceError
from bozzetto.resources import Resources
from bozzetto.views.capture import capture_of_foregrounds
from tests.build import a_foreground, a_front_camera


@dataclass(frozen=True, kw_only=True)
class Spoiling:
    """The engine `inflate`, whose results are spoiled on the way out."""

    card: EngineCard = CARD
    spoil: object = None

    def reconstruct(self, capture, *, options, context):
        made = InflateEngine().reconstruct(capture, options=options, context=context)
        return self.spoil(made) if self.spoil else made


@dataclass(frozen=True, kw_only=True)
class CarvingOptions(EngineOptions):
    """Settings of another engine."""

    depth: float = 0.5


def reconstruct(*, card=CARD, spoil=None, options=None, gpu=False):
    engine = GuardedEngine(engine=Spoiling(card=card, spoil=spoil), card=card)
    capture = capture_of_foregrounds([a_foreground()])
    with temporary_context(resources=Resources(gpu=gpu)) as context:
        return engine.reconstruct(capture, options=options or card.options(), context=context)


def test_an_engine_that_keeps_the_contract_passes_untouched():
    assert isinstance(reconstruct(), Reconstruction)


def test_an_engine_that_needs_a_gpu_is_not_called_without_one():
    card = replace(CARD, needs_gpu=True)
    with pytest.raises(ResourceError, match="needs a GPU") as caught:
        reconstruct(card=card, spoil=lambda made: pytest.fail("It was called."))
    assert caught.value.advice
    assert reconstruct(card=card, gpu=True).engine == "inflate"


def test_options_of_another_engine_are_refused():
    card = replace(CARD, options=CarvingOptions)
    with pytest.raises(EngineError, match="takes CarvingOptions, got EngineOptions"):
        reconstruct(card=card, options=EngineOptions())
    assert reconstruct(card=card, options=CarvingOptions(depth=0.1)).seed == 0


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda made: replace(made, engine="other"), "signed 'other'"),
        (lambda made: replace(made, seed=7), "with seed 7"),
        (lambda made: replace(made, mesh=replace(made.mesh, origin=None)), "lack colour"),
        (lambda made: replace(made, posed=()), "every photo"),
        (lambda made: replace(made, posed=(PosedPhoto(photo_id="f" * 64, camera=None),)), "every"),
        (lambda made: replace(made, posed=(replace(made.posed[0], camera=None),)), "placed none"),
        (
            lambda made: replace(
                made, posed=(replace(made.posed[0], camera=a_front_camera(width=64)),)
            ),
            "another size",
        ),
    ],
)
def test_a_result_that_breaks_the_contract_is_refused_with_the_reason(spoil, why):
    with pytest.raises(EngineError, match=why) as caught:
        reconstruct(spoil=spoil)
    assert "Report it" in caught.value.advice


def test_the_scratch_folder_is_there_during_the_call_and_gone_afterwards():
    with temporary_context() as context:
        folder = context.scratch
        assert folder.is_dir()
        assert list(folder.iterdir()) == []
        (folder / "points.bin").write_bytes(b"x")
    assert not folder.exists()


def test_cut_outs_in_memory_are_enough_to_try_an_engine():
    made = reconstruct_foregrounds(InflateEngine(), [a_foreground()], seed=2)
    assert (made.seed, made.variant) == (2, "full")
