"""Materials, textures and pictures of a glTF document, written."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bozzetto.asset.model import (
    CLAMPED,
    REPEATING,
    AlphaMode,
    Model,
    Picture,
    Sampler,
    Surface,
    Wrap,
)
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.gltf.container import BinaryWriter, Json

NEAREST, LINEAR = 9728, 9729
_NEAREST_MIPMAP_LINEAR, _LINEAR_MIPMAP_LINEAR = 9986, 9987
WRAPS = {Wrap.REPEAT: 10497, Wrap.MIRRORED_REPEAT: 33648, Wrap.CLAMP_TO_EDGE: 33071}
TRANSMISSION, VOLUME, IOR = (
    "KHR_materials_transmission",
    "KHR_materials_volume",
    "KHR_materials_ior",
)
PICTURE_EXTENSIONS = {"image/webp": "EXT_texture_webp", "image/ktx2": "KHR_texture_basisu"}
"""The glTF extension that a kind of picture needs; PNG and JPEG need none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Textures:
    """Pictures and how they repeat, each combination once."""

    pictures: tuple[Picture, ...]
    entries: dict[tuple[int, Sampler], int]
    """Index of a texture by its picture's index and how it is looked up."""

    @staticmethod
    def of(model: Model) -> "Textures":
        """Collect them in the order of their first use."""
        pictures = model.pictures
        place = {id(picture): index for index, picture in enumerate(pictures)}
        entries: dict[tuple[int, Sampler], int] = {}
        for surface in surfaces_of(model):
            for picture in surface.pictures:
                entries.setdefault((place[id(picture)], surface.sampler), len(entries))
        return Textures(pictures=pictures, entries=entries)

    @cached_property
    def _places(self) -> dict[int, int]:
        """Index of each picture by its `id`."""
        return {id(picture): index for index, picture in enumerate(self.pictures)}

    def reference(self, picture: Picture, sampler: Sampler) -> Json:
        """Point to the texture of a picture."""
        return {"index": self.entries[self._places[id(picture)], sampler]}

    def described(self, writer: BinaryWriter, *, uris: Mapping[int, str]) -> Json:
        """Return the lists of textures, images and samplers; nothing where there are none."""
        if not self.pictures:
            return {}
        samplers = sorted({sampler for _, sampler in self.entries}, key=_sampler_order)
        return {
            "textures": [
                self._texture(source, samplers.index(sampler)) for source, sampler in self.entries
            ],
            "images": [_image(picture, writer, uris) for picture in self.pictures],
            "samplers": [_sampler(sampler) for sampler in samplers],
        }

    def _texture(self, source: int, sampler: int) -> Json:
        """Describe a texture, with the extension that its picture's kind needs."""
        picture = self.pictures[source]
        extension = PICTURE_EXTENSIONS.get(picture.media_type)
        if extension is None:
            return {"sampler": sampler, "source": source, "name": picture.name}
        return {
            "sampler": sampler,
            "name": picture.name,
            "extensions": {extension: {"source": source}},
        }


def _image(picture: Picture, writer: BinaryWriter, uris: Mapping[int, str]) -> Json:
    """Describe a picture in the buffer or beside."""
    uri = uris.get(id(picture))
    if uri is not None:
        return {"name": picture.name, "mimeType": picture.media_type, "uri": uri}
    view = writer.add_blob(picture.data)
    return {"name": picture.name, "mimeType": picture.media_type, "bufferView": view}


def _sampler_order(sampler: Sampler) -> tuple[bool, bool, str, str]:
    """Sort clamped samplers first, as ever, then repeating ones, then the others."""
    plain = sampler in (CLAMPED, REPEATING)
    return (not plain, sampler != CLAMPED, sampler.wrap_u + sampler.wrap_v, str(sampler.nearest))


def _sampler(sampler: Sampler) -> Json:
    """Describe how textures are looked up."""
    return {
        "magFilter": NEAREST if sampler.nearest else LINEAR,
        "minFilter": _NEAREST_MIPMAP_LINEAR if sampler.nearest else _LINEAR_MIPMAP_LINEAR,
        "wrapS": WRAPS[sampler.wrap_u],
        "wrapT": WRAPS[sampler.wrap_v],
    }


def material_json(surface: Surface, textures: Textures) -> Json:
    """Describe a material, leaving out whatever is glTF's default."""

    def texture(picture: Picture | None, key: str = "scale", factor: float = 1.0) -> Json | None:
        if picture is None:
            return None
        reference = textures.reference(picture, surface.sampler)
        return reference if factor == 1 else {**reference, key: factor}

    white = (1.0, 1.0, 1.0, 1.0)
    base, metallic, rough = (
        surface.base_color_factor,
        surface.metallic_factor,
        surface.roughness_factor,
    )
    reflection = _present(
        ("baseColorFactor", None if base == white else list(base)),
        ("baseColorTexture", texture(surface.base_color)),
        ("metallicFactor", None if metallic == 1 else metallic),
        ("roughnessFactor", None if rough == 1 else rough),
        ("metallicRoughnessTexture", texture(surface.metallic_roughness)),
    )
    glow = surface.emissive_factor
    opaque, masked = surface.alpha_mode is AlphaMode.OPAQUE, surface.alpha_mode is AlphaMode.MASK
    return _present(
        ("name", surface.name),
        ("pbrMetallicRoughness", reflection or None),
        ("occlusionTexture", texture(surface.occlusion, "strength", surface.occlusion_strength)),
        ("normalTexture", texture(surface.normal, "scale", surface.normal_scale)),
        ("emissiveTexture", texture(surface.emissive)),
        ("emissiveFactor", list(glow) if any(glow) else None),
        ("alphaMode", None if opaque else surface.alpha_mode.value),
        ("alphaCutoff", surface.alpha_cutoff if masked and surface.alpha_cutoff != 0.5 else None),
        ("doubleSided", True if surface.double_sided else None),
        ("extensions", _transmission_json(surface, textures)),
    )


def extensions_of(surface: Surface) -> tuple[str, ...]:
    """Return the extensions that a material is written with."""
    passing = surface.transmission
    if passing is None:
        return ()
    volume = (VOLUME,) if passing.thickness else ()
    return (TRANSMISSION, *volume, *((IOR,) if passing.ior != 1.5 else ()))


def _transmission_json(surface: Surface, textures: Textures) -> Json | None:
    """Describe light that passes through; None where none does."""
    passing = surface.transmission
    if passing is None:
        return None

    def texture(picture: Picture | None) -> Json | None:
        return None if picture is None else textures.reference(picture, surface.sampler)

    described: Json = {
        TRANSMISSION: _present(
            ("transmissionFactor", passing.factor),
            ("transmissionTexture", texture(passing.picture)),
        )
    }
    if passing.thickness:
        color = passing.attenuation_color
        described[VOLUME] = _present(
            ("thicknessFactor", passing.thickness),
            ("thicknessTexture", texture(passing.thickness_picture)),
            ("attenuationDistance", passing.attenuation_distance),
            ("attenuationColor", None if color == (1.0, 1.0, 1.0) else list(color)),
        )
    if passing.ior != 1.5:
        described[IOR] = {"ior": passing.ior}
    return described


def _present(*fields: tuple[str, object]) -> Json:
    """Return the fields that have a value."""
    return {key: value for key, value in fields if value is not None}
