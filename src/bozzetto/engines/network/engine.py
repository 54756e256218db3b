"""The learned engine: a small network predicts the volume behind each photo, offline, on a CPU.

One to four photos of one object; their sides may be named. Method and limits: docs/network.md.
"""

from collections.abc import Sequence

import numpy as np

from bozzetto.asset.draft import Draft, Reason
from bozzetto.asset.mesh import Mesh
from bozzetto.engines.base import EngineCard
from bozzetto.engines.network.certainty import surface_certainty
from bozzetto.engines.network.decode import surface_of
from bozzetto.engines.network.onnx_network import load_network, weights_sha256
from bozzetto.engines.network.paint import paint
from bozzetto.engines.network.placing import forward_of, stand, upright
from bozzetto.engines.network.prediction import Network
from bozzetto.engines.network.sides import check_sides
from bozzetto.engines.network.together import Joined, join
from bozzetto.engines.network.variants import LIKELIEST, latent_of, variant_name
from bozzetto.engines.network.view import View, look_at
from bozzetto.engines.reasons import certainty_reason, judge_views
from bozzetto.errors import EngineError, InputError
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

MAX_VIEWS = 4


def card() -> EngineCard:
    """Return what this engine is and needs, with the hash of the weights that are installed."""
    return EngineCard(
        name="bozzetto",
        version=2,
        min_views=1,
        max_views=MAX_VIEWS,
        needs_gpu=False,
        licence="Apache-2.0",
        download_mib=0.0,
        summary="A small network predicts all sides from one to four photos; bundled, offline.",
        weights_sha256=weights_sha256(),
    )


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

    def reconstruct(self, foregrounds: Sequence[Foreground], *, seed: int) -> Draft:
        """Predict the shape; seed 0 is the likeliest one, every other seed another plausible one.

        Raises:
            EngineError: Not one to four foregrounds, or no object in one of them.
            InputError: The seed is negative, or two photos are named as one side.
            ResourceError: The weights are missing or damaged.
        """
        if not 1 <= len(foregrounds) <= MAX_VIEWS:
            raise EngineError(
                f"The engine 'bozzetto' takes 1 to {MAX_VIEWS} photos, got {len(foregrounds)}.",
                advice="Give the front, left, back and right, or fewer.",
            )
        if seed < 0:
            raise InputError(f"A seed is 0 or more, got {seed}.", advice="Use 0, 1 or 2.")
        check_sides(foregrounds)
        if self._network is None:
            self._network = load_network(sha256=self._card.weights_sha256)
        return _reconstruct(foregrounds, self._network, seed=seed)


def build() -> BozzettoEngine:
    """Build the engine; cheap: the weights are read by the first draft."""
    return BozzettoEngine()


def _reconstruct(foregrounds: Sequence[Foreground], network: Network, *, seed: int) -> Draft:
    """Predict, join, extract, place, paint, judge."""
    latent = latent_of(seed, size=network.latent_size)
    views = [look_at(foreground, network, latent=latent) for foreground in foregrounds]
    joined = join(views)
    mesh, cameras, reasons = _finished_mesh(joined, views)
    findings = tuple(finding for view in views for finding in view.findings)
    return Draft(
        mesh=mesh,
        cameras=cameras,
        engine="bozzetto",
        variant=_variant(views[0], network, seed=seed),
        seed=seed,
        reasons=reasons,
        findings=(*findings, *joined.findings),
        seen=tuple(view.seen for view in views),
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
