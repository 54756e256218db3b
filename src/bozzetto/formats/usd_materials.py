"""Materials as UsdPreviewSurface networks (USD's own specification, version 2.6)."""

from collections.abc import Mapping

from pxr import Gf, Sdf, Usd

from bozzetto.asset.model import AlphaMode, Picture, Surface
from bozzetto.formats.usd_prims import put, put_uniform

_TYPES = Sdf.ValueTypeNames
_UNSCALED = (1.0, 1.0, 1.0, 1.0)
Four = tuple[float, float, float, float]


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
    network = _Network(stage, path, tiled=surface.tiled, files=files)
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
        self, stage: Usd.Stage, path: Sdf.Path, *, tiled: bool, files: Mapping[int, str]
    ) -> None:
        self._stage, self._path, self._files = stage, path, files
        self._wrap = "repeat" if tiled else "clamp"
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
        put(prim, "inputs:wrapS", value=self._wrap, kind=_TYPES.Token)
        put(prim, "inputs:wrapT", value=self._wrap, kind=_TYPES.Token)
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
