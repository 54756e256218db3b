"""The classical engine: a silhouette inflated by an elliptic profile. No weights, no training.

It sees the object from the front and gives it a mirrored back. Method and limits: docs/inflate.md.
"""

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reconstruction
from bozzetto.engines.base import EngineCard, EngineContext, EngineOptions
from bozzetto.engines.inflate.card import CARD
from bozzetto.engines.inflate.grid import working_grid
from bozzetto.engines.inflate.paint import facing_camera, paint
from bozzetto.engines.inflate.placing import fit_lens, place
from bozzetto.engines.inflate.profile import profile_of, squared_half_depth
from bozzetto.engines.inflate.surface import surface_of
from bozzetto.engines.reasons import judge
from bozzetto.geometry.normals import vertex_normals
from bozzetto.views.capture import Capture
from bozzetto.views.foreground import Foreground

RESOLVED_DETAIL = 0.08
"""An outline of a few hundred cells is exact, the depth behind it is a guess without detail."""


class InflateEngine:
    """Implements `Engine`; holds no state."""

    @property
    def card(self) -> EngineCard:
        """What this engine is and needs."""
        return CARD

    def reconstruct(
        self, capture: Capture, *, options: EngineOptions, context: EngineContext
    ) -> Reconstruction:
        """Inflate the one photo; seeds 0, 1 and 2 are the elliptic, slab and full variants.

        Raises:
            EngineError: There is no object in the photo.
        """
        (photo_id,) = capture.ids
        context.step("inflate")
        return _inflate(capture.foreground(photo_id), seed=options.seed)


def build() -> InflateEngine:
    """Build the engine; cheap."""
    return InflateEngine()


def _inflate(foreground: Foreground, *, seed: int) -> Reconstruction:
    """Read the outline, fill it with depth, place the surface, paint it, judge it."""
    profile = profile_of(seed)
    grid = working_grid(foreground)
    surface = surface_of(squared_half_depth(grid, profile=profile))
    focal_px, lens_findings = fit_lens(foreground, grid)
    height, width = foreground.alpha.shape
    placed = place(surface.points, grid=grid, size_px=(width, height), focal_px=focal_px)
    normals = vertex_normals(placed.positions, surface.triangles)
    facing = facing_camera(placed.positions, normals, camera=placed.camera)
    painted = paint(surface, foreground=foreground, grid=grid, facing=facing)
    mesh = Mesh(
        positions=placed.positions,
        triangles=surface.triangles,
        normals=normals,
        colors=painted.colors,
        confidence=painted.confidence,
        origin=painted.origin,
    )
    return Reconstruction(
        mesh=mesh,
        posed=(PosedPhoto(photo_id=foreground.sha256, camera=placed.camera),),
        engine=CARD.name,
        variant=profile.name,
        seed=seed,
        resolved_detail=RESOLVED_DETAIL,
        reasons=judge(mesh, camera=placed.camera, foreground=foreground),
        findings=(*grid.findings, *lens_findings),
    )
