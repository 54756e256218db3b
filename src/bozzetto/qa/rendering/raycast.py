"""The renderer that always works: ray casting on the CPU, no graphics driver, exact edges.

Letters: h w rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.qa.rendering.base import Picture, Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.shading import measure_openness, shade
from bozzetto.qa.rendering.visibility import cast_samples
from bozzetto.views.camera import Camera

LinearPicture = tuple[Float32[np.ndarray, "_ _ 3"], Float32[np.ndarray, "_ _"]]
"""Linear colours, not premultiplied, and the covered share of each pixel."""

_LIT = (
    RenderStyle.CLAY,
    RenderStyle.TEXTURED,
    RenderStyle.LIT_LEFT,
    RenderStyle.LIT_RIGHT,
    RenderStyle.WIREFRAME,
)


@dataclass(frozen=True, kw_only=True)
class RaycastRenderer:
    """Draws with Embree; pictures are the same on every machine up to rounding."""

    samples_per_side: int = 2
    """Samples per pixel, along each side."""

    @property
    def name(self) -> str:
        """Name for reports."""
        return "raycast"

    def render(
        self, shape: RenderShape, *, cameras: Sequence[Camera], style: RenderStyle
    ) -> tuple[Picture, ...]:
        """Draw one picture per camera."""
        return tuple(
            encode_picture(linear_rgb, alpha)
            for linear_rgb, alpha in self.render_linear(shape, cameras=cameras, style=style)
        )

    def render_linear(
        self, shape: RenderShape, *, cameras: Sequence[Camera], style: RenderStyle
    ) -> tuple[LinearPicture, ...]:
        """Draw linear colours, not premultiplied, and exact coverage as alpha."""
        shape = _with_normals(shape)
        raycaster = Raycaster(shape.mesh.positions, shape.mesh.triangles)
        openness = np.ones(shape.mesh.num_vertices, np.float32)
        if style in _LIT:
            openness = measure_openness(raycaster, shape.mesh)
        pictures: list[LinearPicture] = []
        for camera in cameras:
            samples = cast_samples(
                raycaster, shape.mesh, camera=camera, samples_per_side=self.samples_per_side
            )
            colors = shade(shape, samples, style=style, openness=openness)
            pictures.append(samples.resolve(colors))
        return tuple(pictures)


def encode_picture(
    linear_rgb: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"]
) -> Picture:
    """Encode linear colours and alpha as an 8-bit picture."""
    coverage = (np.clip(alpha, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    return np.concatenate([srgb8_from_linear(linear_rgb), coverage[..., None]], axis=2)


def build() -> Renderer:
    """Make the renderer for the registry."""
    return RaycastRenderer()


def _with_normals(shape: RenderShape) -> RenderShape:
    """Compute smooth normals where the mesh has none."""
    if shape.mesh.normals is not None:
        return shape
    normals = vertex_normals(shape.mesh.positions, shape.mesh.triangles)
    return replace(shape, mesh=replace(shape.mesh, normals=normals))
