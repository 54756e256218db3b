"""The learned engine: a small network predicts the volume behind each photo, offline, on a CPU.

One to four photos of one object; their sides may be named. Method and limits: docs/network.md.
"""

from collections.abc import Sequence

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reason, Reconstruction
from bozzetto.engines.base import EngineCard, EngineContext, EngineOptions
from bozzetto.engines.network.card import NAME, card
from bozzetto.engines.network.certainty import surface_certainty
from bozzetto.engines.network.decode import surface_of
from bozzetto.engines.network.onnx_network import load_network
from bozzetto.engines.network.paint import paint
from bozzetto.engines.network.placing import forward_of, stand, upright
from bozzetto.engines.network.prediction import Network
from bozzetto.engines.network.sides import check_sides
from bozzetto.engines.network.together import Joined, join
from bozzetto.engines.network.variants import LIKELIEST, latent_of, variant_name
from bozzetto.engines.network.view import View, look_at
from bozzetto.engines.reasons import certainty_reason, judge_views
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera
from bozzetto.views.capture import Capture
from bozzetto.views.foreground import Foreground

RESOLVED_DETAIL = 0.08
"""What is smaller is the steps of the coarse volume."""


class BozzettoEngine:
    """Implements `Engine`; loads its network once, keeps nothing else between calls."""

    def __init__(self, network: Network | None = None) -> None:
        """Prepare the engine.

        Args:
            network: Instead of the bundled one, which is loaded when first needed.
        """
        self._network = network
        self._card = card()

    @property
    def card(self) -> EngineCard:
        """What this engine is and needs."""
        return self._card

    def reconstruct(
        self, capture: Capture, *, options: EngineOptions, context: EngineContext
    ) -> Reconstruction:
        """Predict the shape; seed 0 is the likeliest one, every other seed another plausible one.

        Raises:
            EngineError: There is no object in one of the photos.
            InputError: Two photos are named as one side.
            ResourceError: The weights are missing or damaged.
        """
        check_sides(capture.photos)
        if self._network is None:
            self._network = load_network(sha256=self._card.weights_sha256)
        context.step("predict")
        foregrounds = [capture.foreground(photo_id) for photo_id in capture.ids]
        return _reconstruct(foregrounds, self._network, seed=options.seed)


def build() -> BozzettoEngine:
    """Build the engine; cheap: the weights are read by the first draft."""
    return BozzettoEngine()


def _reconstruct(
    foregrounds: Sequence[Foreground], network: Network, *, seed: int
) -> Reconstruction:
    """Predict, join, extract, place, paint, judge."""
    latent = latent_of(seed, size=network.latent_size)
    views = [look_at(foreground, network, latent=latent) for foreground in foregrounds]
    joined = join(views)
    mesh, cameras, reasons = _finished_mesh(joined, views)
    findings = tuple(finding for view in views for finding in view.findings)
    return Reconstruction(
        mesh=mesh,
        posed=tuple(
            PosedPhoto(photo_id=view.foreground.sha256, camera=camera, seen=view.seen)
            for view, camera in zip(views, cameras, strict=True)
        ),
        engine=NAME,
        variant=_variant(views[0], network, seed=seed),
        seed=seed,
        resolved_detail=RESOLVED_DETAIL,
        reasons=reasons,
        findings=(*findings, *joined.findings),
    )


def _finished_mesh(
    joined: Joined, views: Sequence[View]
) -> tuple[Mesh, tuple[Camera, ...], tuple[Reason, ...]]:
    """Extract the surface, stand it up, paint it, judge it."""
    surface = surface_of(joined.field, joined.view)
    rotation = upright(
        joined.up_in_camera, forward_of(joined.view.frustum), azimuth_deg=joined.azimuth_deg
    )
    standing = stand(surface.points_in_camera, rotation=rotation)
    normals = vertex_normals(standing.positions, surface.triangles)
    cameras = tuple(
        standing.camera(pose, size_px=view.size_px, focal_px=view.focal_px)
        for view, pose in zip(views, joined.poses, strict=True)
    )
    certainty = surface_certainty(
        joined.view,
        points_in_camera=surface.points_in_camera,
        normals_in_camera=normals.astype(np.float64) @ rotation,
    )
    caster = Raycaster(standing.positions, surface.triangles)
    painted = paint(
        standing.positions,
        normals,
        caster=caster,
        views=views,
        cameras=cameras,
        certainty=certainty,
    )
    mesh = Mesh(
        positions=standing.positions,
        triangles=surface.triangles,
        normals=normals,
        colors=painted.colors,
        confidence=painted.confidence,
        origin=painted.origin,
    )
    foregrounds = [view.foreground for view in views]
    reasons = judge_views(mesh, caster=caster, cameras=cameras, foregrounds=foregrounds)
    return mesh, cameras, (*reasons, certainty_reason(mesh, certainty))


def _variant(view: View, network: Network, *, seed: int) -> str:
    """Name the variant by comparing it with the likeliest one."""
    if seed == 0:
        return LIKELIEST
    likeliest = look_at(view.foreground, network, latent=latent_of(0, size=network.latent_size))
    return variant_name(view.prediction, likeliest=likeliest.prediction, seed=seed)
