"""An approved draft in, one finished level of an asset out: sculpted, shaped, textured.

Each step is a pure function of typed values, like those of `pipeline.photo_to_asset`, whose second
half they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.asset import Asset
from bozzetto.asset.draft import Draft
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.seen import SeenMaps
from bozzetto.findings import Finding
from bozzetto.geometry.ground import height_above_ground, lowered
from bozzetto.geometry.remesh.lowpoly import facet
from bozzetto.pipeline.options import (
    Detail,
    RefineOptions,
    Topology,
)
from bozzetto.pipeline.retopology import (
    SymmetryFacts,
    dense_surface,
    mirror_of,
    retopologize,
)
from bozzetto.progress import Step, no_step
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
from bozzetto.texturing.surface import PosedForeground, TextureOptions, texture_mesh
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground


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
    photos = tuple(
        SculptView(foreground=foreground, camera=camera, seen=seen)
        for foreground, camera, seen in _photos(draft, foregrounds, draft.cameras)
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
    textured = texture_mesh(
        shaped.mesh,
        high=shaped.dense,
        views=[
            PosedForeground(foreground=foreground, camera=camera, seen=seen)
            for foreground, camera, seen in _photos(draft, foregrounds, shaped.cameras)
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


def _photos(
    draft: Draft, foregrounds: Sequence[Foreground], cameras: Sequence[Camera]
) -> Iterator[tuple[Foreground, Camera, SeenMaps | None]]:
    """Yield the photos that the draft was made from, with what its engine says of each."""
    return zip(foregrounds, cameras, draft.seen or (None,) * len(cameras), strict=False)
