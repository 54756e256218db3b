"""One training object in memory: triangles with materials, ready for ray casting.

Frame: right-handed, +y up, front +z where the source tells; centred on its bounding box, the
farthest vertex 0.5 from the centre. Letters: v vertices, t triangles, m materials, n points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, UInt8

from bozzetto.imaging.color import linear_from_srgb8

RADIUS = 0.5
"""Distance of the farthest vertex from the centre."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """What a surface reflects; factors and texture multiply, as in glTF."""

    base_color: Float32[np.ndarray, " 3"]
    """Linear, 0 to 1."""
    texture: UInt8[np.ndarray, "h w 3"] | None = None
    """sRGB; None for plain colour."""
    roughness: float = 0.7
    metallic: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectModel:
    """Geometry and materials of one object."""

    name: str
    """Unique over all sources, as in `pmndrs/chair`; its hash decides the split."""
    positions: Float32[np.ndarray, "v 3"]
    triangles: Int32[np.ndarray, "t 3"]
    normals: Float32[np.ndarray, "v 3"]
    """Shading normals, unit length."""
    uvs: Float32[np.ndarray, "v 2"]
    """Origin at the top left; wraps around."""
    colors: Float32[np.ndarray, "v 3"]
    """Linear vertex colours that multiply the material; 1 where the source has none."""
    material_of_triangle: Int32[np.ndarray, " t"]
    materials: tuple[Material, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfacePoints:
    """What the renderer needs to know at points of the surface."""

    normals: Float32[np.ndarray, "n 3"]
    albedo: Float32[np.ndarray, "n 3"]
    """Linear, 0 to 1."""
    roughness: Float32[np.ndarray, " n"]
    metallic: Float32[np.ndarray, " n"]


def look_up(
    model: ObjectModel, triangle: Int32[np.ndarray, " n"], barycentric: Float32[np.ndarray, "n 3"]
) -> SurfacePoints:
    """Interpolate the attributes at points given by triangle and barycentric weights."""
    corners = model.triangles[triangle]
    weights = barycentric[:, :, None]
    normals = (model.normals[corners] * weights).sum(axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    uvs = (model.uvs[corners] * weights).sum(axis=1)
    colors = (model.colors[corners] * weights).sum(axis=1)
    which = model.material_of_triangle[triangle]
    base = np.stack([material.base_color for material in model.materials])
    albedo = base[which] * colors
    for index, material in enumerate(model.materials):
        chosen = which == index
        if material.texture is not None and chosen.any():
            albedo[chosen] *= _texel(material.texture, uvs[chosen])
    return SurfacePoints(
        normals=normals.astype(np.float32),
        albedo=np.clip(albedo, 0, 1).astype(np.float32),
        roughness=np.array([m.roughness for m in model.materials], np.float32)[which],
        metallic=np.array([m.metallic for m in model.materials], np.float32)[which],
    )


def _texel(
    texture: UInt8[np.ndarray, "h w 3"], uvs: Float32[np.ndarray, "n 2"]
) -> Float32[np.ndarray, "n 3"]:
    """Look up the nearest texel, in linear light; many rays per object pixel do the filtering."""
    height, width = texture.shape[:2]
    column = np.floor(np.mod(uvs[:, 0], 1.0) * width).astype(int) % width
    row = np.floor(np.mod(uvs[:, 1], 1.0) * height).astype(int) % height
    return linear_from_srgb8(texture[row, column])
