"""Our own assets as models of one part, and models of one part as assets.

Base colour is encoded as sRGB, normals as `(n + 1) / 2`, occlusion-roughness-metallic as it is.
"""

from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.model import CLAMPED, Model, Part, Picture, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.names import slug
from bozzetto.formats.pictures.texture_images import (
    ImageFormat,
    Map,
    Texels,
    decode_image,
    encode_image,
    normals_from_texels,
    texels_from_normals,
    texels_from_unit,
    unit_from_texels,
)
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear


@dataclass(frozen=True, kw_only=True)
class PictureOptions:
    """How textures are encoded."""

    image_format: ImageFormat = ImageFormat.PNG
    """Of base colour and ORM; the normal map is always PNG, since blocks show in reflections."""
    jpeg_quality: int = 92
    """1 to 95; used with JPEG only."""
    provenance_attributes: bool = False
    """Keep `_CONFIDENCE` and `_ORIGIN`. glTF allows such attributes and most tools skip them, but
    Filament's loader, and so the viewers built on it, refuses the whole file."""

    def __post_init__(self) -> None:
        """Refuse qualities that Pillow does not know."""
        if not 1 <= self.jpeg_quality <= 95:
            raise ValueError(f"jpeg_quality must be 1 to 95, got {self.jpeg_quality}.")


def model_from_asset(asset: Asset, *, options: PictureOptions = PictureOptions()) -> Model:
    """Return an asset as a model of one part, its textures encoded.

    Raises:
        FormatError: The mesh has no uvs.
    """
    if asset.mesh.uvs is None:
        raise FormatError(f"{asset.name}: a textured asset needs uvs, and this one has none.")
    name = slug(asset.name)
    mesh = asset.mesh
    if not options.provenance_attributes:
        mesh = replace(mesh, confidence=None, origin=None)
    surface = _surface(asset.material, name=name, options=options)
    return Model(name=name, parts=(Part(name=name, mesh=mesh, surface=surface),))


def _surface(material: Material, *, name: str, options: PictureOptions) -> Surface:
    """Encode a material's maps."""

    def picture(role: str, texels: Texels, image_format: ImageFormat) -> Picture:
        data = encode_image(texels, image_format=image_format, jpeg_quality=options.jpeg_quality)
        return Picture(name=f"{name}_{role}", media_type=image_format.media_type, data=data)

    orm = picture("orm", texels_from_unit(material.orm), options.image_format)
    return Surface(
        name=slug(material.name),
        base_color=picture(
            "base_color", srgb8_from_linear(material.base_color), options.image_format
        ),
        metallic_roughness=orm,
        occlusion=orm,
        normal=picture("normal", texels_from_normals(material.normal), ImageFormat.PNG),
        sampler=CLAMPED,
    )


def asset_from_part(part: Part) -> Asset:
    """Return a part as an asset, its textures decoded; maps that it lacks become constant.

    Raises:
        FormatError: A texture cannot be decoded, their sizes differ, or the material is more than
            an asset's: it glows, or something is seen through it.
    """
    surface = part.surface
    if not surface.is_opaque or surface.emissive is not None or any(surface.emissive_factor):
        raise FormatError(
            f"The material {surface.name} glows or can be seen through, which an asset cannot.",
            advice="Give it an opaque material without light of its own.",
        )
    material = _material(surface)
    empty = TexelProvenance(
        origin=np.zeros(material.orm.shape[:2], np.uint8),
        confidence=np.zeros(material.orm.shape[:2], np.float32),
    )
    return Asset(name=part.name, mesh=part.mesh, material=material, provenance=empty)


def _material(surface: Surface) -> Material:
    """Decode a material's maps, each times its factor."""
    base, rough = _texels(surface.base_color), _texels(surface.metallic_roughness)
    occlusion, normal = _texels(surface.occlusion), _texels(surface.normal)
    maps = [texels for texels in (base, rough, occlusion, normal) if texels is not None]
    shapes = sorted({texels.shape[:2] for texels in maps})
    if len(shapes) > 1:
        raise FormatError(f"{surface.name} has textures of different sizes: {shapes}.")
    shape = shapes[0] if shapes else (1, 1)
    orm = np.ones((*shape, 3), np.float32)
    if occlusion is not None:
        orm[..., 0] = unit_from_texels(occlusion)[..., 0]
        orm[..., 0] += np.float32(1 - surface.occlusion_strength) * (1 - orm[..., 0])
    if rough is not None:
        orm[..., 1:] = unit_from_texels(rough)[..., 1:]
    orm[..., 1] *= np.float32(surface.roughness_factor)
    orm[..., 2] *= np.float32(surface.metallic_factor)
    color = np.ones((*shape, 3), np.float32) if base is None else linear_from_srgb8(base)
    upright = np.broadcast_to(np.array([0, 0, 1], np.float32), (*shape, 3)).copy()
    return Material(
        name=surface.name,
        base_color=color * np.array(surface.base_color_factor[:3], np.float32),
        normal=upright if normal is None else _scaled(normals_from_texels(normal), surface),
        orm=orm,
    )


def _texels(picture: Picture | None) -> Texels | None:
    """Decode a picture; None where there is none."""
    return None if picture is None else decode_image(picture.data, name=picture.name)


def _scaled(normals: Map, surface: Surface) -> Map:
    """Strengthen or weaken a normal map."""
    if surface.normal_scale == 1:
        return normals
    scaled = normals * np.array([surface.normal_scale, surface.normal_scale, 1], np.float32)
    lengths = np.linalg.norm(scaled, axis=-1, keepdims=True)
    return (scaled / np.maximum(lengths, np.float32(1e-6))).astype(np.float32)
