"""Materials, textures and pictures of a glTF document."""

from collections.abc import Mapping
from dataclasses import dataclass

from bozzetto.asset.model import AlphaMode, Model, Picture, Surface
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.gltf_binary import BinaryWriter, Json

_LINEAR, _LINEAR_MIPMAP_LINEAR, _CLAMP_TO_EDGE, _REPEAT = 9729, 9987, 33071, 10497
PICTURE_EXTENSIONS = {"image/webp": "EXT_texture_webp", "image/ktx2": "KHR_texture_basisu"}
"""The glTF extension that a kind of picture needs; PNG and JPEG need none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Textures:
    """Pictures and how they repeat, each combination once."""

    pictures: tuple[Picture, ...]
    entries: dict[tuple[int, bool], int]
    """Index of a texture by its picture's index and whether it repeats."""

    @staticmethod
    def of(model: Model) -> "Textures":
        """Collect them in the order of their first use."""
        pictures = model.pictures
        entries: dict[tuple[int, bool], int] = {}
        for surface in surfaces_of(model):
            for picture in surface.pictures:
                entries.setdefault((pictures.index(picture), surface.tiled), len(entries))
        return Textures(pictures=pictures, entries=entries)

    def reference(self, picture: Picture, *, tiled: bool) -> Json:
        """Point to the texture of a picture."""
        return {"index": self.entries[self.pictures.index(picture), tiled]}

    def described(self, writer: BinaryWriter, *, uris: Mapping[int, str]) -> Json:
        """Return the lists of textures, images and samplers; nothing where there are none."""
        if not self.pictures:
            return {}
        wraps = sorted({tiled for _, tiled in self.entries})
        return {
            "textures": [
                self._texture(source, wraps.index(tiled)) for source, tiled in self.entries
            ],
            "images": [_image(picture, writer, uris) for picture in self.pictures],
            "samplers": [_sampler(tiled=tiled) for tiled in wraps],
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


def _sampler(*, tiled: bool) -> Json:
    """Describe how textures are looked up."""
    wrap = _REPEAT if tiled else _CLAMP_TO_EDGE
    return {
        "magFilter": _LINEAR,
        "minFilter": _LINEAR_MIPMAP_LINEAR,
        "wrapS": wrap,
        "wrapT": wrap,
    }


def material_json(surface: Surface, textures: Textures) -> Json:
    """Describe a material, leaving out whatever is glTF's default."""

    def texture(picture: Picture | None, key: str = "scale", factor: float = 1.0) -> Json | None:
        if picture is None:
            return None
        reference = textures.reference(picture, tiled=surface.tiled)
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
    )


def _present(*fields: tuple[str, object]) -> Json:
    """Return the fields that have a value."""
    return {key: value for key, value in fields if value is not None}
