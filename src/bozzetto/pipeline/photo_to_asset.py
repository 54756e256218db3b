"""Photographs of one object in, one asset out. Read this file first.

Each step is a pure function of typed values; nothing here knows about files. `pipeline.runs` puts
the same steps around a project folder, so that work is kept, skipped and resumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.asset import Asset
from bozzetto.asset.draft import Draft
from bozzetto.asset.mesh import Mesh
from bozzetto.capture.advice import advise
from bozzetto.engines.base import EngineCard
from bozzetto.engines.registry import load_engine
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.ground import height_above_ground, lowered
from bozzetto.geometry.lowpoly import facet
from bozzetto.matting.alpha import refine_alpha
from bozzetto.matting.checks import check_mask
from bozzetto.matting.cut_out import cut_out
from bozzetto.matting.segment import SegmentOptions, mask_from_alpha, segment
from bozzetto.matting.strokes import apply_strokes
from bozzetto.pipeline.options import (
    Detail,
    DraftOptions,
    MakeOptions,
    MaskOptions,
    RefineOptions,
    Topology,
)
from bozzetto.pipeline.progress import Step, no_step
from bozzetto.pipeline.records import to_eight_bits
from bozzetto.pipeline.retopology import (
    SymmetryFacts,
    dense_surface,
    level_options,
    mirror_of,
    retopologize,
)
from bozzetto.sculpting.detail import DetailOptions
from bozzetto.sculpting.outline import OutlineError
from bozzetto.sculpting.sculpt import (
    OutlineFacts,
    SculptOptions,
    SculptView,
    fit_finished,
    sculpt,
)
from bozzetto.texturing.chart_scale import seen_shares
from bozzetto.texturing.delight import DelightOptions
from bozzetto.texturing.lock import TextureLock, keep_locked
from bozzetto.texturing.materials import without_relief
from bozzetto.texturing.surface import TextureOptions, View, texture_mesh
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground, Side
from bozzetto.views.mask import Mask, Stroke
from bozzetto.views.photo import Photo


@dataclass(frozen=True, kw_only=True, eq=False)
class Masked:
    """A photo's mask and what was noticed about it."""

    mask: Mask
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class LightFacts:
    """Correlation of log luminance with the light found in a photo, within paints, -1 to 1."""

    correlation_before: float
    """Of the photo."""
    correlation_after: float
    """Of the base colour."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Refined:
    """A finished asset and what was noticed on the way."""

    asset: Asset
    findings: tuple[Finding, ...]
    share_observed: float
    """Of the surface area, 0 to 1; the three shares add up to 1."""
    share_mirrored: float
    share_inferred: float
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    """How far outlines are from the masks', one for each photo."""
    lights: tuple[LightFacts, ...]
    """How much of each photo's light is left in the base colour."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Finished:
    """All that `photo_to_asset` made on the way."""

    masks: tuple[Masked, ...]
    advice: tuple[Finding, ...]
    drafts: tuple[Draft, ...]
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
    drafts = make_drafts(foregrounds, options=options.draft)
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
    foregrounds: Sequence[Foreground], *, options: DraftOptions = DraftOptions()
) -> tuple[Draft, ...]:
    """Make white models to choose from, ranked best first."""
    engine = load_engine(options.engine)
    foregrounds = name_sides(foregrounds, views=options.views)
    num_views, _ = usable_views(len(foregrounds), card=engine.card)
    seeds = range(options.seed, options.seed + options.variants)
    return rank([engine.reconstruct(foregrounds[:num_views], seed=seed) for seed in seeds])


def name_sides(
    foregrounds: Sequence[Foreground], *, views: Sequence[Side | None]
) -> tuple[Foreground, ...]:
    """Note on each foreground which side of the object it shows; no views leave them as they are.

    Raises:
        InputError: There are not as many views as foregrounds.
    """
    if not views:
        return tuple(foregrounds)
    check_views(views, num_photos=len(foregrounds))
    return tuple(
        replace(foreground, side=side) for foreground, side in zip(foregrounds, views, strict=True)
    )


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


def rank(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Order drafts by score, best first; equals keep the order of their seeds."""
    return tuple(sorted(drafts, key=lambda draft: (-draft.score, draft.seed)))


def usable_views(num_photos: int, *, card: EngineCard) -> tuple[int, tuple[Finding, ...]]:
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Sculpted:
    """A draft whose outlines fit the masks, as dense as it was; all levels are made from it."""

    mesh: Mesh
    photos: tuple[SculptView, ...]
    outlines: tuple[OutlineError, ...]
    """Of the draft, before anything was fitted."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shaped:
    """A finished surface before it is textured."""

    mesh: Mesh
    """With uvs and normals; nothing after this moves a vertex."""
    dense: Mesh
    """What normals, occlusion and predicted colours are taken from."""
    findings: tuple[Finding, ...]
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    cameras: tuple[Camera, ...]
    """The draft's, moved with the surface when it was stood on the ground again."""


def refine_draft(
    draft: Draft,
    foregrounds: Sequence[Foreground],
    *,
    name: str,
    options: RefineOptions = RefineOptions(),
    step: Step = no_step,
) -> Refined:
    """Turn a draft into a finished asset: outlines fitted, exact budget, UVs, PBR textures.

    Args:
        draft: The approved one.
        foregrounds: What it was made from, one for each of its cameras.
        name: The asset's name.
        options: Topology, budget and texture size; of the levels of detail, the first.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The budget cannot be met.
    """
    sculpted = sculpt_draft(draft, foregrounds, detail=options.detail, step=step)
    shaped = shape_draft(draft, sculpted, options=options, step=step)
    return texture_shape(shaped, draft, foregrounds, name=name, options=options, step=step)


def sculpt_draft(
    draft: Draft,
    foregrounds: Sequence[Foreground],
    *,
    detail: Detail = Detail.AUTO,
    step: Step = no_step,
) -> Sculpted:
    """Tidy a draft and fit its outlines, and its relief where that is asked for.

    Args:
        draft: The approved one.
        foregrounds: What it was made from, one for each of its cameras.
        detail: Whether shading becomes relief.
        step: Told what is being done; it may raise to stop.
    """
    step("repair")
    dense = dense_surface(draft, foregrounds)
    step("sculpt")
    told = draft.seen or (None,) * len(draft.cameras)
    photos = tuple(
        SculptView(foreground=foreground, camera=camera, seen=seen)
        for foreground, camera, seen in zip(foregrounds, draft.cameras, told, strict=False)
    )
    relief = DetailOptions() if detail is Detail.AUTO else None
    high = sculpt(dense.mesh, photos, options=SculptOptions(detail=relief))
    return Sculpted(mesh=high.mesh, photos=photos, outlines=high.outlines, findings=dense.findings)


def shape_draft(
    draft: Draft,
    sculpted: Sculpted,
    *,
    options: RefineOptions = RefineOptions(),
    step: Step = no_step,
) -> Shaped:
    """Make the finished surface of one level of detail and lay it out.

    Args:
        draft: The approved one.
        sculpted: What `sculpt_draft` made of it.
        options: Topology, budget and texture size.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The budget cannot be met.
    """
    step("topology")
    low = retopologize(sculpted.mesh, options=options)
    finish = fit_finished(
        low.mesh,
        sculpted.photos,
        dense=low.dense,
        draft=sculpted.outlines,
        mirror=mirror_of(low),
    )
    height = height_above_ground(finish.mesh)
    finished = lowered(finish.mesh, height)
    cameras = tuple(camera.moved(np.array([0, -height, 0])) for camera in draft.cameras)
    step("unwrap")
    unwrapped = unwrap(
        finished,
        options=UnwrapOptions(texture_size=options.texture_size),
        seen=seen_shares(finished, cameras),
    )
    faceted = options.topology is Topology.LOWPOLY
    return Shaped(
        mesh=facet(unwrapped.mesh) if faceted else unwrapped.mesh,
        dense=lowered(finish.dense, height),
        findings=(*sculpted.findings, *low.findings, *unwrapped.findings),
        symmetry=low.symmetry,
        outlines=finish.outlines,
        cameras=cameras,
    )


def texture_shape(
    shaped: Shaped,
    draft: Draft,
    foregrounds: Sequence[Foreground],
    *,
    name: str,
    options: RefineOptions = RefineOptions(),
    lock: TextureLock | None = None,
    step: Step = no_step,
) -> Refined:
    """Give the finished surface its textures.

    Args:
        shaped: From `shape_draft`.
        draft: The same.
        foregrounds: The same.
        name: The asset's name.
        options: The same.
        lock: Texels of an earlier texture to keep.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The lock does not fit.
    """
    step("texture")
    told = draft.seen or (None,) * len(shaped.cameras)
    textured = texture_mesh(
        shaped.mesh,
        high=shaped.dense,
        views=[
            View(foreground=foreground, camera=camera, seen=seen)
            for foreground, camera, seen in zip(foregrounds, shaped.cameras, told, strict=False)
        ],
        options=TextureOptions(
            texture_size=options.texture_size, delight=DelightOptions(strength=options.delight)
        ),
        name=name,
        step=step,
    )
    if options.topology is Topology.LOWPOLY:
        textured = replace(textured, material=without_relief(textured.material))
    if lock is not None:
        textured = keep_locked(textured, lock)
    return Refined(
        asset=Asset(
            name=name,
            mesh=textured.mesh,
            material=textured.material,
            provenance=textured.provenance,
            cameras=shaped.cameras,
            photo_light=textured.photo_light,
        ),
        findings=(*shaped.findings, *textured.findings),
        share_observed=textured.share_observed,
        share_mirrored=textured.share_mirrored,
        share_inferred=textured.share_inferred,
        symmetry=shaped.symmetry,
        outlines=shaped.outlines,
        lights=tuple(
            LightFacts(
                correlation_before=round(light.correlation_before, 4),
                correlation_after=round(light.correlation_after, 4),
            )
            for light in textured.lights
        ),
    )
