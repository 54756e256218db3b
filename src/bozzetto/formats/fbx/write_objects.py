"""Meshes, materials and pictures as FBX objects. Letters: v vertices, n corners."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.model import AlphaMode, Part, Picture, Sampler, Surface, Wrap
from bozzetto.formats.fbx.nodes import FbxNode, Value, group, node
from bozzetto.formats.meshes.joining import lone_triangles
from bozzetto.formats.meshes.uv_origin import flipped
from bozzetto.formats.names import file_stem
from bozzetto.formats.pictures.grey_maps import GreyMaps
from bozzetto.geometry.weld import Welded, weld, weld_points

UV_SET = "UVMap"


@dataclass(kw_only=True, eq=False)
class FbxObjects:
    """Collects objects and connections; lives only inside one write."""

    objects: list[FbxNode] = field(default_factory=list[FbxNode])
    connections: list[FbxNode] = field(default_factory=list[FbxNode])
    last_id: int = 1_000_000

    def add(self, kind: str, label: str, subtype: str, *children: FbxNode) -> np.int64:
        """Append an object and return its id; `label` is a name with its class."""
        self.last_id += 1
        number = np.int64(self.last_id)
        self.objects.append(group(kind, *children, values=(number, label, subtype)))
        return number

    def connect(self, child: np.int64, parent: np.int64, slot: str = "") -> None:
        """Put an object below another, or into one of its properties."""
        values: tuple[Value, ...] = ("OP", child, parent, slot) if slot else ("OO", child, parent)
        self.connections.append(node("C", *values))


def label(name: str, kind: str) -> str:
    """Return an object's name with its class, as FBX joins them."""
    return f"{name}\x00\x01{kind}"


def properties(*entries: FbxNode) -> FbxNode:
    """Return the list of an object's properties."""
    return group("Properties70", *entries)


def prop(name: str, kind: str, *values: Value, flags: str = "", second: str = "") -> FbxNode:
    """Return one property."""
    return node("P", name, kind, second, flags, *values)


def geometry(part: Part, *, units_per_metre: float) -> tuple[tuple[FbxNode, ...], Welded]:
    """Describe a mesh: points once, attributes per corner; also return its points."""
    mesh = part.mesh
    points = weld_points(part)
    faces = [mesh.quad_corners, lone_triangles(mesh)]
    corners = np.concatenate([face.reshape(-1) for face in faces])
    polygons = np.concatenate([_ended(points.place[face]) for face in faces])
    positions = mesh.positions[points.first].astype(np.float64) * units_per_metre
    layers: list[FbxNode] = []
    if mesh.normals is not None:
        layers.append(_layer("Normal", "Normals", mesh.normals, corners=corners))
    if mesh.tangents is not None and mesh.normals is not None:
        across = np.cross(mesh.normals, mesh.tangents[:, :3]) * mesh.tangents[:, 3:]
        layers.append(_layer("Binormal", "Binormals", across.astype(np.float32), corners=corners))
        tangents = np.ascontiguousarray(mesh.tangents[:, :3])
        layers.append(_layer("Tangent", "Tangents", tangents, corners=corners))
    if mesh.colors is not None:
        opaque = np.ones((mesh.num_vertices, 1), np.float32)
        colors = np.concatenate([mesh.colors, opaque], axis=1)
        layers.append(_indexed("Color", "Colors", colors, corners=corners))
    if mesh.uvs is not None:
        upward = flipped(mesh.uvs)
        layers.append(_indexed("UV", "UV", upward, corners=corners))
    layers.append(_one_material())
    listed = [
        group("LayerElement", node("Type", layer.name), node("TypedIndex", 0)) for layer in layers
    ]
    described = (
        properties(),
        node("GeometryVersion", 124),
        node("Vertices", positions.reshape(-1)),
        node("PolygonVertexIndex", polygons),
        *layers,
        group("Layer", node("Version", 100), *listed, values=(0,)),
    )
    return described, points


def _ended(faces: Int32[np.ndarray, "f c"]) -> Int32[np.ndarray, " n"]:
    """Mark the last corner of each polygon by its complement."""
    ended = faces.copy()
    if len(ended):
        ended[:, -1] = ~ended[:, -1]
    return ended.reshape(-1)


def _layer(
    kind: str, key: str, values: Float32[np.ndarray, "v c"], *, corners: Int32[np.ndarray, " n"]
) -> FbxNode:
    """Describe an attribute with one value per corner."""
    return group(
        f"LayerElement{kind}",
        node("Version", 101),
        node("Name", ""),
        node("MappingInformationType", "ByPolygonVertex"),
        node("ReferenceInformationType", "Direct"),
        node(key, values[corners].astype(np.float64).reshape(-1)),
        values=(0,),
    )


def _indexed(
    kind: str, key: str, values: Float32[np.ndarray, "v c"], *, corners: Int32[np.ndarray, " n"]
) -> FbxNode:
    """Describe an attribute with values that corners name."""
    unique = weld(values)
    table = values[unique.first].astype(np.float64)
    return group(
        f"LayerElement{kind}",
        node("Version", 101),
        node("Name", UV_SET if kind == "UV" else kind),
        node("MappingInformationType", "ByPolygonVertex"),
        node("ReferenceInformationType", "IndexToDirect"),
        node(key, table.reshape(-1)),
        node(f"{kind}Index", unique.place[corners]),
        values=(0,),
    )


def _one_material() -> FbxNode:
    """Say that all polygons have the first material."""
    return group(
        "LayerElementMaterial",
        node("Version", 101),
        node("Name", ""),
        node("MappingInformationType", "AllSame"),
        node("ReferenceInformationType", "IndexToDirect"),
        node("Materials", np.zeros(1, np.int32)),
        values=(0,),
    )


def material(surface: Surface) -> tuple[FbxNode, ...]:
    """Describe a material as Phong, with roughness and metallic where tools look for them.

    Shininess is `100 (1 - roughness)^2`, as Blender writes and reads it.
    """
    r, g, b, alpha = surface.base_color_factor
    shininess = 100 * (1 - surface.roughness_factor) ** 2
    er, eg, eb = surface.emissive_factor
    shown = alpha if surface.alpha_mode is not AlphaMode.OPAQUE else 1.0
    return (
        node("Version", 102),
        node("ShadingModel", "phong"),
        node("MultiLayer", 0),
        properties(
            prop("DiffuseColor", "Color", r, g, b, flags="A"),
            prop("DiffuseFactor", "Number", 1.0, flags="A"),
            prop("EmissiveColor", "Color", er, eg, eb, flags="A"),
            prop("EmissiveFactor", "Number", 1.0, flags="A"),
            prop("AmbientColor", "Color", 0.0, 0.0, 0.0, flags="A"),
            prop("AmbientFactor", "Number", 0.0, flags="A"),
            prop("SpecularColor", "Color", 0.8, 0.8, 0.8, flags="A"),
            prop("SpecularFactor", "Number", 0.25, flags="A"),
            prop("Shininess", "Number", shininess, flags="A"),
            prop("ShininessExponent", "Number", shininess, flags="A"),
            prop("ReflectionColor", "Color", 0.8, 0.8, 0.8, flags="A"),
            prop("ReflectionFactor", "Number", surface.metallic_factor, flags="A"),
            prop("TransparentColor", "Color", 1.0, 1.0, 1.0, flags="A"),
            prop("TransparencyFactor", "Number", 1 - shown, flags="A"),
            prop("Opacity", "double", shown, second="Number"),
        ),
    )


def add_material(
    objects: FbxObjects, surface: Surface, grey: GreyMaps, *, picture: Callable[[Picture], np.int64]
) -> np.int64:
    """Append a material and its textures.

    Args:
        objects: Collects them.
        surface: The material.
        grey: Its maps of one channel.
        picture: Appends a picture once and returns the id of its video object.
    """
    made = objects.add("Material", label(surface.name, "Material"), "", *material(surface))
    slots = (
        ("DiffuseColor", surface.base_color),
        ("ShininessExponent", grey.roughness),
        ("ReflectionFactor", grey.metallic),
        ("NormalMap", surface.normal),
        ("EmissiveColor", surface.emissive),
    )
    for slot, used in slots:
        if used is not None:
            texture = _texture(objects, used, sampler=surface.sampler)
            objects.connect(texture, made, slot)
            objects.connect(picture(used), texture)
    return made


def _texture(objects: FbxObjects, used: Picture, *, sampler: Sampler) -> np.int64:
    """Append a use of a picture."""
    # The very name of the video clip's file: Blender finds embedded pictures by it.
    file = file_stem(used.name) + (".jpg" if used.media_type == "image/jpeg" else ".png")
    clamps = [int(wrap is Wrap.CLAMP_TO_EDGE) for wrap in (sampler.wrap_u, sampler.wrap_v)]
    return objects.add(
        "Texture",
        label(used.name, "Texture"),
        "",
        node("Type", "TextureVideoClip"),
        node("Version", 202),
        node("TextureName", label(used.name, "Texture")),
        node("Media", label(used.name, "Video")),
        node("FileName", file),
        node("RelativeFilename", file),
        properties(
            prop("UVSet", "KString", UV_SET),
            prop("UseMaterial", "bool", 1),
            prop("WrapModeU", "enum", clamps[0]),
            prop("WrapModeV", "enum", clamps[1]),
        ),
        node("ModelUVTranslation", 0.0, 0.0),
        node("ModelUVScaling", 1.0, 1.0),
        node("Texture_Alpha_Source", "None"),
    )


def video(objects: FbxObjects, *, name: str, file: str, content: bytes | None) -> np.int64:
    """Append a picture: inside the file, or the name of one beside it."""
    inside = () if content is None else (node("Content", content),)
    return objects.add(
        "Video",
        label(name, "Video"),
        "Clip",
        node("Type", "Clip"),
        properties(prop("Path", "KString", file, second="XRefUrl")),
        node("UseMipMap", 0),
        node("Filename", file),
        node("RelativeFilename", file),
        *inside,
    )


def matrix_values(matrix: Float64[np.ndarray, "4 4"]) -> Float64[np.ndarray, " 16"]:
    """Return a matrix as FBX stores it: column by column."""
    return np.ascontiguousarray(matrix.T).reshape(-1)
