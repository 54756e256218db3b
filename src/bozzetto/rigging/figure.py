"""A model as one cloud of triangles, which is how the rigger looks at it.

Letters: v vertices, t triangles, h w rows and columns.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Picture
from bozzetto.errors import InputError
from bozzetto.imaging.color import linear_from_srgb

_CLAY = 0.55
"""Linear grey of what has no colour; what portraits of clay are drawn in."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """All parts of a model in one mesh; positions keep the model's frame."""

    mesh: Mesh
    """Positions, triangles and colours of all parts, one after the other."""
    starts: Int32[np.ndarray, " p"]
    """First vertex of each part, and the number of vertices at the end."""

    @property
    def height(self) -> float:
        """From the lowest to the highest vertex, metres."""
        low, high = self.mesh.bounds
        return float(high[1] - low[1])

    @property
    def longest(self) -> float:
        """Longest horizontal side of the bounding box, metres."""
        low, high = self.mesh.bounds
        return float((high - low)[[0, 2]].max())

    @property
    def centre(self) -> Float64[np.ndarray, " 3"]:
        """Middle of the bounding box."""
        low, high = (corner.astype(np.float64) for corner in self.mesh.bounds)
        return (low + high) / 2


def figure_of(model: Model) -> Figure:
    """Join the parts of a model.

    Raises:
        InputError: The model has no triangles, or no height.
    """
    meshes = [part.mesh for part in model.parts]
    starts = np.cumsum([0, *(mesh.num_vertices for mesh in meshes)]).astype(np.int32)
    if sum(mesh.num_triangles for mesh in meshes) == 0:
        raise InputError(
            f"A mesh to rig was wanted; {model.name!r} has no triangles.",
            advice="Check the file in a viewer, or name another one.",
        )
    offset = zip(meshes, starts[:-1], strict=True)
    joined = Mesh(
        positions=np.concatenate([mesh.positions for mesh in meshes]),
        triangles=np.concatenate([mesh.triangles + start for mesh, start in offset]),
        colors=np.concatenate([_vertex_colors(part) for part in model.parts]),
    )
    figure = Figure(mesh=joined, starts=starts)
    if not figure.height > 0:
        raise InputError(
            f"A standing figure was wanted; {model.name!r} has no height.",
            advice="Turn the model so that +y is up.",
        )
    return figure


def _vertex_colors(part: Part) -> Float32[np.ndarray, "v 3"]:
    """Look up the base colour at every vertex; enough for a network that looks at postures."""
    mesh, surface = part.mesh, part.surface
    colors = np.ones((mesh.num_vertices, 3), np.float32) if mesh.colors is None else mesh.colors
    if surface.base_color is not None and mesh.uvs is not None:
        return colors * _texels(surface.base_color, mesh.uvs) * _factor(part)
    is_plain = mesh.colors is None and surface.base_color_factor[:3] == (1.0, 1.0, 1.0)
    return colors * np.float32(_CLAY) if is_plain else colors * _factor(part)


def _factor(part: Part) -> Float32[np.ndarray, " 3"]:
    return np.array(part.surface.base_color_factor[:3], np.float32)


def _texels(picture: Picture, uvs: Float32[np.ndarray, "v 2"]) -> Float32[np.ndarray, "v 3"]:
    """Return the nearest texel's linear colour; clay where the picture cannot be decoded."""
    pixels = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        return np.full((len(uvs), 3), _CLAY, np.float32)
    height, width = pixels.shape[:2]
    column = np.clip((uvs[:, 0] % 1.0) * width, 0, width - 1).astype(np.int64)
    row = np.clip((uvs[:, 1] % 1.0) * height, 0, height - 1).astype(np.int64)
    srgb = pixels[row, column, ::-1].astype(np.float32) / np.float32(255)
    return linear_from_srgb(srgb)
