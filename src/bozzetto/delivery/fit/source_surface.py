"""A model's opaque parts as one surface whose material can be looked up anywhere on it.

Letters: v vertices, t triangles, n points, h w rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Part, Picture, Surface, Wrap
from bozzetto.asset.skeleton import MAX_INFLUENCES, Skin
from bozzetto.delivery.pictures import decode_texels, resize_texels
from bozzetto.geometry.closest import SurfacePoints, interpolate
from bozzetto.geometry.join import join_meshes, join_skins
from bozzetto.geometry.normals import vertex_normals
from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.imaging.resample import sample
from bozzetto.texturing.tangents import surface_frames, vertex_tangents

Map = Float32[np.ndarray, "h w 3"]
Values = Float32[np.ndarray, "n 3"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceSurface:
    """All parts joined; with normals and tangents."""

    mesh: Mesh
    surface_of_triangle: Int32[np.ndarray, " t"]
    """Index into `surfaces`."""
    surfaces: tuple[Surface, ...]
    skin: Skin | None
    """None unless all parts have one."""
    largest_px: int
    """Larger textures are shrunk before they are looked up."""

    @property
    def has_normal_maps(self) -> bool:
        """Whether any material has one."""
        return any(surface.normal is not None for surface in self.surfaces)

    @property
    def glows(self) -> bool:
        """Whether any material gives light."""
        return any(max(surface.emissive_factor) > 0 for surface in self.surfaces)


@dataclass(frozen=True, kw_only=True, eq=False)
class MaterialValues:
    """The material at points of a surface."""

    base_color: Values
    """Linear."""
    orm: Values
    emissive: Values
    """Linear."""
    normals: Values
    """Unit, in the model's frame, with the normal maps' detail."""


def source_surface(parts: Sequence[Part], *, largest_px: int) -> SourceSurface:
    """Join parts and complete what they lack.

    Args:
        parts: At least one with triangles.
        largest_px: Side to which textures are shrunk first.
    """
    meshes = [_complete(part.mesh) for part in parts]
    surfaces = tuple({id(part.surface): part.surface for part in parts}.values())
    numbers = {id(surface): number for number, surface in enumerate(surfaces)}
    owners = [
        np.full(part.mesh.num_triangles, numbers[id(part.surface)], np.int32) for part in parts
    ]
    return SourceSurface(
        mesh=join_meshes(meshes).mesh,
        surface_of_triangle=np.concatenate(owners),
        surfaces=surfaces,
        skin=join_skins(parts),
        largest_px=largest_px,
    )


def look_up(source: SourceSurface, at: SurfacePoints) -> MaterialValues:
    """Evaluate the material at points of the surface, as a renderer would."""
    mesh = source.mesh
    assert mesh.uvs is not None
    assert mesh.colors is not None
    count = len(at.triangle)
    uvs = interpolate(mesh.uvs, mesh.triangles, at)
    tint = interpolate(mesh.colors, mesh.triangles, at)
    frames = surface_frames(mesh, at=at)
    values = MaterialValues(
        base_color=np.empty((count, 3), np.float32),
        orm=np.empty((count, 3), np.float32),
        emissive=np.zeros((count, 3), np.float32),
        normals=np.ascontiguousarray(frames[:, 2]),
    )
    owner = source.surface_of_triangle[at.triangle]
    for number, surface in enumerate(source.surfaces):
        rows = np.flatnonzero(owner == number)
        if len(rows):
            look = _Look(surface=surface, uvs=uvs[rows], largest_px=source.largest_px)
            values.base_color[rows] = look.base_color() * tint[rows]
            values.orm[rows] = look.orm()
            values.emissive[rows] = look.emissive()
            values.normals[rows] = look.normals(frames[rows])
    return values


def skin_at(skin: Skin, mesh: Mesh, at: SurfacePoints) -> Skin:
    """Interpolate a skin, keeping the strongest joints of each point."""
    corners = mesh.triangles[at.triangle]
    joints = skin.joints[corners].reshape(len(corners), -1).astype(np.int64)
    weights = (skin.weights[corners] * at.barycentric[..., None]).reshape(len(corners), -1)
    order = np.argsort(joints, axis=1, kind="stable")
    joints = np.take_along_axis(joints, order, axis=1)
    weights = np.take_along_axis(weights, order, axis=1).astype(np.float64)
    for column in range(joints.shape[1] - 1, 0, -1):  # Sum what one joint has from all corners.
        same = joints[:, column] == joints[:, column - 1]
        weights[:, column - 1] += np.where(same, weights[:, column], 0)
        weights[:, column] = np.where(same, 0, weights[:, column])
    best = np.argsort(-weights, axis=1, kind="stable")[:, :MAX_INFLUENCES]
    weights = np.take_along_axis(weights, best, axis=1)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    joints = np.where(weights > 0, np.take_along_axis(joints, best, axis=1), 0)
    return Skin(joints=joints.astype(np.uint16), weights=weights.astype(np.float32))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Look:
    """One material at some points."""

    surface: Surface
    uvs: Float32[np.ndarray, "n 2"]
    largest_px: int

    def base_color(self) -> Values:
        """Return linear colours."""
        factor = np.array(self.surface.base_color_factor[:3], np.float32)
        return self._colors(self.surface.base_color) * factor

    def emissive(self) -> Values:
        """Return linear light."""
        factor = np.array(self.surface.emissive_factor, np.float32)
        if not factor.any():
            return np.zeros((len(self.uvs), 3), np.float32)
        return self._colors(self.surface.emissive) * factor

    def orm(self) -> Values:
        """Return occlusion, roughness and metal."""
        surface = self.surface
        rough = self._values(surface.metallic_roughness, role="orm")
        occlusion = self._values(surface.occlusion, role="orm")[:, 0]
        strength = np.float32(surface.occlusion_strength)
        return np.stack(
            [
                1 + strength * (occlusion - 1),
                rough[:, 1] * np.float32(surface.roughness_factor),
                rough[:, 2] * np.float32(surface.metallic_factor),
            ],
            axis=1,
        ).astype(np.float32)

    def normals(self, frames: Float32[np.ndarray, "n 3 3"]) -> Values:
        """Return unit normals in the model's frame."""
        if self.surface.normal is None:
            return frames[:, 2]
        detail = self._values(self.surface.normal, role="normal") * 2 - 1
        detail[:, :2] *= np.float32(self.surface.normal_scale)
        normals = np.einsum("nk,nkj->nj", detail, frames)
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        return np.where(lengths > 1e-6, normals / np.maximum(lengths, 1e-6), frames[:, 2]).astype(
            np.float32
        )

    def _colors(self, picture: Picture | None) -> Values:
        """Look up an sRGB picture in linear light; white where there is none."""
        if picture is None:
            return np.ones((len(self.uvs), 3), np.float32)
        return self._at(linear_from_srgb8(self._texels(picture, role="base_color")))

    def _values(self, picture: Picture | None, *, role: str) -> Values:
        """Look up a linear picture, 0 to 1; ones where there is none."""
        if picture is None:
            return np.ones((len(self.uvs), 3), np.float32)
        return self._at(self._texels(picture, role=role).astype(np.float32) / np.float32(255))

    def _texels(self, picture: Picture, *, role: str) -> np.ndarray:
        """Decode a picture, shrunk where it is larger than anyone will see."""
        texels = decode_texels(picture)[..., :3]
        height, width = texels.shape[:2]
        scale = min(1.0, self.largest_px / max(height, width))
        wanted = max(1, round(width * scale)), max(1, round(height * scale))
        return resize_texels(texels, width=wanted[0], height=wanted[1], role=role)

    def _at(self, texels: Map) -> Values:
        """Look a map up where the points are; it repeats, or its edges go on."""
        sampler = self.surface.sampler
        size = np.array(texels.shape[1::-1], np.float32)
        at = sampler.folded(self.uvs) * size
        if sampler.nearest:
            at = np.minimum(np.floor(at), size - 1) + np.float32(0.5)
        # A border of what repeats lets lookups at the edges see over them.
        framed = np.pad(texels, ((1, 1), (0, 0), (0, 0)), mode=_border(sampler.wrap_v))
        framed = np.pad(framed, ((0, 0), (1, 1), (0, 0)), mode=_border(sampler.wrap_u))
        return sample(framed, (at + 1).astype(np.float32))


def _border(wrap: Wrap) -> Literal["wrap", "edge"]:
    """Return what lies beyond the edge of a texture, as NumPy's name of a way to pad."""
    return "wrap" if wrap is Wrap.REPEAT else "edge"


def _complete(mesh: Mesh) -> Mesh:
    """Give a mesh normals, tangents, uvs and colours where it lacks them."""
    normals = mesh.normals
    if normals is None:
        normals = vertex_normals(mesh.positions, mesh.triangles)
    uvs = mesh.uvs
    if uvs is None or not np.isfinite(uvs).all():
        uvs = np.zeros((mesh.num_vertices, 2), np.float32)
    tangents = mesh.tangents
    if tangents is None:
        tangents = vertex_tangents(mesh.positions, mesh.triangles, normals=normals, uvs=uvs)
    colors = mesh.colors
    if colors is None:
        colors = np.ones((mesh.num_vertices, 3), np.float32)
    return replace(mesh, normals=normals, uvs=uvs, tangents=tangents, colors=colors)
