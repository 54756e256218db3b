"""Photographs of one object in, one finished asset out. Read this file first.

A request becomes a plan: nodes, each one stage (`pipeline.stages`) with its inputs and options. An
executor makes the results that the store does not hold yet. The command line, the Python front door
and the studio all call the three steps below: look at the photographs, make drafts, finish one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.registry import engine_card
from bozzetto.executors.base import Executor, Timing
from bozzetto.executors.estimates import Estimates
from bozzetto.findings import Finding
from bozzetto.pipeline.draft_to_asset import Refined, Shaped
from bozzetto.pipeline.masking import Masked, join_findings
from bozzetto.pipeline.options import DraftOptions, MaskOptions, RefineOptions, level_settings
from bozzetto.pipeline.previews import (
    CERTIFICATE_STAGE,
    DRAFT_SHEET_STAGE,
    PREVIEW_STAGE,
    LevelFacts,
    Preview,
    preview_settings,
)
from bozzetto.pipeline.results import Advice, AssetFile
from bozzetto.pipeline.stages import (
    ADVICE_STAGE,
    ASSET_STAGE,
    DRAFT_STAGE,
    MASK_STAGE,
    SCULPT_STAGE,
    SHAPE_STAGE,
    TEXTURE_STAGE,
    draft_settings,
    mask_settings,
)
from bozzetto.pipeline.view_rules import check_views, usable_views
from bozzetto.plans.plan import AnyNode, Input, InputFile, KeptResult, Node, Plan
from bozzetto.plans.results import find_result, read_result
from bozzetto.progress import Progress, silent
from bozzetto.resources import Resources
from bozzetto.store.base import Store

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class InputPhoto:
    """One photograph and what a person said about it; all files are in the store."""

    photo: InputFile
    user_mask: InputFile | None = None
    strokes: InputFile | None = None
    """JSON, as `matting.strokes_json` writes it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """One run: where results are kept, what makes them, and who is told."""

    store: Store
    executor: Executor
    estimates: Estimates
    progress: Progress = silent

    def make(self, *wanted: AnyNode) -> tuple[Timing, ...]:
        """Make the results of these nodes where the store does not hold them."""
        return self.executor.run(
            Plan(wanted=wanted),
            store=self.store,
            estimates=self.estimates,
            progress=self.progress,
        )

    def has(self, node: Node[Value] | KeptResult[Value]) -> bool:
        """Tell whether the store holds a result."""
        return find_result(self.store, node.stage.collection, node.key) is not None

    def value(self, node: Node[Value] | KeptResult[Value]) -> Value:
        """Read a result."""
        return read_result(self.store, node.stage, node.key)


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoLook:
    """The first look at one photograph."""

    photo: InputPhoto
    mask: Node[Masked]
    advice: Node[Advice]


def look_at(photo: InputPhoto, *, options: MaskOptions) -> PhotoLook:
    """Plan the first look at a photograph: cut the object out, and say what is wrong."""
    mask = Node(
        stage=MASK_STAGE,
        inputs={
            "photo": photo.photo,
            "user_mask": photo.user_mask,
            "strokes": photo.strokes,
        },
        # A mask that the user gave does not depend on any network.
        options=None if photo.user_mask else mask_settings(options),
        label=f"mask {photo.photo.name}",
    )
    advice = Node(
        stage=ADVICE_STAGE,
        inputs={"photo": photo.photo, "mask": mask},
        label=f"advice {photo.photo.name}",
    )
    return PhotoLook(photo=photo, mask=mask, advice=advice)


@dataclass(frozen=True, kw_only=True, eq=False)
class Looks:
    """All photographs after the first look."""

    looks: tuple[PhotoLook, ...]
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]

    @property
    def mask_keys(self) -> tuple[str, ...]:
        """What drafts depend on."""
        return tuple(look.mask.key for look in self.looks)

    def inputs(self, num_photos: int | None = None) -> dict[str, Input]:
        """Return the first photographs and their masks as the inputs of a node."""
        used = self.looks[:num_photos]
        return {
            "photos": tuple(look.photo.photo for look in used),
            "masks": tuple(look.mask for look in used),
        }


def look_at_photos(run: Run, photos: Sequence[InputPhoto], *, options: MaskOptions) -> Looks:
    """Cut the object out of every photograph, and say what is wrong with each.

    Raises:
        PhotoError: No object was found in one of them.
    """
    looks = tuple(look_at(photo, options=options) for photo in photos)
    timings = run.make(*(look.mask for look in looks), *(look.advice for look in looks))
    advice = [finding for look in looks for finding in run.value(look.advice).findings]
    of_files: list[Finding] = []
    of_masks: list[Finding] = []
    for look in looks:  # One mask at a time: many full-size ones do not fit in memory together.
        masked = run.value(look.mask)
        of_files.extend(masked.file_findings)
        of_masks.extend(masked.findings)
    findings = (*of_files, *join_findings(advice, of_masks))
    return Looks(looks=looks, findings=findings, timings=timings)


@dataclass(frozen=True, kw_only=True, eq=False)
class RankedDraft:
    """One draft of several."""

    node: Node[Reconstruction]
    draft: Reconstruction


@dataclass(frozen=True, kw_only=True, eq=False)
class Drafts:
    """The drafts of a request, best first."""

    ranked: tuple[RankedDraft, ...]
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]


def draft_nodes(looks: Looks, *, options: DraftOptions) -> tuple[Node[Reconstruction], ...]:
    """Plan the drafts: one for each variant of the engine.

    Raises:
        InputError: The engine cannot use that many photographs, or the sides do not fit them.
    """
    card = engine_card(options.engine)
    check_views(options.views, num_photos=len(looks.looks))
    num_photos, _ = usable_views(len(looks.looks), card=card)
    count = 1 if card.one_variant else options.variants
    return tuple(
        Node(
            stage=DRAFT_STAGE,
            inputs=looks.inputs(num_photos),
            options=draft_settings(options, seed=options.seed + index, num_photos=num_photos),
            label=f"draft {index + 1} of {count}",
            needs_more=replace(Resources(), gpu=True) if card.needs_gpu else None,
        )
        for index in range(count)
    )


def make_drafts(run: Run, looks: Looks, *, options: DraftOptions) -> Drafts:
    """Make white models to choose from, ranked best first.

    Raises:
        InputError: The engine cannot use that many photographs, or the sides do not fit them.
        EngineError: The engine cannot make sense of them.
    """
    nodes = draft_nodes(looks, options=options)
    _, findings = usable_views(len(looks.looks), card=engine_card(options.engine))
    timings = run.make(*nodes)
    drafts = [RankedDraft(node=node, draft=run.value(node)) for node in nodes]
    return Drafts(ranked=rank(drafts), findings=findings, timings=timings)


def rank(drafts: Sequence[RankedDraft]) -> tuple[RankedDraft, ...]:
    """Order drafts by score, best first; equals keep the order of their seeds."""
    return tuple(sorted(drafts, key=lambda one: (-one.draft.score, one.draft.seed)))


def draft_sheet(looks: Looks, drafts: Drafts, *, name: str) -> Node[bytes]:
    """Plan the picture of all drafts side by side."""
    return Node(
        stage=DRAFT_SHEET_STAGE,
        inputs={
            "photo": looks.looks[0].photo.photo,
            "drafts": tuple(one.node for one in drafts.ranked),
        },
        options=preview_settings(name=name),
        label="previews of drafts",
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class AssetLevel:
    """One level of detail of a finished asset."""

    shape: Node[Shaped]
    texture: Node[Refined]
    file: Node[AssetFile]


@dataclass(frozen=True, kw_only=True, eq=False)
class FinishedAsset:
    """A finished asset: its levels of detail, finest first, and what was measured on them."""

    levels: tuple[AssetLevel, ...]
    files: tuple[AssetFile, ...]
    facts: tuple[LevelFacts, ...]
    preview: Preview
    timings: tuple[Timing, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class TextureHold:
    """White texels of a picture stay as an earlier texture has them."""

    picture: InputFile
    previous: KeptResult[Refined]


def finish_draft(
    run: Run,
    looks: Looks,
    draft: Node[Reconstruction] | KeptResult[Reconstruction],
    *,
    num_photos: int,
    name: str,
    options: RefineOptions,
    hold: TextureHold | None = None,
) -> FinishedAsset:
    """Turn an approved draft into a finished asset, measure it, and draw it.

    Args:
        run: Where and how.
        looks: The photographs and masks that the draft was made from.
        draft: The approved one.
        num_photos: How many of the photographs it was made from.
        name: The asset's name.
        options: Topology, budget, textures, levels of detail.
        hold: Texels of the finest level to keep.

    Raises:
        InputError: A budget cannot be met, or the hold does not fit.
    """
    sources: dict[str, Input] = {"draft": draft, **looks.inputs(num_photos)}
    sculpted = Node(stage=SCULPT_STAGE, inputs=sources, options=options.detail, label="sculpt")
    levels: list[AssetLevel] = []
    for level, settings in enumerate(level_settings(options, name=name)):
        what = f" level {level}" if level else ""
        held = hold if level == 0 else None
        shape = Node(
            stage=SHAPE_STAGE,
            inputs={**sources, "sculpted": sculpted},
            options=settings.shape,
            label=f"shape{what}",
        )
        texture = Node(
            stage=TEXTURE_STAGE,
            inputs={
                **sources,
                "shaped": shape,
                "lock": held and held.picture,
                "previous": held and held.previous,
            },
            options=settings.texture,
            label=f"refine{what}",
        )
        file = Node(
            stage=ASSET_STAGE,
            inputs={"refined": texture},
            options=settings.file,
            label=f"write{what}",
        )
        levels.append(AssetLevel(shape=shape, texture=texture, file=file))
    certificate = Node(
        stage=CERTIFICATE_STAGE,
        inputs={
            "shapes": tuple(level.shape for level in levels),
            "files": tuple(level.file for level in levels),
        },
        label="certificate",
    )
    preview = Node(
        stage=PREVIEW_STAGE,
        inputs={**sources, "file": levels[0].file},
        options=preview_settings(name=name),
        label="previews",
    )
    wanted = [node for level in levels for node in (level.shape, level.texture, level.file)]
    timings = run.make(*wanted, certificate, preview)
    return FinishedAsset(
        levels=tuple(levels),
        files=tuple(run.value(level.file) for level in levels),
        facts=run.value(certificate),
        preview=run.value(preview),
        timings=timings,
    )
