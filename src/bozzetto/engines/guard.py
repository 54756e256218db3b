"""Hold an engine to the contract: check what goes in and what comes out, for every engine alike."""

from dataclasses import dataclass
from itertools import zip_longest

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.base import Engine, EngineCard, EngineContext, EngineOptions
from bozzetto.errors import EngineError, ResourceError
from bozzetto.views.capture import Capture


@dataclass(frozen=True, kw_only=True)
class GuardedEngine:
    """Implements `Engine` around another one; `load_engine` gives no other kind."""

    engine: Engine
    card: EngineCard
    """As registered."""

    def reconstruct(
        self, capture: Capture, *, options: EngineOptions, context: EngineContext
    ) -> Reconstruction:
        """Call the engine; see `Engine`.

        Raises:
            ResourceError: The engine needs a GPU and was given none.
            EngineError: There are too few or too many photos, the options are another engine's,
                or the result is not what the contract asks for.
        """
        check_given(self.card, capture, options=options, context=context)
        made = self.engine.reconstruct(capture, options=options, context=context)
        fault = _fault(made, self.card, capture, options=options)
        if fault:
            raise EngineError(
                f"The engine {self.card.name!r} gave a result that cannot be used: {fault}.",
                advice="Report it to the makers of the engine, or choose another --engine.",
            )
        return made


def check_given(
    card: EngineCard, capture: Capture, *, options: EngineOptions, context: EngineContext
) -> None:
    """Refuse what an engine cannot work with; see `GuardedEngine.reconstruct`."""
    if card.needs_gpu and not context.resources.gpu:
        raise ResourceError(
            f"The engine {card.name!r} needs a GPU, and there is none for it here.",
            advice="Run it on a machine with a GPU, or choose another --engine.",
        )
    count = len(capture.photos)
    if not card.min_views <= count <= card.max_views:
        raise EngineError(
            f"The engine {card.name!r} takes {_numbers(card)}, got {count}.",
            advice="Give another number of photos, or choose another --engine.",
        )
    if not isinstance(options, card.options):
        raise EngineError(
            f"The engine {card.name!r} takes {card.options.__name__}, "
            f"got {type(options).__name__}.",
            advice="Make the options with the `options` of the engine's card.",
        )


def _numbers(card: EngineCard) -> str:
    """Say how many photos an engine takes."""
    if card.min_views == card.max_views:
        return "exactly one photo" if card.max_views == 1 else f"exactly {card.max_views} photos"
    return f"{card.min_views} to {card.max_views} photos"


def _fault(
    made: Reconstruction, card: EngineCard, capture: Capture, *, options: EngineOptions
) -> str:
    """Say what is wrong with a result; empty where nothing is."""
    if (made.engine, made.seed) != (card.name, options.seed):
        return f"it is signed {made.engine!r} with seed {made.seed}"
    if made.mesh.colors is None or made.mesh.confidence is None or made.mesh.origin is None:
        return "its vertices lack colour, confidence or origin"
    for photo, posed in zip_longest(capture.photos, made.posed):
        if photo is None or posed is None or photo.id != posed.photo_id:
            return "it does not say of every photo where its camera stood"
        camera = posed.camera
        if camera is not None and (camera.width, camera.height) != (photo.width, photo.height):
            return f"the camera of {photo.name} has another size than the photo"
    return "" if made.placed else "it placed none of the photos"
