"""Photographs of one object in, one asset out. Read this file first.

Each step is a pure function of typed values; nothing here knows about files. `pipeline.runs` puts
the same steps around a project folder, so that work is kept, skipped and resumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.capture.advice import advise
from bozzetto.engines.base import EngineFacts, temporary_context
from bozzetto.engines.registry import load_engine
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.matting.alpha import refine_alpha
from bozzetto.matting.checks import check_mask
from bozzetto.matting.cut_out import cut_out
from bozzetto.matting.segment import SegmentOptions, mask_from_alpha, segment
from bozzetto.matting.strokes import apply_strokes
from bozzetto.pipeline.draft_to_asset import Refined, sculpt_draft, shape_draft, texture_shape
from bozzetto.pipeline.options import (
    DraftOptions,
    MakeOptions,
    MaskOptions,
)
from bozzetto.pipeline.records import to_eight_bits
from bozzetto.pipeline.retopology import (
    level_options,
)
from bozzetto.views.capture import Capture, capture_of
from bozzetto.views.foreground import Side
from bozzetto.views.mask import Mask, Stroke
from bozzetto.views.photo import Photo


@dataclass(frozen=True, kw_only=True, eq=False)
class Masked:
    """A photo's mask and what was noticed about it."""

    mask: Mask
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Finished:
    """All that `photo_to_asset` made on the way."""

    masks: tuple[Masked, ...]
    advice: tuple[Finding, ...]
    drafts: tuple[Reconstruction, ...]
    """Best first; the first one was refined."""
    refined: Refined
    lods: tuple[Refined, ...]
    """Coarser levels of detail, finest first; empty unless asked for."""


def photo_to_asset(
    photos: Sequence[Photo], *, name: str, options: MakeOptions = MakeOptions()
) -> Finished:
    """Turn photographs of one object into a finished asset, approving the best draft by rule.

    Args:
        photos: One object, one or more views.
        name: The asset's name.
        options: Settings of all steps.

    Raises:
        InputError: No object can be found in a photo, or the engine cannot use the photos.
    """
    masks = tuple(make_mask(photo, options=options.mask) for photo in photos)
    advice = tuple(
        finding
        for photo, masked in zip(photos, masks, strict=True)
        for finding in advise(photo, masked.mask)
    )
    pairs = zip(photos, masks, strict=True)
    foregrounds = tuple(cut_out(photo, masked.mask) for photo, masked in pairs)
    capture = capture_of(photos, masks=[masked.mask for masked in masks], foregrounds=foregrounds)
    drafts = make_drafts(capture, options=options.draft)
    best = drafts[0]
    sculpted = sculpt_draft(best, foregrounds, detail=options.refine.detail)
    refined, *lods = (
        texture_shape(
            shape_draft(best, sculpted, options=settings),
            best,
            foregrounds,
            name=level_name(name, level),
            options=settings,
        )
        for level, settings in enumerate(level_options(options.refine))
    )
    return Finished(masks=masks, advice=advice, drafts=drafts, refined=refined, lods=tuple(lods))


def level_name(name: str, level: int) -> str:
    """Return the name of a level of detail; level 0 is the asset itself."""
    return f"{name}_lod{level}" if level else name


def make_mask(
    photo: Photo,
    *,
    user_mask: Mask | None = None,
    strokes: Sequence[Stroke] = (),
    options: MaskOptions = MaskOptions(),
) -> Masked:
    """Find what belongs to the object: the user's mask, else the alpha channel, else a network.

    A person's strokes are applied last, to whichever mask it is.
    """
    mask = user_mask or mask_from_alpha(photo)
    if mask is None:
        mask = segment(photo, options=SegmentOptions(model=options.model))
        mask = refine_alpha(photo, mask)
    if strokes:
        mask = apply_strokes(photo, mask, strokes)
    mask = to_eight_bits(mask)
    return Masked(mask=mask, findings=check_mask(photo, mask))


def join_findings(advice: Sequence[Finding], masks: Sequence[Finding]) -> tuple[Finding, ...]:
    """Join what was said about photos and about their masks; what both say is said once."""
    cut = {finding.subject for finding in advice if finding.code == "photo.frame.cut"}
    kept = [f for f in masks if not (f.code == "mask.frame" and f.subject in cut)]
    return (*advice, *kept)


def make_drafts(
    capture: Capture, *, options: DraftOptions = DraftOptions()
) -> tuple[Reconstruction, ...]:
    """Make white models to choose from, ranked best first."""
    engine = load_engine(options.engine)
    capture = name_sides(capture, views=options.views)
    num_views, _ = usable_views(len(capture.photos), card=engine.card)
    with temporary_context() as context:
        return rank(
            [
                engine.reconstruct(
                    capture.first(num_views),
                    options=engine.card.options(seed=seed),
                    context=context,
                )
                for seed in seeds_of(options, card=engine.card)
            ]
        )


def seeds_of(options: DraftOptions, *, card: EngineFacts) -> range:
    """Return the seeds to try: one where the engine knows one variant only."""
    return range(options.seed, options.seed + (1 if card.one_variant else options.variants))


def name_sides(capture: Capture, *, views: Sequence[Side | None]) -> Capture:
    """Note on each photo which side of the object it shows; no views leave them as they are.

    Raises:
        InputError: There are not as many views as photos.
    """
    if not views:
        return capture
    check_views(views, num_photos=len(capture.photos))
    return capture.with_sides(views)


def check_views(views: Sequence[Side | None], *, num_photos: int) -> None:
    """Refuse names of sides that do not fit the photos.

    Raises:
        InputError: Some photos have no name, or there are more names than photos.
    """
    if views and len(views) != num_photos:
        raise InputError(
            f"Every photo needs the name of its side: got {len(views)} for {num_photos} photos.",
            advice="Name them in the order of the photos, as in --views front,back; write `auto` to"
            " have one guessed.",
        )


def rank(drafts: Sequence[Reconstruction]) -> tuple[Reconstruction, ...]:
    """Order drafts by score, best first; equals keep the order of their seeds."""
    return tuple(sorted(drafts, key=lambda draft: (-draft.score, draft.seed)))


def usable_views(num_photos: int, *, card: EngineFacts) -> tuple[int, tuple[Finding, ...]]:
    """Return how many of the photos an engine uses, and a finding where some are left out.

    Raises:
        InputError: There are fewer photos than the engine needs.
    """
    if num_photos < card.min_views:
        raise InputError(
            f"The engine {card.name!r} needs at least {card.min_views} photos, got {num_photos}.",
            advice="Add photos of the same object, or choose another --engine.",
        )
    if num_photos <= card.max_views:
        return num_photos, ()
    unused = Finding(
        code="draft.views.unused",
        severity=Severity.WARNING,
        message=f"The engine {card.name!r} used only {card.max_views} of the {num_photos} photos,"
        " from the start of the list.",
        fix="Put the photo that shows most of the object first.",
        measured=float(num_photos),
        limit=float(card.max_views),
    )
    return card.max_views, (unused,)
