"""Materials, textures and pictures of a glTF document, read. Letters: n uvs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.model import (
    REPEATING,
    AlphaMode,
    Picture,
    Sampler,
    Surface,
    Transmission,
    Wrap,
)
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.materials import IOR, NEAREST, TRANSMISSION, VOLUME, WRAPS
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.picture_files import media_type_of

_WHITE = (1.0, 1.0, 1.0, 1.0)
_SOURCES = ("EXT_texture_webp", "KHR_texture_basisu")
_GLOSSY = "KHR_materials_pbrSpecularGlossiness"
_UNLIT = "KHR_materials_unlit"
_WRAP_OF = {number: wrap for wrap, number in WRAPS.items()}


@dataclass(frozen=True, kw_only=True)
class UvUse:
    """Which uvs a material's pictures use, and how they are moved (KHR_texture_transform)."""

    channel: int = 0
    offset: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    """Radians, counter-clockwise."""
    scale: tuple[float, float] = (1.0, 1.0)

    def applied(self, uvs: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
        """Return the uvs as the pictures want them."""
        if self == UvUse(channel=self.channel):
            return uvs
        cos, sin = np.cos(self.rotation), np.sin(self.rotation)
        turn = np.array([[cos, sin], [-sin, cos]])
        moved = (uvs.astype(np.float64) * self.scale) @ turn.T + self.offset
        return moved.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class _Use:
    """How one texture of a material is used."""

    uvs: UvUse
    sampler: Sampler


@dataclass(kw_only=True, eq=False)
class SurfaceReader:
    """Reads each material and picture once; lives only inside one read."""

    content: GlbContent
    notes: Notes
    surfaces: dict[int, tuple[Surface, UvUse]] = field(
        default_factory=dict[int, tuple[Surface, UvUse]]
    )
    pictures: dict[int, Picture | None] = field(default_factory=dict[int, Picture | None])

    def surface(self, primitive: JsonNode) -> tuple[Surface, UvUse]:
        """Return the material of a primitive, white where it has none, and how it uses uvs."""
        index = primitive.integer("material") if primitive.has("material") else -1
        if index not in self.surfaces:
            plain = JsonNode(path=f"{primitive.path}.material", fields={"name": "material"})
            node = self.content.document.item("materials", index) if index >= 0 else plain
            self.surfaces[index] = self._read(node, index)
        return self.surfaces[index]

    def _read(self, node: JsonNode, index: int) -> tuple[Surface, UvUse]:
        """Read a material."""
        if node.extension(_UNLIT) is not None:
            self.notes.tell("gltf.unlit", "Unlit materials are read as lit ones.")
        glossy = node.extension(_GLOSSY)
        if glossy is not None:
            return self._read_glossy(node, glossy, index)
        pbr = node.child_or_empty("pbrMetallicRoughness")
        uses: list[_Use] = []
        base = self._texture(pbr, "baseColorTexture", uses)
        rough = self._texture(pbr, "metallicRoughnessTexture", uses)
        normal = self._texture(node, "normalTexture", uses)
        occlusion = self._texture(node, "occlusionTexture", uses)
        emissive = self._texture(node, "emissiveTexture", uses)
        transmission = self._transmission(node, uses)
        r, g, b, a = pbr.numbers("baseColorFactor", default=_WHITE)
        er, eg, eb = node.numbers("emissiveFactor", default=(0.0, 0.0, 0.0))
        surface = Surface(
            name=self._name(node, index),
            base_color=base,
            base_color_factor=(_unit(r), _unit(g), _unit(b), _unit(a)),
            metallic_roughness=rough,
            metallic_factor=_unit(pbr.number("metallicFactor", default=1.0)),
            roughness_factor=_unit(pbr.number("roughnessFactor", default=1.0)),
            normal=normal,
            normal_scale=_factor(node, "normalTexture", "scale"),
            occlusion=occlusion,
            occlusion_strength=_unit(_factor(node, "occlusionTexture", "strength")),
            emissive=emissive,
            emissive_factor=(_unit(er), _unit(eg), _unit(eb)),
            alpha_mode=_alpha_mode(node),
            alpha_cutoff=_unit(node.number("alphaCutoff", default=0.5)),
            double_sided=node.flag("doubleSided"),
            sampler=self._common_sampler(uses, node),
            transmission=transmission,
        )
        return surface, self._common_use(uses, node)

    def _read_glossy(self, node: JsonNode, glossy: JsonNode, index: int) -> tuple[Surface, UvUse]:
        """Take colour, gloss and relief of the older way to describe materials."""
        self.notes.warn(
            "gltf.specular_glossiness",
            f"{node.path} describes gloss in the older way; only its colour and mean are read.",
        )
        uses: list[_Use] = []
        base = self._texture(glossy, "diffuseTexture", uses)
        normal = self._texture(node, "normalTexture", uses)
        r, g, b, a = glossy.numbers("diffuseFactor", default=_WHITE)
        surface = Surface(
            name=self._name(node, index),
            base_color=base,
            base_color_factor=(_unit(r), _unit(g), _unit(b), _unit(a)),
            metallic_factor=0.0,
            roughness_factor=_unit(1 - glossy.number("glossinessFactor", default=1.0)),
            normal=normal,
            normal_scale=_factor(node, "normalTexture", "scale"),
            alpha_mode=_alpha_mode(node),
            alpha_cutoff=_unit(node.number("alphaCutoff", default=0.5)),
            double_sided=node.flag("doubleSided"),
            sampler=self._common_sampler(uses, node),
        )
        return surface, self._common_use(uses, node)

    def _transmission(self, node: JsonNode, uses: list[_Use]) -> Transmission | None:
        """Read what lets light through; None where nothing does."""
        passing = node.extension(TRANSMISSION)
        if passing is None:
            return None
        factor = _unit(passing.number("transmissionFactor", default=0.0))
        picture = self._texture(passing, "transmissionTexture", uses)
        volume = node.extension(VOLUME) or JsonNode(path=node.path, fields={})
        bending = node.extension(IOR) or JsonNode(path=node.path, fields={})
        thickness = self._texture(volume, "thicknessTexture", uses)
        r, g, b = volume.numbers("attenuationColor", default=(1.0, 1.0, 1.0))
        far = volume.has("attenuationDistance")
        if factor == 0:
            return None
        return Transmission(
            factor=factor,
            picture=picture,
            ior=bending.number("ior", default=1.5),
            thickness=max(volume.number("thicknessFactor", default=0.0), 0.0),
            thickness_picture=thickness,
            attenuation_distance=volume.number("attenuationDistance") if far else None,
            attenuation_color=(_unit(r), _unit(g), _unit(b)),
        )

    @cached_property
    def _material_names(self) -> tuple[str, ...]:
        """A name for each material that no other has."""
        return unique_names(
            other.label() or f"material_{i}"
            for i, other in enumerate(self.content.document.children("materials"))
        )

    def _name(self, node: JsonNode, index: int) -> str:
        """Return a material's name."""
        return self._material_names[index] if index >= 0 else node.label()

    def _texture(self, node: JsonNode, key: str, uses: list[_Use]) -> Picture | None:
        """Return the picture behind a reference, and note how it is used."""
        if not node.has(key):
            return None
        reference = node.child(key)
        texture = self.content.document.item("textures", reference.integer("index"))
        source = self._source(texture)
        picture = None if source is None else self._picture(source)
        use = _Use(uvs=_uv_use(reference), sampler=self._sampler(texture))
        if picture is None:
            return None
        uses.append(use)
        return picture

    def _source(self, texture: JsonNode) -> int | None:
        """Return the index of a texture's picture: the plain one where there are several."""
        if texture.has("source"):
            return texture.integer("source")
        for name in _SOURCES:
            extension = texture.extension(name)
            if extension is not None:
                return extension.integer("source")
        self.notes.warn("gltf.texture", f"{texture.path} is of a kind that cannot be read.")
        return None

    def _sampler(self, texture: JsonNode) -> Sampler:
        """Read how a texture is looked up."""
        if not texture.has("sampler"):
            return REPEATING
        node = self.content.document.item("samplers", texture.integer("sampler"))
        return Sampler(
            wrap_u=_wrap(node, "wrapS"),
            wrap_v=_wrap(node, "wrapT"),
            nearest=node.has("magFilter") and node.integer("magFilter") == NEAREST,
        )

    def _picture(self, index: int) -> Picture | None:
        """Read a picture once; None where it is missing."""
        if index not in self.pictures:
            self.pictures[index] = self._load(index)
        return self.pictures[index]

    def _load(self, index: int) -> Picture | None:
        """Read a picture from the buffer or beside."""
        image = self.content.document.item("images", index)
        if image.has("bufferView"):
            data = self.content.view_bytes(image.integer("bufferView"))
        else:
            uri = image.text("uri")
            found = self.content.file(uri, place=image.path)
            if found is None:
                self.notes.warn("gltf.missing_picture", f"The picture {uri[:80]!r} is not there.")
                return None
            data = found
        media_type = media_type_of(data)
        if media_type is None:
            self.notes.warn(
                "gltf.picture", f"{image.path} cannot be decoded: it is of no known kind."
            )
            return None
        return Picture(name=self._picture_names[index], media_type=media_type, data=data)

    @cached_property
    def _picture_names(self) -> tuple[str, ...]:
        """A name without suffix for each picture that no other has."""
        return unique_names(
            other.label() or _stem(other.fields) or f"picture_{i}"
            for i, other in enumerate(self.content.document.children("images"))
        )

    def _common_use(self, uses: list[_Use], node: JsonNode) -> UvUse:
        """Return how the first picture uses its uvs, and say if others differ."""
        if len({use.uvs for use in uses}) > 1:
            self.notes.warn("gltf.uvs", f"{node.path} uses several sets of uvs; the first is read.")
        return uses[0].uvs if uses else UvUse()

    def _common_sampler(self, uses: list[_Use], node: JsonNode) -> Sampler:
        """Return how the first picture is looked up, and say if others differ."""
        if len({use.sampler for use in uses}) > 1:
            self.notes.warn(
                "gltf.samplers",
                f"The textures of {node.path} are looked up in several ways; the first is kept.",
            )
        return uses[0].sampler if uses else REPEATING


def _wrap(sampler: JsonNode, key: str) -> Wrap:
    """Read what a texture shows where uvs leave 0 to 1."""
    return _WRAP_OF.get(sampler.integer(key, default=WRAPS[Wrap.REPEAT]), Wrap.REPEAT)


def _uv_use(reference: JsonNode) -> UvUse:
    """Read how a texture reference uses uvs."""
    channel = reference.integer("texCoord", default=0)
    transform = reference.extension("KHR_texture_transform")
    if transform is None:
        return UvUse(channel=channel)
    u, v = transform.numbers("offset", default=(0.0, 0.0))
    su, sv = transform.numbers("scale", default=(1.0, 1.0))
    return UvUse(
        channel=transform.integer("texCoord", default=channel),
        offset=(u, v),
        rotation=transform.number("rotation", default=0.0),
        scale=(su, sv),
    )


def _factor(node: JsonNode, texture: str, key: str) -> float:
    """Return the factor of a texture reference; 1 where there is none."""
    return node.child(texture).number(key, default=1.0) if node.has(texture) else 1.0


def _alpha_mode(node: JsonNode) -> AlphaMode:
    """Read the alpha mode; unknown ones are opaque."""
    mode = node.text("alphaMode", default="OPAQUE")
    return AlphaMode(mode) if mode in AlphaMode.__members__ else AlphaMode.OPAQUE


def _stem(image: Mapping[str, object]) -> str:
    """Return the name of a picture's file without folder and suffix."""
    uri = image.get("uri")
    if not isinstance(uri, str) or uri.startswith("data:"):
        return ""
    return uri.rpartition("/")[2].rpartition(".")[0]


def _unit(value: float) -> float:
    """Clip to 0..1."""
    return min(max(value, 0.0), 1.0)
