"""Read GLB files that hold one object: one mesh, one material, textures inside.

Whatever an `Asset` cannot hold is refused with the reason; nothing is dropped in silence except
animations, skins and extra texture coordinates.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Shaped

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh
from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent, unpack_glb
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.pictures.texture_images import (
    Map,
    Texels,
    decode_image,
    normals_from_texels,
    unit_from_texels,
)
from bozzetto.imaging.color import linear_from_srgb8

_TRIANGLES = 4
_WHITE = (1.0, 1.0, 1.0, 1.0)


def read_glb(data: bytes, *, name: str) -> Asset:
    """Decode a GLB file that holds one object.

    Positions, triangles, normals, uvs and tangents come back exactly as they were written, PNG
    textures at 8 bits. Texel provenance, which GLB cannot hold, comes back empty.

    Args:
        data: The whole file.
        name: The file's name, for messages.

    Raises:
        FormatError: The bytes are damaged, or hold what an asset cannot.
    """
    content = unpack_glb(data, name=name)
    document = content.document
    required = document.fields.get("extensionsRequired")
    if required:
        raise FormatError(
            f"{name} needs extensions that cannot be read: {required}.",
            advice="Export it without compression or special materials.",
        )
    mesh_node = _only_mesh(document)
    primitive = _only_primitive(mesh_node)
    try:
        mesh = _mesh(content, primitive)
    except ValueError as error:
        raise FormatError(f"{name}: {error}") from None
    material = _material(content, primitive)
    empty = TexelProvenance(
        origin=np.zeros(material.orm.shape[:2], np.uint8),
        confidence=np.zeros(material.orm.shape[:2], np.float32),
    )
    label = mesh_node.text("name", default="asset")
    return Asset(name=label, mesh=mesh, material=material, provenance=empty)


def _only_mesh(document: JsonNode) -> JsonNode:
    """Return the one mesh, after making sure that no node moves it."""
    meshes = document.children("meshes")
    if len(meshes) != 1:
        raise FormatError(f"{document.path} holds {len(meshes)} meshes; exactly one can be read.")
    for node in document.children("nodes"):
        if any(node.has(key) for key in ("matrix", "translation", "rotation", "scale")):
            raise FormatError(
                f"{node.path} moves its mesh, which cannot be read.",
                advice="Apply all transforms before exporting.",
            )
    return meshes[0]


def _only_primitive(mesh: JsonNode) -> JsonNode:
    """Return the one primitive, after making sure that it is made of triangles."""
    primitives = mesh.children("primitives")
    if len(primitives) != 1:
        raise FormatError(f"{mesh.path} has {len(primitives)} materials; exactly one can be read.")
    if primitives[0].integer("mode", default=_TRIANGLES) != _TRIANGLES:
        raise FormatError(f"{mesh.path} is not made of triangles.")
    return primitives[0]


def _mesh(content: GlbContent, primitive: JsonNode) -> Mesh:
    """Read the arrays of a primitive; `Mesh` checks how they fit together."""
    attributes = _Attributes(content=content, node=primitive.child("attributes"))
    positions = attributes.floats("POSITION", width=3)
    if positions is None:
        raise FormatError(f"{primitive.path} has no positions.")
    origin = attributes.column("_ORIGIN")
    confidence = attributes.column("_CONFIDENCE")
    return Mesh(
        positions=positions,
        triangles=_triangles(content, primitive, num_vertices=len(positions)),
        normals=attributes.floats("NORMAL", width=3),
        uvs=attributes.floats("TEXCOORD_0", width=2),
        tangents=attributes.floats("TANGENT", width=4),
        colors=attributes.floats("COLOR_0", width=3),
        confidence=None if confidence is None else confidence.astype(np.float32),
        origin=None if origin is None else origin.astype(np.uint8),
    )


def _triangles(
    content: GlbContent, primitive: JsonNode, *, num_vertices: int
) -> Int32[np.ndarray, "t 3"]:
    """Read the corners; vertices follow one another where there are no indices."""
    if primitive.has("indices"):
        corners = content.accessor(primitive.integer("indices"))
        if corners.dtype.kind != "u" or corners.shape[1] != 1:
            raise FormatError(f"{primitive.path} has indices of the wrong type.")
        if corners.max() >= num_vertices:
            raise FormatError(f"{primitive.path} names a vertex that does not exist.")
    else:
        corners = np.arange(num_vertices)
    if corners.size % 3:
        raise FormatError(f"{primitive.path} ends inside a triangle.")
    return corners.reshape(-1, 3).astype(np.int32)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Attributes:
    """The vertex attributes of one primitive."""

    content: GlbContent
    node: JsonNode

    def floats(self, semantic: str, *, width: int) -> Float32[np.ndarray, "n c"] | None:
        """Return a float attribute, or None where it is absent; surplus columns are dropped."""
        if not self.node.has(semantic):
            return None
        values = self.content.accessor(self.node.integer(semantic))
        if values.dtype != np.float32 or values.shape[1] < width:
            raise FormatError(f"{self.node.path}.{semantic} has the wrong type.")
        return np.ascontiguousarray(values[:, :width])

    def column(self, semantic: str) -> Shaped[np.ndarray, " n"] | None:
        """Return an attribute of one number per vertex, or None where it is absent."""
        if not self.node.has(semantic):
            return None
        values = self.content.accessor(self.node.integer(semantic))
        if values.shape[1] != 1:
            raise FormatError(f"{self.node.path}.{semantic} has the wrong type.")
        return values[:, 0]


def _material(content: GlbContent, primitive: JsonNode) -> Material:
    """Read the material of a primitive; maps that it lacks become constant."""
    if primitive.has("material"):
        node = content.document.item("materials", primitive.integer("material"))
    else:
        node = JsonNode(path=f"{primitive.path}.material", fields={})
    surface = node.child("pbrMetallicRoughness") if node.has("pbrMetallicRoughness") else node
    base = _texels(content, surface, key="baseColorTexture")
    rough = _texels(content, surface, key="metallicRoughnessTexture")
    occlusion = _texels(content, node, key="occlusionTexture")
    normal = _texels(content, node, key="normalTexture")
    shape = _common_shape([base, rough, occlusion, normal], path=node.path)
    tint = np.array(surface.numbers("baseColorFactor", default=_WHITE)[:3], np.float32)
    orm = np.ones((*shape, 3), np.float32)
    if occlusion is not None:
        orm[..., 0] = unit_from_texels(occlusion)[..., 0]
    if rough is not None:
        orm[..., 1:] = unit_from_texels(rough)[..., 1:]
    orm[..., 1] *= np.float32(surface.number("roughnessFactor", default=1.0))
    orm[..., 2] *= np.float32(surface.number("metallicFactor", default=1.0))
    return Material(
        name=node.text("name", default="material"),
        base_color=_filled(None if base is None else linear_from_srgb8(base), shape, 1.0) * tint,
        normal=_upright(shape) if normal is None else normals_from_texels(normal),
        orm=orm,
    )


def _texels(content: GlbContent, node: JsonNode, *, key: str) -> Texels | None:
    """Decode the picture behind a texture reference, or return None where there is none."""
    if not node.has(key):
        return None
    texture = content.document.item("textures", node.child(key).integer("index"))
    image = content.document.item("images", texture.integer("source"))
    if not image.has("bufferView"):
        raise FormatError(
            f"{image.path} stands in another file, which cannot be read.",
            advice="Export with embedded textures.",
        )
    data = content.view_bytes(image.integer("bufferView"))
    return decode_image(data, name=image.path)


def _common_shape(maps: list[Texels | None], *, path: str) -> tuple[int, int]:
    """Return the one size of all maps; 1 x 1 where there are none."""
    shapes = {texels.shape[:2] for texels in maps if texels is not None}
    if len(shapes) > 1:
        raise FormatError(f"{path} has textures of different sizes: {sorted(shapes)}.")
    height, width = next(iter(shapes), (1, 1))
    return height, width


def _filled(texels: Map | None, shape: tuple[int, int], value: float) -> Map:
    """Return the map, or a constant one where it is None."""
    return np.full((*shape, 3), value, np.float32) if texels is None else texels


def _upright(shape: tuple[int, int]) -> Map:
    """Return a normal map that changes nothing."""
    flat = np.zeros((*shape, 3), np.float32)
    flat[..., 2] = 1
    return flat
