"""The classical engine: a silhouette inflated by an elliptic profile. No weights, no training.

It sees the object from the front and gives it a mirrored back. Method and limits: docs/inflate.md.
"""

from collections.abc import Sequence

from bozzetto.asset.draft import Draft
from bozzetto.asset.mesh import Mesh
from bozzetto.engines.base import EngineCard
from bozzetto.engines.inflate.grid import working_grid
from bozzetto.engines.inflate.paint import facing_camera, paint
from bozzetto.engines.inflate.placing import fit_lens, place
from bozzetto.engines.inflate.profile import profile_of, squared_half_depth
from bozzetto.engines.inflate.surface import surface_of
from bozzetto.engines.reasons import judge
from bozzetto.errors import EngineError, InputError
from bozzetto.geometry.normals import vertex_normals
from bozzetto.views.foreground import Foreground

CARD = EngineCard(
    name="inflate",
    version=1,
    min_views=1,
    max_views=1,
    needs_gpu=False,
    licence="Apache-2.0",
    download_mib=0.0,
    summary="Inflates the silhouette of one photo; works for everything, knows nothing.",
)


class InflateEngine:
    """Implements `Engine`; holds no state."""

    @property
    def card(self) -> EngineCard:
        """What this engine is and needs."""
        return CARD

    def reconstruct(self, foregrounds: Sequence[Foreground], *, seed: int) -> Draft:
        """Inflate the one foreground; seeds 0, 1 and 2 are the elliptic, slab and full variants.

        Raises:
            EngineError: Not exactly one foreground, or no object in it.
            InputError: The seed is negative.
        """
        if len(foregrounds) != 1:
            raise EngineError(
                f"The engine 'inflate' takes exactly one photo, got {len(foregrounds)}.",
                advice="Give the photo that shows the object best.",
            )
        if seed < 0:
            raise InputError(f"A seed is 0 or more, got {seed}.", advice="Use 0, 1 or 2.")
        return _inflate(foregrounds[0], seed=seed)


def build() -> InflateEngine:
    """Build the engine; cheap."""
    return InflateEngine()


def _inflate(foreground: Foreground, *, seed: int) -> Draft:
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
    return Draft(
        mesh=mesh,
        cameras=(placed.camera,),
        engine=CARD.name,
        variant=profile.name,
        seed=seed,
        reasons=judge(mesh, camera=placed.camera, foreground=foreground),
        findings=(*grid.findings, *lens_findings),
    )
