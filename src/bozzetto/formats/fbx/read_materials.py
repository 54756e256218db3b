"""Materials and pictures of FBX files."""

from dataclasses import dataclass, field

from bozzetto.asset.model import REPEATING, AlphaMode, Picture, Sampler, Surface, Wrap
from bozzetto.formats.base import Neighbours
from bozzetto.formats.fbx.scene import FbxObject, Scene
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.grey_maps import joined
from bozzetto.formats.pictures.picture_files import media_type_of

_SLOTS = {
    "DiffuseColor": "color", "3dsMax|Parameters|base_color_map": "color",
    "Maya|baseColor": "color", "Maya|TEX_color_map": "color",
    "ShininessExponent": "roughness", "Shininess": "roughness",
    "3dsMax|Parameters|roughness_map": "roughness", "Maya|TEX_roughness_map": "roughness",
    "Maya|specularRoughness": "roughness",
    "ReflectionFactor": "metallic", "3dsMax|Parameters|metalness_map": "metallic",
    "Maya|TEX_metallic_map": "metallic", "Maya|metalness": "metallic",
    "NormalMap": "normal", "3dsMax|Parameters|bump_map": "normal",
    "Maya|TEX_normal_map": "normal", "Maya|normalCamera": "normal",
    "EmissiveColor": "glow", "Maya|TEX_emissive_map": "glow", "Maya|emissionColor": "glow",
}  # fmt: skip


@dataclass(kw_only=True, eq=False)
class FbxSurfaces:
    """Reads each material and picture once; lives only inside one read."""

    scene: Scene
    neighbours: Neighbours
    notes: Notes
    surfaces: dict[int, Surface] = field(default_factory=dict[int, Surface])
    pictures: dict[int, Picture | None] = field(default_factory=dict[int, Picture | None])
    packed: dict[tuple[int, int], Picture | None] = field(
        default_factory=dict[tuple[int, int], Picture | None]
    )

    def surface(self, made: FbxObject | None) -> Surface:
        """Return a material; a grey one where there is none."""
        number = -1 if made is None else made.number
        if number not in self.surfaces:
            plain = Surface(name="material", metallic_factor=0.0)
            self.surfaces[number] = plain if made is None else self._read(made)
        return self.surfaces[number]

    def _read(self, made: FbxObject) -> Surface:
        """Read a material."""
        maps: dict[str, Picture] = {}
        sampler = REPEATING
        for texture, slot in self.scene.linked(made.number, "Texture"):
            use = _SLOTS.get(slot)
            picture = None if use is None else self._picture(texture)
            if use is None:
                self.notes.tell("fbx.slot", f"Textures in {slot} are left out.")
            elif picture is not None:
                maps.setdefault(use, picture)
                sampler = Sampler(
                    wrap_u=_wrap(texture, "WrapModeU"), wrap_v=_wrap(texture, "WrapModeV")
                )
        shine = made.number_of("ShininessExponent", made.number_of("Shininess", 20.0))
        plain_rough = 1 - (min(max(shine, 0.0), 100.0) / 100) ** 0.5
        metallic = _unit(made.number_of("ReflectionFactor", 0.0))
        alpha = _unit(made.number_of("Opacity", 1 - made.number_of("TransparencyFactor", 0.0)))
        if "Opacity" not in made.properties and made.vector("TransparentColor") == (0.0, 0.0, 0.0):
            alpha = 1.0
        white = (1.0, 1.0, 1.0)
        r, g, b = white if "color" in maps and not _ours(made) else _color(made, "Diffuse")
        black = (0.0, 0.0, 0.0)
        glow = white if "glow" in maps and _color(made, "Emissive") == black else None
        return Surface(
            name=made.name or "material",
            base_color=maps.get("color"),
            base_color_factor=(r, g, b, alpha),
            metallic_roughness=self._packed(maps.get("roughness"), maps.get("metallic")),
            metallic_factor=1.0 if "metallic" in maps and not _ours(made) else metallic,
            roughness_factor=1.0 if "roughness" in maps and not _ours(made) else plain_rough,
            normal=maps.get("normal"),
            emissive=maps.get("glow"),
            emissive_factor=glow or _color(made, "Emissive"),
            alpha_mode=AlphaMode.BLEND if alpha < 1 else AlphaMode.OPAQUE,
            sampler=sampler,
        )

    def _packed(self, rough: Picture | None, metal: Picture | None) -> Picture | None:
        """Pack two grey pictures, once for each pair."""
        key = (id(rough), id(metal))
        used = rough or metal
        if key not in self.packed and used is not None:
            name = used.name.removesuffix("_roughness").removesuffix("_metallic")
            taken = {picture.name for picture in self.pictures.values() if picture is not None}
            name = f"{name}_packed" if name in taken else name
            self.packed[key] = joined(rough, metal, name=name)
        return self.packed.get(key)

    def _picture(self, texture: FbxObject) -> Picture | None:
        """Return the picture of a texture; None where it is missing."""
        videos = self.scene.children(texture.number, "Video")
        holder = videos[0] if videos else texture
        if holder.number not in self.pictures:
            self.pictures[holder.number] = self._load(holder, texture)
        return self.pictures[holder.number]

    def _load(self, holder: FbxObject, texture: FbxObject) -> Picture | None:
        """Read a picture from inside the file or beside it."""
        content = holder.node.find("Content")
        value = content.values[0] if content is not None and content.values else b""
        data: bytes | None = value if isinstance(value, bytes) and value else None
        paths = [
            found.node.child_text(key).replace("\\", "/")
            for found in (holder, texture)
            for key in ("RelativeFilename", "Filename", "FileName")
        ]
        for path in paths:
            if data is None and path:
                data = self.neighbours.find(path) or self.neighbours.find(path.rpartition("/")[2])
        named = next((path.rpartition("/")[2] for path in paths if path), holder.name)
        if data is None:
            self.notes.warn("fbx.missing_picture", f"The picture {named!r} is not there.")
            return None
        media_type = media_type_of(data)
        if media_type is None:
            self.notes.warn("fbx.picture", f"The picture {named!r} is of a kind we cannot read.")
            return None
        taken = {picture.name for picture in self.pictures.values() if picture is not None}
        stem = named.rpartition(".")[0] or named
        name = stem if stem not in taken else f"{stem}_{len(taken)}"
        return Picture(name=name, media_type=media_type, data=data)


def _wrap(texture: FbxObject, key: str) -> Wrap:
    """Read what a texture shows where uvs leave 0 to 1."""
    return Wrap.REPEAT if texture.number_of(key, 0.0) == 0 else Wrap.CLAMP_TO_EDGE


def _ours(made: FbxObject) -> bool:
    """Tell whether factors count beside pictures, as in files that say both."""
    return "ShininessExponent" in made.properties and "Opacity" in made.properties


def _color(made: FbxObject, kind: str) -> tuple[float, float, float]:
    """Return a colour times its factor."""
    default = (0.8, 0.8, 0.8) if kind == "Diffuse" else (0.0, 0.0, 0.0)
    factor = made.number_of(f"{kind}Factor", 1.0)
    r, g, b = made.vector(f"{kind}Color", default)
    return _unit(r * factor), _unit(g * factor), _unit(b * factor)


def _unit(value: float) -> float:
    """Clip to 0..1."""
    return min(max(value, 0.0), 1.0)
