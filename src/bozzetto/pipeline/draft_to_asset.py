"""An approved draft in, one finished level of an asset out: sculpted, shaped, textured.

Each step is a pure function of typed values, like those of `pipeline.photo_to_asset`, whose second
half they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.asset import Asset
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.asset.seen import SeenMaps
from bozzetto.findings import Finding
from bozzetto.geometry.ground import height_above_ground, lowered
from bozzetto.geometry.remesh.lowpoly import facet
from bozzetto.pipeline.options import (
    Detail,
    ShapeSettings,
    TextureSettings,
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
from bozzetto.sculpting.fairing import FairingOptions
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
from bozzetto.views.capture import Capture
from bozzetto.views.foreground import Foreground

UNNAMED = "surface"
"""Name of an asset until its file is written: textures do not depend on names."""


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
    height_m: float
    """How far the surface was lowered to stand on the ground again; cameras move along."""


def sculpt_draft(
    draft: Reconstruction,
    capture: Capture,
    *,
    detail: Detail = Detail.AUTO,
    step: Step = no_step,
) -> Sculpted:
    """Repair a draft and fit its outlines, and its relief where that is asked for.

    Args:
        draft: The approved one.
        capture: The photographs that it was made from, with their masks.
        detail: Whether shading becomes relief.
        step: Told what is being done; it may raise to stop.
    """
    step("repair")
    views = _sculpt_views(draft, capture)
    dense = dense_surface(draft, views)
    step("sculpt")
    relief = DetailOptions() if detail is Detail.AUTO else None
    fairing = FairingOptions(wave=draft.resolved_detail)
    high = sculpt(dense.mesh, views, options=SculptOptions(fairing=fairing, detail=relief))
    return Sculpted(mesh=high.mesh, outlines=high.outlines, findings=dense.findings)


def shape_draft(
    draft: Reconstruction,
    sculpted: Sculpted,
    capture: Capture,
    *,
    options: ShapeSettings,
    step: Step = no_step,
) -> Shaped:
    """Make the finished surface of one level of detail and lay it out.

    Args:
        draft: The approved one.
        sculpted: What `sculpt_draft` made of it.
        capture: The same as there.
        options: Topology, budget and texture size.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The budget cannot be met.
    """
    step("topology")
    low = retopologize(sculpted.mesh, options=options)
    finish = fit_finished(
        low.mesh,
        _sculpt_views(draft, capture),
        dense=low.dense,
        draft=sculpted.outlines,
        mirror=mirror_of(low),
    )
    height = height_above_ground(finish.mesh)
    finished = lowered(finish.mesh, height)
    step("unwrap")
    unwrapped = unwrap(
        finished,
        options=UnwrapOptions(texture_size=options.texture_size),
        seen=seen_shares(finished, _lowered_cameras(draft, height)),
    )
    faceted = options.topology is Topology.LOWPOLY
    return Shaped(
        mesh=facet(unwrapped.mesh) if faceted else unwrapped.mesh,
        dense=lowered(finish.dense, height),
        findings=(*sculpted.findings, *low.findings, *unwrapped.findings),
        symmetry=low.symmetry,
        outlines=finish.outlines,
        height_m=float(height),
    )


def texture_shape(
    shaped: Shaped,
    draft: Reconstruction,
    capture: Capture,
    *,
    options: TextureSettings,
    lock: TextureLock | None = None,
    step: Step = no_step,
) -> Refined:
    """Give the finished surface its textures; the asset has no name yet.

    Args:
        shaped: From `shape_draft`.
        draft: The same.
        capture: The same.
        options: Texture size, light and relief.
        lock: Texels of an earlier texture to keep.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The lock does not fit.
    """
    step("texture")
    cameras = _lowered_cameras(draft, shaped.height_m)
    textured = texture_mesh(
        shaped.mesh,
        high=shaped.dense,
        views=[
            PosedForeground(foreground=foreground, camera=camera, seen=seen)
            for foreground, camera, seen in _placed(draft, capture, cameras)
        ],
        options=TextureOptions(
            texture_size=options.texture_size, delight=DelightOptions(strength=options.delight)
        ),
        name=UNNAMED,
        step=step,
    )
    if not options.relief:
        textured = replace(textured, material=without_relief(textured.material))
    if lock is not None:
        textured = keep_locked(textured, lock)
    return Refined(
        asset=Asset(
            name=UNNAMED,
            mesh=textured.mesh,
            material=textured.material,
            provenance=textured.provenance,
            cameras=cameras,
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


def named(asset: Asset, name: str) -> Asset:
    """Return an asset and its material under a name."""
    return replace(asset, name=name, material=replace(asset.material, name=name))


def _sculpt_views(draft: Reconstruction, capture: Capture) -> tuple[SculptView, ...]:
    """Return the placed photos as sculpting takes them."""
    return tuple(
        SculptView(foreground=foreground, camera=camera, seen=seen)
        for foreground, camera, seen in _placed(draft, capture, draft.cameras)
    )


def _placed(
    draft: Reconstruction, capture: Capture, cameras: Sequence[Camera]
) -> Iterator[tuple[Foreground, Camera, SeenMaps | None]]:
    """Yield the placed photos with their cameras, and what the engine says of each."""
    for photo, camera in zip(draft.placed, cameras, strict=True):
        yield capture.foreground(photo.photo_id), camera, photo.seen


def _lowered_cameras(draft: Reconstruction, height_m: float) -> tuple[Camera, ...]:
    """Return the draft's cameras, moved with a surface that was lowered."""
    return tuple(camera.moved(np.array([0, -height_m, 0])) for camera in draft.cameras)
