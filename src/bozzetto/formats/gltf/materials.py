"""Materials, textures and pictures of a glTF document, written and read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.model import AlphaMode, Model, Picture, Surface
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.gltf.container import BinaryWriter, GlbContent, Json
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.picture_files import media_type_of

_LINEAR, _LINEAR_MIPMAP_LINEAR, _CLAMP_TO_EDGE, _REPEAT = 9729, 9987, 33071, 10497
PICTURE_EXTENSIONS = {"image/webp": "EXT_texture_webp", "image/ktx2": "KHR_texture_basisu"}
"""The glTF extension that a kind of picture needs; PNG and JPEG need none."""
_WHITE = (1.0, 1.0, 1.0, 1.0)
_SOURCES = ("EXT_texture_webp", "KHR_texture_basisu")
_HARMLESS = ("KHR_materials_unlit",)


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


@dataclass(frozen=True, kw_only=True, eq=False)
class UvUse:
    """Which uvs a material's pictures use, and how they are moved (KHR_texture_transform)."""

    channel: int = 0
    offset: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    """Radians, counter-clockwise."""
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def key(self) -> tuple[int, tuple[float, float], float, tuple[float, float]]:
        """For comparison."""
        return (self.channel, self.offset, self.rotation, self.scale)

    def applied(self, uvs: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
        """Return the uvs as the pictures want them."""
        if self.key[1:] == UvUse().key[1:]:
            return uvs
        cos, sin = np.cos(self.rotation), np.sin(self.rotation)
        turn = np.array([[cos, sin], [-sin, cos]])
        moved = (uvs.astype(np.float64) * self.scale) @ turn.T + self.offset
        return moved.astype(np.float32)


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
        """Return a primitive's material and the uvs that it uses."""
        index = primitive.integer("material") if primitive.has("material") else -1
        if index not in self.surfaces:
            plain = JsonNode(path=f"{primitive.path}.material", fields={"name": "material"})
            node = self.content.document.item("materials", index) if index >= 0 else plain
            self.surfaces[index] = self._read(node, index)
        return self.surfaces[index]

    def _read(self, node: JsonNode, index: int) -> tuple[Surface, UvUse]:
        """Read a material."""
        self._note_extensions(node)
        empty = JsonNode(path=node.path, fields={})
        pbr = node.child("pbrMetallicRoughness") if node.has("pbrMetallicRoughness") else empty
        glossy = node.extension("KHR_materials_pbrSpecularGlossiness")
        if glossy is not None:
            return self._read_glossy(node, glossy, index)
        uses: list[tuple[UvUse, bool]] = []
        base = self._texture(pbr, "baseColorTexture", uses)
        rough = self._texture(pbr, "metallicRoughnessTexture", uses)
        normal = self._texture(node, "normalTexture", uses)
        occlusion = self._texture(node, "occlusionTexture", uses)
        emissive = self._texture(node, "emissiveTexture", uses)
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
            tiled=any(tiled for _, tiled in uses) or not uses,
        )
        return surface, self._common_use(uses, node)

    def _read_glossy(self, node: JsonNode, glossy: JsonNode, index: int) -> tuple[Surface, UvUse]:
        """Take colour, gloss and relief of the older way to describe materials."""
        self.notes.warn(
            "gltf.specular_glossiness",
            f"{node.path} describes gloss in the older way; only its colour and mean are read.",
        )
        uses: list[tuple[UvUse, bool]] = []
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
            alpha_mode=_alpha_mode(node),
            alpha_cutoff=_unit(node.number("alphaCutoff", default=0.5)),
            double_sided=node.flag("doubleSided"),
            tiled=any(tiled for _, tiled in uses) or not uses,
        )
        return surface, self._common_use(uses, node)

    def _name(self, node: JsonNode, index: int) -> str:
        """Return a name that no other material has."""
        names = unique_names(
            other.text("name", default="") or f"material_{i}"
            for i, other in enumerate(self.content.document.children("materials"))
        )
        return names[index] if index >= 0 else node.text("name", default="material")

    def _note_extensions(self, node: JsonNode) -> None:
        """Say what a material has and a surface cannot hold."""
        names = list(node.child("extensions").fields) if node.has("extensions") else []
        for name in names:
            if name in _HARMLESS:
                self.notes.tell("gltf.unlit", "Unlit materials are read as lit ones.")
            elif name != "KHR_materials_pbrSpecularGlossiness":
                self.notes.warn("gltf.material", f"The materials' {name} is left out.")

    def _texture(self, node: JsonNode, key: str, uses: list[tuple[UvUse, bool]]) -> Picture | None:
        """Return the picture behind a reference, and note how its uvs are used."""
        if not node.has(key):
            return None
        reference = node.child(key)
        texture = self.content.document.item("textures", reference.integer("index"))
        source = self._source(texture)
        picture = None if source is None else self._picture(source)
        if picture is None:
            return None
        uses.append((_use(reference), self._tiled(texture)))
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

    def _tiled(self, texture: JsonNode) -> bool:
        """Tell whether a texture repeats."""
        if not texture.has("sampler"):
            return True
        sampler = self.content.document.item("samplers", texture.integer("sampler"))
        wraps = (
            sampler.integer("wrapS", default=_REPEAT),
            sampler.integer("wrapT", default=_REPEAT),
        )
        return any(wrap != _CLAMP_TO_EDGE for wrap in wraps)

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
            self.notes.warn("gltf.picture", f"{image.path} is of a kind that cannot be read.")
            return None
        return Picture(name=self._picture_name(image, index), media_type=media_type, data=data)

    def _picture_name(self, image: JsonNode, index: int) -> str:
        """Return a name without suffix that no other picture has."""
        names = [
            other.text("name", default="") or _stem(other.text("uri", default="")) or f"picture_{i}"
            for i, other in enumerate(self.content.document.children("images"))
        ]
        return unique_names(names)[index]

    def _common_use(self, uses: list[tuple[UvUse, bool]], node: JsonNode) -> UvUse:
        """Return how the first picture uses its uvs, and say if others differ."""
        if len({use.key for use, _ in uses}) > 1:
            self.notes.warn("gltf.uvs", f"{node.path} uses several sets of uvs; the first is read.")
        return uses[0][0] if uses else UvUse()


def _use(reference: JsonNode) -> UvUse:
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


def _stem(uri: str) -> str:
    """Return a file's name without folder and suffix."""
    return "" if uri.startswith("data:") else uri.rpartition("/")[2].rpartition(".")[0]


def _unit(value: float) -> float:
    """Clip to 0..1."""
    return min(max(value, 0.0), 1.0)
