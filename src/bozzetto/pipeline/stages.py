"""The stages from photograph to asset: each a function of its inputs, and its descriptor.

`photo_to_asset` puts them together as a plan. What each one does is in the rooms below; here it
only says what it takes, what it depends on, and how its result is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.capture.advice import advise
from bozzetto.capture.overlay import draw_overlay
from bozzetto.engines.base import EngineContext, EngineOptions
from bozzetto.engines.registry import engine_card, load_engine
from bozzetto.formats.gltf.glb import GlbOptions, write_glb
from bozzetto.matting.models.registry import model_card
from bozzetto.matting.strokes_json import strokes_from_json
from bozzetto.matting.user_mask import decode_mask
from bozzetto.pipeline.captured import capture_from, decoded
from bozzetto.pipeline.codecs import encode_picture, picture_from
from bozzetto.pipeline.draft_to_asset import (
    Refined,
    Sculpted,
    Shaped,
    named,
    sculpt_draft,
    shape_draft,
    texture_shape,
)
from bozzetto.pipeline.masking import Masked, make_mask
from bozzetto.pipeline.options import (
    Detail,
    DraftOptions,
    FileSettings,
    MaskOptions,
    ShapeSettings,
    TextureSettings,
)
from bozzetto.pipeline.results import (
    ADVICE,
    ASSET_FILE,
    MASKED,
    RECONSTRUCTION,
    REFINED,
    SCULPTED,
    SHAPED,
    Advice,
    AssetFile,
)
from bozzetto.plans.results import FileHandle, Handle
from bozzetto.plans.stage import Stage, StageContext
from bozzetto.resources import Resources
from bozzetto.texturing.lock import TextureLock
from bozzetto.views.foreground import Side


@dataclass(frozen=True, kw_only=True)
class MaskSettings:
    """What a mask depends on besides the photograph and what a person drew."""

    model: str
    model_version: int
    weights_sha256: str


def mask_settings(options: MaskOptions) -> MaskSettings:
    """Name the network that finds the object, and its weights."""
    card = model_card(options.model)
    return MaskSettings(model=card.name, model_version=card.version, weights_sha256=card.sha256)


def mask_photo(
    *,
    photo: FileHandle,
    user_mask: FileHandle | None,
    strokes: FileHandle | None,
    options: MaskSettings | None,
    context: StageContext,
) -> Masked:
    """Cut the object out of a photograph; findings of the files come first.

    Raises:
        PhotoError: No object was found.
    """
    picture, findings = decoded(photo.sha256, photo.name, photo.read, memo=context.memo)
    mask = None
    if user_mask is not None:
        mask, noticed = decode_mask(user_mask.read(), name=user_mask.name, photo=picture)
        findings = (*findings, *noticed)
    made = make_mask(
        picture,
        user_mask=mask,
        strokes=strokes_from_json(strokes.read().decode()) if strokes else (),
        options=MaskOptions() if options is None else MaskOptions(model=options.model),
    )
    return Masked(mask=made.mask, findings=made.findings, file_findings=findings)


def advise_photo(
    *, photo: FileHandle, mask: Handle[Masked] | None, options: None, context: StageContext
) -> Advice:
    """Judge a photograph, and draw what was found over it; without a mask where none was found."""
    picture, _ = decoded(photo.sha256, photo.name, photo.read, memo=context.memo)
    findings = advise(picture, mask.load().mask if mask else None)
    overlays = {
        finding.code: encode_picture(draw_overlay(picture, finding), suffix=".jpg")
        for finding in findings
    }
    return Advice(findings=findings, overlays=overlays)


@dataclass(frozen=True, kw_only=True)
class DraftSettings:
    """What a draft depends on besides the photographs and their masks."""

    engine: str
    engine_version: int
    weights_sha256: str
    views: tuple[Side | None, ...]
    engine_options: EngineOptions


def draft_settings(options: DraftOptions, *, seed: int, num_photos: int) -> DraftSettings:
    """Name the engine, its weights and its options for one variant."""
    card = engine_card(options.engine)
    return DraftSettings(
        engine=card.name,
        engine_version=card.version,
        weights_sha256=card.weights_sha256,
        views=options.views[:num_photos],
        engine_options=card.options(seed=seed),
    )


def reconstruct(
    *,
    photos: Sequence[FileHandle],
    masks: Sequence[Handle[Masked]],
    options: DraftSettings,
    context: StageContext,
) -> Reconstruction:
    """Make one draft with an engine.

    Raises:
        EngineError: The engine cannot make sense of the photographs.
    """
    capture = capture_from(photos, masks, views=options.views, memo=context.memo)
    return load_engine(options.engine).reconstruct(
        capture,
        options=options.engine_options,
        context=EngineContext(
            step=context.step, scratch=context.scratch, resources=context.resources
        ),
    )


def sculpt(
    *,
    draft: Handle[Reconstruction],
    photos: Sequence[FileHandle],
    masks: Sequence[Handle[Masked]],
    options: Detail,
    context: StageContext,
) -> Sculpted:
    """Repair a draft and fit its outlines; all levels of detail are made from this."""
    return sculpt_draft(
        draft.load(),
        capture_from(photos, masks, memo=context.memo),
        detail=options,
        step=context.step,
    )


def shape(
    *,
    draft: Handle[Reconstruction],
    sculpted: Handle[Sculpted],
    photos: Sequence[FileHandle],
    masks: Sequence[Handle[Masked]],
    options: ShapeSettings,
    context: StageContext,
) -> Shaped:
    """Make the finished surface of one level of detail, laid out and without textures.

    Raises:
        InputError: The budget cannot be met.
    """
    return shape_draft(
        draft.load(),
        sculpted.load(),
        capture_from(photos, masks, memo=context.memo),
        options=options,
        step=context.step,
    )


def texture(
    *,
    draft: Handle[Reconstruction],
    shaped: Handle[Shaped],
    photos: Sequence[FileHandle],
    masks: Sequence[Handle[Masked]],
    lock: FileHandle | None,
    previous: Handle[Refined] | None,
    options: TextureSettings,
    context: StageContext,
) -> Refined:
    """Give a finished surface its textures; white texels of a lock stay as they were.

    Raises:
        InputError: The lock does not fit.
    """
    return texture_shape(
        shaped.load(),
        draft.load(),
        capture_from(photos, masks, memo=context.memo),
        options=options,
        lock=_texture_lock(lock, previous),
        step=context.step,
    )


def _texture_lock(lock: FileHandle | None, previous: Handle[Refined] | None) -> TextureLock | None:
    """Put a lock's picture and the texture that it is drawn over together."""
    if lock is None or previous is None:
        return None
    picture = picture_from(lock.read(), grey=True)
    return TextureLock(mask=picture >= 128, previous=previous.load().asset)


def write_asset(
    *, refined: Handle[Refined], options: FileSettings, context: StageContext
) -> AssetFile:
    """Write a level's GLB and read it back."""
    made = refined.load()
    pictures = GlbOptions(
        image_format=options.image_format, provenance_attributes=options.provenance_attributes
    )
    asset = named(made.asset, options.name)
    return AssetFile(glb=write_glb(asset, options=pictures), refined=replace(made, asset=asset))


MASK_STAGE = Stage(
    name="masks",
    version=2,
    run=mask_photo,
    codec=MASKED,
    resources=Resources(memory_mib=1400),
    keeps_model=True,
)
ADVICE_STAGE = Stage(name="advice", version=2, run=advise_photo, codec=ADVICE)
DRAFT_STAGE = Stage(
    name="drafts", version=3, run=reconstruct, codec=RECONSTRUCTION, keeps_model=True
)
SCULPT_STAGE = Stage(name="sculptures", version=1, run=sculpt, codec=SCULPTED)
SHAPE_STAGE = Stage(name="shapes", version=6, run=shape, codec=SHAPED)
TEXTURE_STAGE = Stage(
    name="textures", version=1, run=texture, codec=REFINED, resources=Resources(memory_mib=1500)
)
ASSET_STAGE = Stage(name="assets", version=11, run=write_asset, codec=ASSET_FILE)
