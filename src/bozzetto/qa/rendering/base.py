"""The contract of everything that draws meshes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh
from bozzetto.views.camera import Camera

Picture = UInt8[np.ndarray, "_ _ 4"]
"""sRGB colours, not premultiplied, and alpha; transparent where there is no object."""


class RenderStyle(StrEnum):
    """What a picture shows."""

    CLAY = "clay"
    """The form alone: one matt colour, soft studio light."""
    TEXTURED = "textured"
    """The material under the same light."""
    LIT_LEFT = "lit-left"
    """The material under one lamp at the left of the camera, in a dim room; no cast shadows. What
    light is left in the base colour shows as the difference from the same lamp at the right."""
    LIT_RIGHT = "lit-right"
    """The same from the right."""
    BASE_COLOR = "base-color"
    """The base colour itself, without any light."""
    NORMALS = "normals"
    """Directions of the smooth surface in the camera's view: x to red, y to green, z to blue."""
    WIREFRAME = "wireframe"
    """The triangles' edges over pale clay."""
    ORIGIN = "origin"
    """Observed, mirrored or inferred, by colour (`shading.ORIGIN_COLORS`)."""
    CONFIDENCE = "confidence"
    """0 (dark) to 1 (bright)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RenderShape:
    """What is to be drawn."""

    mesh: Mesh
    material: Material | None = None
    """Used where the mesh has uvs; without it vertex colours count, then clay."""
    provenance: TexelProvenance | None = None
    """Finer than the mesh's own origin and confidence; None or empty falls back to those."""
    glb: bytes | None = None
    """The delivered file. Renderers that read glTF show it instead of the arrays in textured
    pictures, so that these show what a client gets."""

    @staticmethod
    def of(asset: Asset, *, glb: bytes | None = None) -> "RenderShape":
        """Take the parts of an asset."""
        return RenderShape(
            mesh=asset.mesh, material=asset.material, provenance=asset.provenance, glb=glb
        )


@runtime_checkable
class Renderer(Protocol):
    """Draws shapes. Build one, call it many times; no picture depends on an earlier one."""

    @property
    def name(self) -> str:
        """Name for reports."""
        ...

    def render(
        self, shape: RenderShape, *, cameras: Sequence[Camera], style: RenderStyle
    ) -> tuple[Picture, ...]:
        """Draw one picture per camera, each of that camera's size.

        Several cameras in one call share the work of preparing the shape. The same call gives the
        same pictures on one machine.
        """
        ...
