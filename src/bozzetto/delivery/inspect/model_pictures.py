"""Pictures of any model: rendered, as clay, as wireframe, with a checker, its layouts and textures.

Letters: h w rows and columns, v vertices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Picture, Surface
from bozzetto.delivery.pictures import PNG, PictureRules, change_pictures, encode_texels
from bozzetto.errors import BozzettoError
from bozzetto.formats.registry import load_format
from bozzetto.geometry.join import join_meshes
from bozzetto.geometry.normals import vertex_normals
from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.imaging.resample import sample
from bozzetto.qa.picture_facts import decode
from bozzetto.qa.rendering.base import Picture as Rgba
from bozzetto.qa.rendering.base import Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import SIX_SIDES, THREE_QUARTER, side_cameras
from bozzetto.qa.sheet_pictures import uv_picture
from bozzetto.views.camera import Camera

Rgb = UInt8[np.ndarray, "_ _ 3"]

_TEXTURE_PX = 1024  # Renders are small; larger textures only cost time.
_LAYOUT_TRIANGLES = 60_000
_CHECKER_PX, _CHECKER_FIELDS = 1024, 16
_PALETTE = ((0.86, 0.36, 0.25), (0.93, 0.74, 0.32), (0.33, 0.60, 0.50), (0.26, 0.42, 0.66))


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelPictures:
    """All pictures of a model; sRGB, renders with alpha."""

    hero: Rgba
    """With its materials, from three quarters."""
    sides: tuple[tuple[str, Rgba], ...]
    """With its materials, from the six sides, by their names."""
    clay: Rgba
    wireframe: Rgba
    checker: Rgba | None
    """None without texture coordinates."""
    layouts: tuple[tuple[str, Rgb], ...]
    """By material."""
    textures: tuple[tuple[str, Rgb], ...]
    """By name; those that can be decoded."""


def draw_model(
    model: Model, *, renderer: Renderer, side_px: int = 480, layouts: int = 8
) -> ModelPictures:
    """Draw everything that a page about a model shows.

    Args:
        model: Of at least one triangle.
        renderer: From `choose_renderer`.
        side_px: Width and height of the renders.
        layouts: Most materials whose layout is drawn.
    """
    mesh = whole_mesh(model)
    (corner,) = side_cameras(mesh, size_px=side_px, names=(THREE_QUARTER,))
    cameras = [side.camera for side in side_cameras(mesh, size_px=side_px)]
    hero, *sides = draw_textured(model, renderer=renderer, cameras=[corner.camera, *cameras])
    shape = RenderShape(mesh=mesh)
    return ModelPictures(
        hero=hero,
        sides=tuple(zip(SIX_SIDES, sides, strict=True)),
        clay=renderer.render(shape, cameras=[corner.camera], style=RenderStyle.CLAY)[0],
        wireframe=renderer.render(shape, cameras=[corner.camera], style=RenderStyle.WIREFRAME)[0],
        checker=_draw_checker(model, renderer=renderer, camera=corner.camera),
        layouts=_layouts(model, most=layouts),
        textures=_textures(model),
    )


def draw_textured(
    model: Model, *, renderer: Renderer, cameras: Sequence[Camera]
) -> tuple[Rgba, ...]:
    """Draw a model at rest with its materials; one picture for each camera.

    Renderers that read glTF get the model as such. Others, and those that refuse it, get the
    colours that the textures have at the vertices.
    """
    mesh = whole_mesh(model)
    glb = _as_glb(model)
    if glb is not None and renderer.name != "raycast":
        try:
            shape = RenderShape(mesh=mesh, glb=glb)
            return renderer.render(shape, cameras=cameras, style=RenderStyle.TEXTURED)
        except BozzettoError:  # The page is worth more than the finest light on it.
            pass
    shape = RenderShape(mesh=replace(mesh, uvs=None, colors=vertex_colors(model)))
    return renderer.render(shape, cameras=cameras, style=RenderStyle.TEXTURED)


def vertex_colors(model: Model) -> Float32[np.ndarray, "v 3"]:
    """Return the linear base colour at every vertex of all parts, in their order."""
    return np.concatenate([_part_colors(part) for part in model.parts])


def thumbnail(picture: Picture, *, longest_px: int) -> Rgb | None:
    """Decode a picture small; None where it cannot be decoded."""
    return decode(picture.data, longest_px=longest_px)


def whole_mesh(model: Model) -> Mesh:
    """Return all parts as one mesh, with normals and without anything else."""
    whole = join_meshes([part.mesh for part in model.parts], attributes=("normals",)).mesh
    if whole.normals is not None:
        return whole
    return replace(whole, normals=vertex_normals(whole.positions, whole.triangles))


def _as_glb(model: Model) -> bytes | None:
    """Write a model at rest for a renderer; None where that fails."""
    still = replace(
        model,
        parts=tuple(replace(part, skin=None) for part in model.parts if part.mesh.num_triangles),
        skeleton=None,
        clips=(),
        metadata=(),
    )
    try:
        small = change_pictures(
            still, rules=PictureRules(longest_px=_TEXTURE_PX, media_types=(PNG, "image/jpeg"))
        )
        return load_format("glb").write(small).data
    except BozzettoError:
        return None


def _part_colors(part: Part) -> Float32[np.ndarray, "v 3"]:
    """Return the base colour of a part at its vertices."""
    factor = np.array(part.surface.base_color_factor[:3], np.float32)
    colors = np.broadcast_to(factor, (part.mesh.num_vertices, 3)).astype(np.float32)
    if part.mesh.colors is not None:
        colors = colors * part.mesh.colors
    picture, uvs = part.surface.base_color, part.mesh.uvs
    texels = None if picture is None else thumbnail(picture, longest_px=_TEXTURE_PX)
    if texels is None or uvs is None or not np.isfinite(uvs).all():
        return colors
    size = np.array(texels.shape[1::-1], np.float32)
    return colors * sample(linear_from_srgb8(texels), part.surface.sampler.folded(uvs) * size)


def _draw_checker(model: Model, *, renderer: Renderer, camera: Camera) -> Rgba | None:
    """Draw a model with a checker in place of its textures."""
    parts = tuple(part for part in model.parts if part.mesh.uvs is not None)
    if not parts:
        return None
    plain = Surface(name="checker", base_color=_checker(), metallic_factor=0.0)
    checked = replace(
        model,
        parts=tuple(
            replace(part, surface=plain, mesh=replace(part.mesh, colors=None)) for part in parts
        ),
    )
    return draw_textured(checked, renderer=renderer, cameras=[camera])[0]


@cache
def _checker() -> Picture:
    """Make a checker whose quarters differ in colour, so that mirrored charts show."""
    fields = np.arange(_CHECKER_PX) * _CHECKER_FIELDS // _CHECKER_PX
    dark = (fields[:, None] + fields[None]) % 2
    quarter = (fields[:, None] * 2 // _CHECKER_FIELDS) * 2 + fields[None] * 2 // _CHECKER_FIELDS
    colors = np.array(_PALETTE)[quarter] * np.where(dark, 0.75, 1.0)[..., None]
    texels = np.round(colors * 255).astype(np.uint8)
    return encode_texels(texels, name="checker", media_type=PNG)


def _layouts(model: Model, *, most: int) -> tuple[tuple[str, Rgb], ...]:
    """Draw the layout of each material, those with the most triangles first."""
    groups: dict[int, list[Part]] = {}
    for part in model.parts:
        if part.mesh.uvs is not None and part.mesh.num_triangles:
            groups.setdefault(id(part.surface), []).append(part)
    ordered = sorted(groups.values(), key=lambda g: -sum(p.mesh.num_triangles for p in g))
    return tuple(
        (
            group[0].surface.name,
            _layout(group),
        )
        for group in ordered[:most]
    )


def _layout(parts: Sequence[Part]) -> Rgb:
    """Draw one layout: whole fields of the texture plane are brought to 0..1."""
    mesh = join_meshes([part.mesh for part in parts], attributes=("uvs",)).mesh
    assert mesh.uvs is not None
    triangles = mesh.triangles[:_LAYOUT_TRIANGLES]
    corners = np.nan_to_num(mesh.uvs[triangles])
    corners = corners - np.floor(corners.mean(axis=1, keepdims=True))
    flat = np.clip(corners, -2, 3).reshape(-1, 2).astype(np.float32)
    spread = Mesh(
        positions=mesh.positions[triangles].reshape(-1, 3),
        triangles=np.arange(len(flat), dtype=np.int32).reshape(-1, 3),
        uvs=flat,
    )
    return uv_picture(spread, side_px=480)


def _textures(model: Model) -> tuple[tuple[str, Rgb], ...]:
    """Decode all textures small."""
    small = [(picture.name, thumbnail(picture, longest_px=320)) for picture in model.pictures]
    return tuple((name, texels) for name, texels in small if texels is not None)
