"""Pictures of a figure from all sides, made to be looked at by a network and lifted back.

Views are orthographic: a pixel is one line through space, and its row is a height.
Letters: h w rows and columns, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.rigging.figure import Figure

_MARGIN = 1.3
"""Picture side over the figure's longest side: the network wants air round a person."""
_BACKGROUND = 0.9
_AMBIENT = 0.35
_CLAY = 0.55
_COLOR_SHARE = 0.5
"""Colours half way to clay: black clothes hide limbs, and clay alone hides faces."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PortraitView:
    """An orthographic camera that looks horizontally at a figure."""

    azimuth: float
    """Radians round +y; 0 looks at the front (from +z), positive comes from the +x side."""
    centre: Float64[np.ndarray, " 3"]
    """Shown in the middle of the picture."""
    pixels_per_metre: float
    size_px: int

    @property
    def right(self) -> Float64[np.ndarray, " 3"]:
        """What is to the right in the picture."""
        return np.array([np.cos(self.azimuth), 0.0, -np.sin(self.azimuth)])

    @property
    def toward(self) -> Float64[np.ndarray, " 3"]:
        """From the figure to the camera."""
        return np.array([np.sin(self.azimuth), 0.0, np.cos(self.azimuth)])

    def lateral_and_height(
        self, pixels: Float64[np.ndarray, "n 2"]
    ) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
        """Return where lines of sight run: `right . p`, and y."""
        offset = (pixels - self.size_px / 2) / self.pixels_per_metre
        return offset[:, 0] + float(self.right @ self.centre), self.centre[1] - offset[:, 1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Portrait:
    """A view and what it shows."""

    view: PortraitView
    srgb: Float32[np.ndarray, "h w 3"]
    """0 to 1, bright background."""


def views_round(
    figure: Figure, *, azimuths: tuple[float, ...], size_px: int
) -> tuple[PortraitView, ...]:
    """Make views of one scale that show all of the figure."""
    low, high = figure.mesh.bounds
    reach = max(float(np.hypot(*(high - low)[[0, 2]])), float((high - low)[1]))
    return tuple(
        PortraitView(
            azimuth=azimuth,
            centre=figure.centre,
            pixels_per_metre=size_px / (reach * _MARGIN),
            size_px=size_px,
        )
        for azimuth in azimuths
    )


def draw(
    figure: Figure, views: tuple[PortraitView, ...], *, color_share: float = _COLOR_SHARE
) -> tuple[Portrait, ...]:
    """Draw the figure under a soft light from above the camera.

    Args:
        figure: Drawn in its colours, mixed with clay.
        views: One picture each.
        color_share: 0 is clay alone, 1 the colours as they are.
    """
    mesh = figure.mesh
    caster = Raycaster(mesh.positions, mesh.triangles)
    vectors = area_vectors(mesh.positions, mesh.triangles)
    normals = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    far = 2 * float(np.linalg.norm(mesh.bounds[1] - mesh.bounds[0]))
    portraits: list[Portrait] = []
    for view in views:
        rows, columns = np.mgrid[: view.size_px, : view.size_px].reshape(2, -1) + 0.5
        lateral, height = view.lateral_and_height(np.stack([columns, rows], axis=1))
        depth = float(view.toward @ view.centre) + far
        origins = lateral[:, None] * view.right + depth * view.toward
        origins[:, 1] = height
        hits = caster.first_hits(origins, np.broadcast_to(-view.toward, origins.shape))
        seen = np.flatnonzero(hits.found)
        triangle = hits.triangle[seen]
        light = view.toward + np.array([0.0, 0.6, 0.0]) + 0.3 * view.right
        # Both sides are lit alike: artists' meshes hold flipped faces.
        cosine = np.abs(normals[triangle] @ (light / np.linalg.norm(light)))
        colors = np.full((view.size_px**2, 3), _BACKGROUND, np.float32)
        if mesh.colors is not None:
            corners = mesh.colors[mesh.triangles[triangle]]
            albedo = np.einsum("nkc,nk->nc", corners, hits.barycentric[seen])
            albedo = _CLAY + (albedo - _CLAY) * color_share
            shade = (_AMBIENT + (1 - _AMBIENT) * cosine)[:, None]
            colors[seen] = srgb_from_linear((albedo * shade).astype(np.float32))
        portraits.append(
            Portrait(view=view, srgb=colors.reshape(view.size_px, view.size_px, 3).clip(0, 1))
        )
    return tuple(portraits)
