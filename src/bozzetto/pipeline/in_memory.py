"""Draft and refine photographs that are in memory, for notebooks, tools and measurements.

Nothing is kept; `photo_to_asset` is the path with a store.
"""

from dataclasses import replace

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.base import temporary_context
from bozzetto.engines.registry import load_engine
from bozzetto.pipeline.draft_to_asset import (
    Refined,
    named,
    sculpt_draft,
    shape_draft,
    texture_shape,
)
from bozzetto.pipeline.options import DraftOptions, RefineOptions, level_settings
from bozzetto.pipeline.view_rules import check_views, usable_views
from bozzetto.progress import Step, no_step
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


def refine_draft(
    draft: Reconstruction,
    capture: Capture,
    *,
    name: str,
    options: RefineOptions = RefineOptions(),
    step: Step = no_step,
) -> Refined:
    """Turn a draft into a finished asset: outlines fitted, exact budget, UVs, PBR textures.

    Args:
        draft: The approved one.
        capture: The photographs that it was made from, with their masks.
        name: The asset's name.
        options: Topology, budget and texture size; of the levels of detail, the first.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The budget cannot be met.
    """
    settings = level_settings(options, name=name)[0]
    sculpted = sculpt_draft(draft, capture, detail=options.detail, step=step)
    shaped = shape_draft(draft, sculpted, capture, options=settings.shape, step=step)
    refined = texture_shape(shaped, draft, capture, options=settings.texture, step=step)
    return replace(refined, asset=named(refined.asset, name))
