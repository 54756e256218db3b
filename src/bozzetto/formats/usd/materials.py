"""Materials as UsdPreviewSurface networks (USD's specification, version 2.6), written and read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pxr import Gf, Sdf, Usd, UsdShade

from bozzetto.asset.model import CLAMPED, REPEATING, AlphaMode, Picture, Sampler, Surface, Wrap
from bozzetto.formats.base import Neighbours
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.grey_maps import joined
from bozzetto.formats.pictures.picture_files import media_type_of
from bozzetto.formats.usd.prims import put, put_uniform

_TYPES = Sdf.ValueTypeNames
_UNSCALED = (1.0, 1.0, 1.0, 1.0)
Four = tuple[float, float, float, float]

_USD_WRAPS = {
    Wrap.REPEAT: "repeat",
    Wrap.MIRRORED_REPEAT: "mirror",
    Wrap.CLAMP_TO_EDGE: "clamp",
}


def define_material(
    stage: Usd.Stage, path: Sdf.Path, surface: Surface, *, files: Mapping[int, str]
) -> None:
    """Define a material with its textures at a path."""
    material = stage.DefinePrim(path, "Material")
    material.SetMetadata("displayName", surface.name)
    shader = stage.DefinePrim(path.AppendChild("Surface"), "Shader")
    put_uniform(shader, "info:id", value="UsdPreviewSurface", kind=_TYPES.Token)
    output = shader.CreateAttribute("outputs:surface", _TYPES.Token, False)
    out = material.CreateAttribute("outputs:surface", _TYPES.Token, False)
    out.SetConnections([output.GetPath()])
    network = _Network(stage, path, sampler=surface.sampler, files=files)
    r, g, b, a = surface.base_color_factor
    base = network.texture("BaseColor", surface.base_color, scale=(r, g, b, a), color=True)
    _color(shader, "diffuseColor", base, value=(r, g, b))
    _opacity(shader, surface, base)
    factors = (surface.roughness_factor, surface.metallic_factor)
    orm_scale = (1.0, factors[0], factors[1], 1.0)
    packed = network.texture("MetallicRoughness", surface.metallic_roughness, scale=orm_scale)
    _number(shader, "roughness", packed, channel="g", value=surface.roughness_factor)
    _number(shader, "metallic", packed, channel="b", value=surface.metallic_factor)
    if surface.occlusion is not None:
        same = surface.occlusion is surface.metallic_roughness
        occlusion = packed if same else network.texture("Occlusion", surface.occlusion)
        _number(shader, "occlusion", occlusion, channel="r", value=1.0)
    er, eg, eb = surface.emissive_factor
    if surface.emissive is not None:
        glow = network.texture("Emissive", surface.emissive, scale=(er, eg, eb, 1.0), color=True)
        _color(shader, "emissiveColor", glow, value=(er, eg, eb))
    elif any(surface.emissive_factor):
        _color(shader, "emissiveColor", None, value=(er, eg, eb))
    if surface.normal is not None:
        n = 2 * surface.normal_scale
        normal = network.texture(
            "Normal",
            surface.normal,
            scale=(n, n, 2.0, 1.0),
            bias=(-surface.normal_scale, -surface.normal_scale, -1.0, 0.0),
        )
        made = shader.CreateAttribute("inputs:normal", _TYPES.Normal3f, False)
        if normal is not None:
            made.SetConnections([_output(normal, "rgb", _TYPES.Float3)])


class _Network:
    """Defines the texture prims of one material; lives only inside one write."""

    def __init__(
        self, stage: Usd.Stage, path: Sdf.Path, *, sampler: Sampler, files: Mapping[int, str]
    ) -> None:
        self._stage, self._path, self._files = stage, path, files
        self._wraps = (_USD_WRAPS[sampler.wrap_u], _USD_WRAPS[sampler.wrap_v])
        self._reader: Sdf.Path | None = None

    def texture(
        self,
        name: str,
        picture: Picture | None,
        *,
        scale: Four = _UNSCALED,
        bias: Four = (0.0, 0.0, 0.0, 0.0),
        color: bool = False,
    ) -> Usd.Prim | None:
        """Define a texture; None where there is no picture."""
        if picture is None:
            return None
        prim = self._stage.DefinePrim(self._path.AppendChild(name), "Shader")
        put_uniform(prim, "info:id", value="UsdUVTexture", kind=_TYPES.Token)
        file = Sdf.AssetPath(f"./{self._files[id(picture)]}")
        put(prim, "inputs:file", value=file, kind=_TYPES.Asset)
        put(prim, "inputs:sourceColorSpace", value="sRGB" if color else "raw", kind=_TYPES.Token)
        put(prim, "inputs:wrapS", value=self._wraps[0], kind=_TYPES.Token)
        put(prim, "inputs:wrapT", value=self._wraps[1], kind=_TYPES.Token)
        if scale != _UNSCALED:
            put(prim, "inputs:scale", value=Gf.Vec4f(*scale), kind=_TYPES.Float4)
        if any(bias):
            put(prim, "inputs:bias", value=Gf.Vec4f(*bias), kind=_TYPES.Float4)
        made = prim.CreateAttribute("inputs:st", _TYPES.Float2, False)
        made.SetConnections([self._uvs()])
        return prim

    def _uvs(self) -> Sdf.Path:
        """Define the reader of uvs once."""
        if self._reader is None:
            prim = self._stage.DefinePrim(self._path.AppendChild("Uvs"), "Shader")
            put_uniform(prim, "info:id", value="UsdPrimvarReader_float2", kind=_TYPES.Token)
            put(prim, "inputs:varname", value="st", kind=_TYPES.String)
            made = prim.CreateAttribute("outputs:result", _TYPES.Float2, False)
            self._reader = made.GetPath()
        return self._reader


def _output(texture: Usd.Prim, channel: str, kind: Sdf.ValueTypeName) -> Sdf.Path:
    """Define an output of a texture."""
    return texture.CreateAttribute(f"outputs:{channel}", kind, False).GetPath()


def _color(
    shader: Usd.Prim, name: str, texture: Usd.Prim | None, *, value: tuple[float, float, float]
) -> None:
    """Author a colour or connect it."""
    made = shader.CreateAttribute(f"inputs:{name}", _TYPES.Color3f, False)
    if texture is None:
        made.Set(Gf.Vec3f(*value))
    else:
        made.SetConnections([_output(texture, "rgb", _TYPES.Float3)])


def _number(
    shader: Usd.Prim, name: str, texture: Usd.Prim | None, *, channel: str, value: float
) -> None:
    """Author a number or connect it to a channel."""
    made = shader.CreateAttribute(f"inputs:{name}", _TYPES.Float, False)
    if texture is None:
        made.Set(value)
    else:
        made.SetConnections([_output(texture, channel, _TYPES.Float)])


def _opacity(shader: Usd.Prim, surface: Surface, base: Usd.Prim | None) -> None:
    """Author what is seen through; opaque materials say nothing."""
    if surface.alpha_mode is AlphaMode.OPAQUE:
        return
    _number(shader, "opacity", base, channel="a", value=surface.base_color_factor[3])
    if surface.alpha_mode is AlphaMode.MASK:
        put(shader, "inputs:opacityThreshold", value=surface.alpha_cutoff, kind=_TYPES.Float)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Input:
    """An input of a shader: a value, or a picture's channel with a factor."""

    value: object = None
    picture: Picture | None = None
    channel: str = ""
    scale: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    sampler: Sampler = CLAMPED

    def number(self, default: float) -> float:
        """Return the value, or the factor before the picture's channel."""
        if self.picture is not None:
            return _unit(self.scale["rgba".find(self.channel[:1]) if self.channel else 0])
        return _unit(float(self.value)) if isinstance(self.value, int | float) else default

    def color(self, default: tuple[float, float, float]) -> tuple[float, float, float]:
        """Return the value, or the factor before the picture."""
        if self.picture is not None:
            r, g, b, _ = self.scale
            return _unit(r), _unit(g), _unit(b)
        values = np.array(self.value if self.value is not None else default, float)
        if values.shape != (3,):
            return default
        r, g, b = values.tolist()
        return _unit(r), _unit(g), _unit(b)


@dataclass(kw_only=True, eq=False)
class UsdSurfaces:
    """Reads each material and picture once; lives only inside one read."""

    neighbours: Neighbours
    notes: Notes
    surfaces: dict[tuple[str, bool], Surface] = field(
        default_factory=dict[tuple[str, bool], Surface]
    )
    pictures: dict[str, Picture | None] = field(default_factory=dict[str, Picture | None])
    packed: dict[tuple[int, int], Picture | None] = field(
        default_factory=dict[tuple[int, int], Picture | None]
    )

    def surface(self, prim: Usd.Prim, *, double_sided: bool) -> Surface:
        """Return the material that is bound to a prim; grey where there is none."""
        material, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
        path = str(material.GetPath()) if material else ""
        key = (path, double_sided)
        if key not in self.surfaces:
            self.surfaces[key] = self._read(material, double_sided=double_sided)
        return self.surfaces[key]

    def _read(self, material: UsdShade.Material, *, double_sided: bool) -> Surface:
        """Read a material."""
        plain = Surface(name="material", metallic_factor=0.0, double_sided=double_sided)
        if not material:
            return plain
        shader, _, _ = material.ComputeSurfaceSource()
        shown = material.GetPrim().GetMetadata("displayName")
        name = str(shown or material.GetPrim().GetName())
        if not shader or shader.GetIdAttr().Get() != "UsdPreviewSurface":
            self.notes.warn("usd.material", f"{name} is no UsdPreviewSurface; it is left plain.")
            return Surface(name=name, metallic_factor=0.0, double_sided=double_sided)

        def found(key: str) -> _Input:
            return self._input(shader, key)

        base, rough, metal = found("diffuseColor"), found("roughness"), found("metallic")
        glow, normal, opacity = found("emissiveColor"), found("normal"), found("opacity")
        threshold = found("opacityThreshold").number(0.0)
        alpha = opacity.number(1.0)
        r, g, b = base.color((0.18, 0.18, 0.18))
        modes = {True: AlphaMode.MASK, False: AlphaMode.BLEND}
        see_through = opacity.picture is not None or alpha < 1
        looked_up = [i for i in (base, rough, metal, normal, glow) if i.picture is not None]
        return Surface(
            name=name,
            base_color=base.picture,
            base_color_factor=(r, g, b, alpha),
            metallic_roughness=self._packed(rough, metal),
            metallic_factor=metal.number(0.0),
            roughness_factor=rough.number(0.5),
            normal=normal.picture,
            normal_scale=normal.scale[0] / 2 if normal.picture is not None else 1.0,
            occlusion=found("occlusion").picture,
            emissive=glow.picture,
            emissive_factor=glow.color((0.0, 0.0, 0.0)),
            alpha_mode=modes[threshold > 0] if see_through else AlphaMode.OPAQUE,
            alpha_cutoff=threshold if threshold > 0 else 0.5,
            double_sided=double_sided,
            sampler=looked_up[0].sampler if looked_up else REPEATING,
        )

    def _packed(self, rough: _Input, metal: _Input) -> Picture | None:
        """Return roughness and metallic in one picture."""
        if rough.picture is None and metal.picture is None:
            return None
        if rough.picture is metal.picture and (rough.channel, metal.channel) == ("g", "b"):
            return rough.picture
        if metal.picture is None and rough.channel == "g":
            return rough.picture
        key = (id(rough.picture), id(metal.picture))
        if key not in self.packed:
            name = (
                rough.picture or metal.picture or Picture(name="", media_type="", data=b"")
            ).name
            self.packed[key] = joined(rough.picture, metal.picture, name=f"{name}_packed")
        return self.packed[key]

    def _input(self, shader: UsdShade.Shader, key: str) -> _Input:
        """Read an input, through its connection if there is one."""
        made = shader.GetInput(key)
        if not made:
            return _Input()
        sources, _ = made.GetConnectedSources()
        if not sources:
            return _Input(value=made.Get())
        texture = UsdShade.Shader(sources[0].source.GetPrim())
        if texture.GetIdAttr().Get() != "UsdUVTexture":
            self.notes.warn("usd.network", f"A {texture.GetIdAttr().Get()} is left out.")
            return _Input()
        picture = self._picture(texture)
        scale = texture.GetInput("scale")
        given = scale.Get() if scale else None
        r, g, b, a = np.array(given if given is not None else (1, 1, 1, 1), float).tolist()
        return _Input(
            picture=picture,
            channel=str(sources[0].sourceName),
            scale=(r, g, b, a),
            sampler=Sampler(wrap_u=_wrap(texture, "wrapS"), wrap_v=_wrap(texture, "wrapT")),
        )

    def _picture(self, texture: UsdShade.Shader) -> Picture | None:
        """Read the file of a texture; None where it is missing."""
        file = texture.GetInput("file")
        asset = file.Get() if file else None
        path = asset.path if isinstance(asset, Sdf.AssetPath) else ""
        path = path.removeprefix("./")
        if path not in self.pictures:
            self.pictures[path] = self._load(path)
        return self.pictures[path]

    def _load(self, path: str) -> Picture | None:
        """Read a picture from beside or from the package."""
        base = path.rpartition("/")[2]
        data = self.neighbours.find(path) if path else None
        if data is None:
            self.notes.warn("usd.missing_picture", f"The picture {path!r} is not there.")
            return None
        media_type = media_type_of(data)
        if media_type is None:
            self.notes.warn("usd.picture", f"The picture {path!r} is of a kind we cannot read.")
            return None
        taken = {picture.name for picture in self.pictures.values() if picture is not None}
        stem = base.rpartition(".")[0] or base
        name = stem if stem not in taken else f"{stem}_{len(taken)}"
        return Picture(name=name, media_type=media_type, data=data)


def _wrap(texture: UsdShade.Shader, key: str) -> Wrap:
    """Read what a texture shows where uvs leave 0 to 1."""
    given = texture.GetInput(key)
    word = given.Get() if given else None
    return next((w for w, name in _USD_WRAPS.items() if name == word), Wrap.CLAMP_TO_EDGE)


def _unit(value: float) -> float:
    """Clip to 0..1."""
    return min(max(value, 0.0), 1.0)
