"""Our own assets as models of one part, and models of one part as assets.

Base colour is encoded as sRGB, normals as `(n + 1) / 2`, occlusion-roughness-metallic as it is.
"""

from dataclasses import dataclass, replace

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material
from bozzetto.asset.model import Model, Part, Picture, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.names import slug
from bozzetto.formats.pictures.texture_images import (
    ImageFormat,
    Texels,
    encode_image,
    texels_from_normals,
    texels_from_unit,
)
from bozzetto.imaging.color import srgb8_from_linear


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
        tiled=False,
    )
