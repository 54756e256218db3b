"""Run an engine on cut-outs that are in memory, for tools, measurements and experiments."""

from collections.abc import Sequence

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.base import Engine, temporary_context
from bozzetto.views.capture import capture_of_foregrounds
from bozzetto.views.foreground import Foreground


def reconstruct_foregrounds(
    engine: Engine, foregrounds: Sequence[Foreground], *, seed: int = 0
) -> Reconstruction:
    """Predict the shape of one object from its cut-outs, with the engine's default settings.

    Args:
        engine: A loaded engine.
        foregrounds: Different photos of one object, full size.
        seed: As in `EngineOptions`.

    Raises:
        EngineError: The engine cannot use the photos.
        InputError: The seed is negative, or a photo comes twice.
    """
    options = engine.card.options(seed=seed)
    with temporary_context() as context:
        return engine.reconstruct(
            capture_of_foregrounds(foregrounds), options=options, context=context
        )
