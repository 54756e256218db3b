"""Give a model fewer triangles or one material: simplify, lay out anew, bake what was there.

Colours, roughness, metal, light and the relief of the former surface and of its normal maps go
into new textures. Letters: v vertices, t triangles, n texels, h w rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import fast_simplification
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import CLAMPED, Model, Part, Picture, Surface
from bozzetto.delivery.fit.source_surface import (
    MaterialValues,
    SourceSurface,
    look_up,
    skin_at,
    source_surface,
)
from bozzetto.delivery.pictures import JPEG, PNG, encode_texels
from bozzetto.geometry.closest import SurfacePoints, interpolate
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.remesh.simplify import SimplifyOptions, simplify
from bozzetto.geometry.submesh import keep_triangles
from bozzetto.geometry.weld import weld
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.texturing.detail import BakeSource
from bozzetto.texturing.gutter import Gutter, GutterOptions, plan_gutter
from bozzetto.texturing.rasterize import Texels, rasterize
from bozzetto.texturing.tangents import surface_frames, tangent_from_world, vertex_tangents
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap

Map = Float32[np.ndarray, "h w 3"]

_CAGE = 0.03  # Of the size: farthest step from the new to the former surface.


@dataclass(frozen=True, kw_only=True)
class RebakeOptions:
    """What the new surface shall be like."""

    texture_size: int = 2048
    """Texels along a side; a power of two, 64 to 8192."""
    target_triangles: int | None = None
    """Most triangles; None keeps them all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Anchored:
    """The new surface, and where each of its points lay on the former one."""

    mesh: Mesh
    """With uvs, normals and tangents."""
    texels: Texels
    at: SurfacePoints
    """For every texel."""
    agrees: Bool[np.ndarray, " n"]
    """Texels whose point was found along their normal; the others have only the nearest one."""
    at_vertices: SurfacePoints


def rebake(model: Model, *, options: RebakeOptions) -> Model:
    """Return a model whose opaque parts are one part with one material.

    Transparent parts stay as they are: an atlas would make them opaque, or all else transparent.

    Raises:
        FormatError: A texture cannot be decoded.
        InputError: There is nothing opaque to bake.
        ResourceError: The surface cannot be laid out.
    """
    opaque = [part for part in model.parts if part.surface.is_opaque]
    others = tuple(part for part in model.parts if not part.surface.is_opaque)
    opaque = [part for part in opaque if part.mesh.num_triangles]
    return replace(model, parts=(rebake_parts(opaque, name=model.name, options=options), *others))


def rebake_parts(parts: Sequence[Part], *, name: str, options: RebakeOptions) -> Part:
    """Make one part with one material out of several; all with a skin, or none."""
    source = source_surface(parts, largest_px=2 * options.texture_size)
    anchored = _anchored(source, options)
    values = look_up(source, anchored.at)
    gutter = plan_gutter(
        anchored.texels.mask(),
        options=GutterOptions(radius_px=max(2, options.texture_size // 128)),
    )
    surface = _surface(source, anchored, values, gutter=gutter, name=name)
    mesh = anchored.mesh if surface.normal is not None else replace(anchored.mesh, tangents=None)
    skin = None if source.skin is None else skin_at(source.skin, source.mesh, anchored.at_vertices)
    return Part(name=name, mesh=mesh, surface=surface, skin=skin)


def simplified(mesh: Mesh, target: int) -> Mesh:
    """Reduce any mesh, even one that no solid could have, to at most so many triangles."""
    bare = _welded(mesh)
    if bare.num_triangles <= target:
        return bare
    if not _can_be_collapsed(bare):
        return _roughly(bare, target)
    result = simplify(bare, options=SimplifyOptions(target_triangles=target)).mesh
    return result if target // 2 < result.num_triangles <= target else _roughly(bare, target)


def _can_be_collapsed(mesh: Mesh) -> bool:
    """Tell whether every edge has one or two triangles and borders never meet at a vertex."""
    start, end = mesh.triangles.reshape(-1), np.roll(mesh.triangles, -1, axis=1).reshape(-1)
    edges = np.sort(np.stack([start, end], axis=1), axis=1)
    unique, uses = np.unique(edges, axis=0, return_counts=True)
    border = np.bincount(unique[uses == 1].reshape(-1), minlength=mesh.num_vertices)
    return bool((uses <= 2).all()) and bool(np.isin(border, (0, 2)).all())


def _roughly(mesh: Mesh, target: int) -> Mesh:
    """Reduce a mesh by a method that takes any soup of triangles."""
    positions, triangles = mesh.positions, mesh.triangles
    for aggressiveness in (5.0, 7.0, 9.0):
        found = fast_simplification.simplify(
            positions.copy(), triangles.copy(), target_count=target, agg=aggressiveness
        )
        positions, triangles = found[0].astype(np.float32), found[1].astype(np.int32)
        if len(triangles) <= target:
            break
    return keep_triangles(Mesh(positions=positions, triangles=triangles), np.arange(len(triangles)))


def _welded(mesh: Mesh) -> Mesh:
    """Join vertices at one place, and drop triangles that thereby vanish or repeat."""
    points = weld(mesh.positions)
    triangles = points.place[mesh.triangles]
    proper = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    kept = np.flatnonzero(proper)
    _, unique = np.unique(np.sort(triangles[kept], axis=1), axis=0, return_index=True)
    kept = kept[np.sort(unique)]
    whole = Mesh(positions=mesh.positions[points.first], triangles=triangles)
    return keep_triangles(whole, kept)


def _anchored(source: SourceSurface, options: RebakeOptions) -> _Anchored:
    """Make the new surface and find its points on the former one."""
    former = source.mesh
    target = options.target_triangles
    reduced = target is not None and former.num_triangles > target
    low = (
        simplified(former, target)
        if reduced and target is not None
        else replace(former, uvs=None, tangents=None, colors=None)
    )
    if low.normals is None:
        low = replace(low, normals=vertex_normals(low.positions, low.triangles))
    low = unwrap(low, options=UnwrapOptions(texture_size=options.texture_size)).mesh
    uvs, normals = low.uvs, low.normals
    assert uvs is not None
    assert normals is not None
    tangents = vertex_tangents(low.positions, low.triangles, normals=normals, uvs=uvs)
    low = replace(low, tangents=tangents)
    texels = rasterize(uvs, low.triangles, size=options.texture_size)
    own = SurfacePoints(triangle=texels.triangle, barycentric=texels.barycentric)
    if not reduced:  # The very same triangles: nothing has to be searched.
        everywhere = np.ones(len(texels), bool)
        return _Anchored(
            mesh=low, texels=texels, at=own, agrees=everywhere, at_vertices=_corners(low)
        )
    size = float(np.ptp(low.positions, axis=0).max())
    dense = BakeSource(former, Raycaster(former.positions, former.triangles), cage=_CAGE * size)
    facing = interpolate(normals, low.triangles, own)
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-12)
    points = interpolate(low.positions, low.triangles, own)
    anchors = dense.anchor(points, facing)
    return _Anchored(
        mesh=low,
        texels=texels,
        at=anchors.at,
        agrees=anchors.agrees,
        at_vertices=dense.anchor(low.positions, normals).at,
    )


def _corners(mesh: Mesh) -> SurfacePoints:
    """Return each vertex as the corner of a triangle that has it."""
    flat = mesh.triangles.reshape(-1)
    where = np.zeros(mesh.num_vertices, np.int64)
    where[flat] = np.arange(len(flat))
    weights = np.eye(3, dtype=np.float32)[where % 3]
    return SurfacePoints(triangle=(where // 3).astype(np.int32), barycentric=weights)


def _surface(
    source: SourceSurface,
    anchored: _Anchored,
    values: MaterialValues,
    *,
    gutter: Gutter,
    name: str,
) -> Surface:
    """Write the values into textures, and those into a material."""
    texels = anchored.texels
    base = _filled(values.base_color, texels, gutter)
    orm = _filled(values.orm, texels, gutter)
    orm_picture = _encode(np.round(np.clip(orm, 0, 1) * 255).astype(np.uint8), f"{name}_orm", JPEG)
    emissive = None
    if source.glows:
        glow = np.clip(_filled(values.emissive, texels, gutter), 0, 1).astype(np.float32)
        emissive = _encode(srgb8_from_linear(glow), f"{name}_emissive", JPEG)
    return Surface(
        name=name,
        base_color=_encode(
            srgb8_from_linear(np.clip(base, 0, 1).astype(np.float32)), f"{name}_basecolor", JPEG
        ),
        metallic_roughness=orm_picture,
        occlusion=orm_picture,
        normal=_normal_map(anchored, values, gutter=gutter, name=name),
        emissive=emissive,
        emissive_factor=(1.0, 1.0, 1.0) if emissive is not None else (0.0, 0.0, 0.0),
        double_sided=any(surface.double_sided for surface in source.surfaces),
        sampler=CLAMPED,
    )


def _normal_map(
    anchored: _Anchored, values: MaterialValues, *, gutter: Gutter, name: str
) -> Picture:
    """Bake the former surface's normals into the new one's frames."""
    texels = anchored.texels
    own = SurfacePoints(triangle=texels.triangle, barycentric=texels.barycentric)
    detail = tangent_from_world(surface_frames(anchored.mesh, at=own), values.normals)
    # Where another wall was hit the normal would point anywhere; flat is nearer the truth.
    detail[(detail[:, 2] < 0.2) | ~anchored.agrees] = (0, 0, 1)
    packed = _filled(
        (detail * np.float32(0.5) + np.float32(0.5)), texels, gutter, empty=(0.5, 0.5, 1.0)
    )
    return _encode(np.round(np.clip(packed, 0, 1) * 255).astype(np.uint8), f"{name}_normal", PNG)


def _filled(
    values: Float32[np.ndarray, "n 3"],
    texels: Texels,
    gutter: Gutter,
    *,
    empty: tuple[float, float, float] = (0.5, 0.5, 0.5),
) -> Map:
    """Write values into a map and fill its gutter."""
    picture = np.empty((texels.size, texels.size, 3), np.float32)
    picture[:] = empty
    picture.reshape(-1, 3)[texels.index] = values
    gutter.fill(picture)
    return picture


def _encode(texels: np.ndarray, name: str, media_type: str) -> Picture:
    """Encode a map."""
    return encode_texels(texels, name=name, media_type=media_type, quality=90)
