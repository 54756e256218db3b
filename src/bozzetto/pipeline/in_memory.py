"""Drafts of photographs that are in memory, for notebooks, tools and measurements.

`refine_draft` is the other half. Nothing is kept; `photo_to_asset` is the path with a store.
"""

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.base import temporary_context
from bozzetto.engines.registry import load_engine
from bozzetto.pipeline.options import DraftOptions
from bozzetto.pipeline.photo_to_asset import check_views, usable_views
from bozzetto.views.capture import Capture


def draft_capture(
    capture: Capture, *, options: DraftOptions = DraftOptions()
) -> tuple[Reconstruction, ...]:
    """Make white models to choose from, ranked best first.

    Args:
        capture: Photographs of one object with their masks.
        options: Engine, seed, number of variants and sides.

    Raises:
        InputError: The engine cannot use that many photographs, or the sides do not fit them.
        EngineError: The engine cannot make sense of the photographs.
    """
    engine = load_engine(options.engine)
    card = engine.card
    check_views(options.views, num_photos=len(capture.photos))
    num_photos, _ = usable_views(len(capture.photos), card=card)
    used = (capture.with_sides(options.views) if options.views else capture).first(num_photos)
    seeds = range(options.seed, options.seed + (1 if card.one_variant else options.variants))
    with temporary_context() as context:
        drafts = [
            engine.reconstruct(used, options=card.options(seed=seed), context=context)
            for seed in seeds
        ]
    return tuple(sorted(drafts, key=lambda draft: (-draft.score, draft.seed)))
