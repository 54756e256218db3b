"""Read glTF files of any number of meshes, nodes and materials into `ObjectModel`.

What a training object does not need is ignored: cameras, lights, skins, animations, normal maps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent, unpack_glb
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.pictures.texture_images import decode_image
from bozzetto.formats.storing import source_of
from bozzetto_train.objects.assembly import Part, assemble, moved
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.material_guess import Finish, guess_finish
from bozzetto_train.objects.model import Material, ObjectModel
from bozzetto_train.objects.texture_size import limited

_TRIANGLES = 4
_MAX_DEPTH = 64  # Nodes nested deeper than this are a cycle.
_WHITE = (1.0, 1.0, 1.0, 1.0)
# Factors that the usual FBX converters write for every material; nobody chose them.
_CONVERTER_METALLIC = 0.4


def read_gltf_object(
    path: Path, *, name: str, turn: Float64[np.ndarray, "3 3"] | None = None
) -> ObjectModel:
    """Read one GLB file, or a glTF file with what it names beside it.

    Args:
        path: The file.
        name: The object's name.
        turn: Rotation that puts it upright, applied last; None where it stands already.

    Raises:
        ObjectError: The file cannot be read, or holds no surface.
    """
    try:
        content = _opened(path)
        parts = [part for part in _Reader(content=content, name=name).parts()]
    except (FormatError, OSError, ValueError, IndexError) as error:
        raise ObjectError(f"{name} cannot be read: {error}") from None
    if turn is not None:
        matrix = np.eye(4)
        matrix[:3, :3] = turn
        parts = [moved(part, matrix) for part in parts]
    return assemble(name, parts)


def _opened(path: Path) -> GlbContent:
    source = source_of(path)
    if path.suffix == ".gltf":
        document = JsonNode.parse(source.data, path=source.name)
        return GlbContent(document=document, neighbours=source.neighbours)
    return unpack_glb(source.data, name=source.name, neighbours=source.neighbours)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Reader:
    """Walks the scene of one file."""

    content: GlbContent
    name: str

    def parts(self) -> Iterator[Part]:
        """Yield every primitive of every node, in world space."""
        document = self.content.document
        nodes, meshes = document.children("nodes"), document.children("meshes")
        materials = [self._material(node) for node in document.children("materials")]
        pending = [(index, np.eye(4), 0) for index in _roots(document, len(nodes))]
        while pending:
            index, parent, depth = pending.pop()
            if depth > _MAX_DEPTH or index >= len(nodes):
                raise FormatError("its nodes form a cycle or do not exist.")
            node = nodes[index]
            world = parent @ _local_matrix(node)
            pending += [(child, world, depth + 1) for child in _indices(node, "children")]
            if node.has("mesh"):
                for primitive in meshes[node.integer("mesh")].children("primitives"):
                    yield moved(self._part(primitive, materials), world)

    def _part(self, primitive: JsonNode, materials: list[Material]) -> Part:
        """Read one primitive in its own space."""
        if primitive.integer("mode", default=_TRIANGLES) != _TRIANGLES:
            raise FormatError(f"{primitive.path} is not made of triangles.")
        attributes = primitive.child("attributes")
        positions = self._floats(attributes, "POSITION", width=3)
        if positions is None:
            raise FormatError(f"{primitive.path} has no positions.")
        chosen = primitive.integer("material") if primitive.has("material") else -1
        return Part(
            positions=positions,
            triangles=self._triangles(primitive, len(positions)),
            normals=self._floats(attributes, "NORMAL", width=3),
            uvs=self._floats(attributes, "TEXCOORD_0", width=2),
            colors=self._floats(attributes, "COLOR_0", width=3),
            material=materials[chosen] if chosen >= 0 else _plain(),
        )

    def _floats(
        self, attributes: JsonNode, semantic: str, *, width: int
    ) -> Float32[np.ndarray, "n c"] | None:
        if not attributes.has(semantic):
            return None
        values = self.content.accessor(attributes.integer(semantic))
        return np.ascontiguousarray(values[:, :width], np.float32)

    def _triangles(self, primitive: JsonNode, num_vertices: int) -> Int32[np.ndarray, "t 3"]:
        """Read the corners; vertices follow one another where there are no indices."""
        if primitive.has("indices"):
            corners = self.content.accessor(primitive.integer("indices")).reshape(-1)
        else:
            corners = np.arange(num_vertices)
        return corners[: len(corners) // 3 * 3].reshape(-1, 3).astype(np.int32)

    def _material(self, node: JsonNode) -> Material:
        """Read a material; light that it gives off counts as its colour."""
        key = "pbrMetallicRoughness"
        surface = node.child(key) if node.has(key) else JsonNode(path=node.path, fields={})
        tint = surface.numbers("baseColorFactor", default=_WHITE)[:3]
        glow = node.numbers("emissiveFactor", default=(0.0, 0.0, 0.0))
        finish = _finish(surface, material_name=node.text("name", default=""), owner=self.name)
        texture = self._texture(surface)
        own = np.array(tint) if texture is not None else np.maximum(tint, glow)
        return Material(
            base_color=np.clip(own, 0, 1).astype(np.float32),
            texture=texture,
            roughness=finish.roughness,
            metallic=finish.metallic,
        )

    def _texture(self, surface: JsonNode) -> np.ndarray | None:
        if not surface.has("baseColorTexture"):
            return None
        document = self.content.document
        index = surface.child("baseColorTexture").integer("index")
        image = document.item("images", document.item("textures", index).integer("source"))
        if image.has("bufferView"):
            data = self.content.view_bytes(image.integer("bufferView"))
        else:
            data = self.content.file(image.text("uri"), place=image.path)
        if data is None:
            raise FormatError(f"{image.path} is a file that is not there.")
        return limited(decode_image(data, name=image.path))


def _finish(surface: JsonNode, *, material_name: str, owner: str) -> Finish:
    """Believe the file's factors unless they are a converter's or glTF's defaults."""
    guessed = guess_finish(material_name, owner=owner)
    metallic = surface.number("metallicFactor", default=_CONVERTER_METALLIC)
    if abs(metallic - _CONVERTER_METALLIC) < 0.01:
        return guessed
    roughness = surface.number("roughnessFactor", default=guessed.roughness)
    return Finish(roughness=float(np.clip(roughness, 0.05, 1)), metallic=min(metallic, 1.0))


def _plain() -> Material:
    """Return what a primitive without material gets."""
    return Material(base_color=np.full(3, 0.6, np.float32))


def _roots(document: JsonNode, num_nodes: int) -> list[int]:
    """Return the nodes at the top of the scene."""
    scenes = document.children("scenes")
    if scenes:
        chosen = scenes[document.integer("scene", default=0)]
        return _indices(chosen, "nodes")
    inner = {child for node in document.children("nodes") for child in _indices(node, "children")}
    return [index for index in range(num_nodes) if index not in inner]


def _indices(node: JsonNode, key: str) -> list[int]:
    """Return a list of whole numbers; empty where the key is absent."""
    values = node.fields.get(key, [])
    if not isinstance(values, list):
        raise FormatError(f"{node.path}: {key} must be a list.")
    row = JsonNode(
        path=f"{node.path}.{key}",
        fields={str(i): value for i, value in enumerate(cast("list[object]", values))},
    )
    return [row.integer(str(i)) for i in range(len(row.fields))]


def _local_matrix(node: JsonNode) -> Float64[np.ndarray, "4 4"]:
    """Return a node's transform; glTF stores matrices column by column."""
    if node.has("matrix"):
        return np.array(node.numbers("matrix", default=(0.0,) * 16)).reshape(4, 4).T
    matrix = np.eye(4)
    scale = np.array(node.numbers("scale", default=(1.0, 1.0, 1.0)))
    rotation = _rotation(node.numbers("rotation", default=(0.0, 0.0, 0.0, 1.0)))
    matrix[:3, :3] = rotation * scale
    matrix[:3, 3] = node.numbers("translation", default=(0.0, 0.0, 0.0))
    return matrix


def _rotation(xyzw: tuple[float, ...]) -> Float64[np.ndarray, "3 3"]:
    """Return the matrix of a quaternion, which need not have unit length."""
    x, y, z, w = np.array(xyzw) / max(float(np.linalg.norm(xyzw)), 1e-12)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
