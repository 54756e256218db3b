"""Meshes of a glTF document as parts in the asset's frame.

Letters: v vertices, t triangles, n influences.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Part
from bozzetto.asset.skeleton import Skin
from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.draco import DRACO, draco_attributes
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.materials import SurfaceReader, UvUse
from bozzetto.formats.gltf.nodes import Nodes
from bozzetto.formats.meshes.cleaning import moved_mesh, unit_directions, without_unused
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import BoundSkin, Rig
from bozzetto.formats.rigs.influences import noted_skin, reduced_skin

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_MAX_SETS = 4
_KNOWN = ("POSITION", "NORMAL", "TANGENT", "COLOR_0", "_CONFIDENCE", "_ORIGIN")


@dataclass(frozen=True, kw_only=True, eq=False)
class PartReader:
    """What is needed to read meshes; lives only inside one read."""

    content: GlbContent
    nodes: Nodes
    rig: Rig | None
    scene_from_node: Float64[np.ndarray, "n 4 4"]
    surfaces: SurfaceReader
    notes: Notes

    def parts_of(self, node: int) -> list[Part]:
        """Read the mesh of a node; one part for each of its materials."""
        entry = self.nodes.entries[node]
        mesh = self.content.document.item("meshes", entry.integer("mesh"))
        primitives = mesh.children("primitives")
        shared = [p.child("attributes").integer("POSITION", default=0) for p in primitives]
        parts: list[Part] = []
        for index, primitive in enumerate(primitives):
            mode = primitive.integer("mode", default=_TRIANGLES)
            if mode not in (_TRIANGLES, _STRIP, _FAN):
                self.notes.warn("gltf.primitive", f"{mesh.path} has points or lines; left out.")
                continue
            name = self.nodes.names[node] + (f"_{index}" if len(primitives) > 1 else "")
            part = self._part(node, primitive, name=name)
            parts.append(_compact(part) if shared.count(shared[index]) > 1 else part)
        return parts

    def _part(self, node: int, primitive: JsonNode, *, name: str) -> Part:
        """Read one primitive and move it to its place."""
        surface, use = self.surfaces.surface(primitive)
        arrays = _Arrays.of(self.content, primitive)
        if primitive.has("targets"):
            self.notes.warn("gltf.morphs", "Morph targets are left out.")
        extra = arrays.column_of("COLOR_0", 3)
        if extra is not None and (extra < 1).any():
            self.notes.warn("gltf.vertex_alpha", "Alpha of vertex colours is left out.")
        try:
            mesh = _mesh(arrays, primitive, use=use)
            place, skin = self._bound(node, arrays, num_vertices=mesh.num_vertices)
            mesh = moved_mesh(mesh, asset_from_mesh=place)
            return Part(name=name, mesh=mesh, surface=surface, skin=skin)
        except ValueError as error:
            raise FormatError(f"{primitive.path}: {error}") from None

    def _bound(
        self, node: int, arrays: "_Arrays", *, num_vertices: int
    ) -> tuple[Float64[np.ndarray, "4 4"], Skin | None]:
        """Return where a mesh stands at rest, and what bends it."""
        entry = self.nodes.entries[node]
        if self.rig is None:
            return self.scene_from_node[node], None
        if entry.has("skin") and "JOINTS_0" in arrays.values:
            index = entry.integer("skin")
            if index >= len(self.rig.skins):
                raise FormatError(f"{entry.path} names a skin that does not exist.")
            bound = self.rig.skins[index]
            return bound.asset_from_mesh, self._skin(arrays, bound)
        carried = self.rig.carried(node, num_vertices=num_vertices)
        return (self.scene_from_node[node], None) if carried is None else carried

    def _skin(self, arrays: "_Arrays", bound: BoundSkin) -> Skin:
        """Read joints and weights, of which there may be several sets."""
        joints, weights = arrays.influences()
        if joints.max(initial=0) >= len(bound.joints):
            raise FormatError(f"{arrays.path} names a joint that its skin does not have.")
        mapped = np.array(bound.joints, np.int64)[joints]
        return noted_skin(reduced_skin(mapped, weights, fallback=bound.joints[0]), notes=self.notes)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Arrays:
    """The vertex attributes and corners of a primitive, decompressed."""

    path: str
    values: dict[str, Shaped[np.ndarray, "v c"]]
    corners: Int64[np.ndarray, " n"] | None

    @staticmethod
    def of(content: GlbContent, primitive: JsonNode) -> "_Arrays":
        """Read all attributes that we know."""
        node = primitive.child("attributes")
        packed = primitive.extension(DRACO)
        values: dict[str, Shaped[np.ndarray, "v c"]] = {}
        corners = None
        if packed is not None:
            values, corners = draco_attributes(content, packed, node)
        for name in node.fields:
            if name not in values and name.startswith((*_KNOWN, "TEXCOORD", "JOINTS", "WEIGHTS")):
                values[name] = content.accessor(node.integer(name))
        if corners is None and primitive.has("indices"):
            table = content.accessor(primitive.integer("indices"))
            if table.dtype.kind != "u" or table.shape[1] != 1:
                raise FormatError(f"{primitive.path} has indices of the wrong type.")
            corners = table[:, 0].astype(np.int64)
        if "POSITION" not in values:
            raise FormatError(f"{primitive.path} has no positions.")
        return _Arrays(path=primitive.path, values=values, corners=corners)

    def floats(self, name: str, width: int) -> Float32[np.ndarray, "v c"] | None:
        """Return an attribute as float32, or None where it is absent."""
        values = self.values.get(name)
        if values is None:
            return None
        if values.shape[1] < width:
            raise FormatError(f"{self.path}: {name} has the wrong type.")
        return np.ascontiguousarray(values[:, :width], np.float32)

    def column_of(self, name: str, column: int) -> Float32[np.ndarray, " v"] | None:
        """Return one column of an attribute, or None where it is absent."""
        values = self.values.get(name)
        if values is None or values.shape[1] <= column:
            return None
        return values[:, column].astype(np.float32)

    def influences(self) -> tuple[Int64[np.ndarray, "v n"], Float32[np.ndarray, "v n"]]:
        """Return joints and weights of all sets side by side."""
        sets = [i for i in range(_MAX_SETS) if {f"JOINTS_{i}", f"WEIGHTS_{i}"} <= set(self.values)]
        if not sets:
            raise FormatError(f"{self.path} has joints without weights.")
        joints = np.concatenate([self.values[f"JOINTS_{i}"] for i in sets], axis=1)
        weights = np.concatenate([self.values[f"WEIGHTS_{i}"] for i in sets], axis=1)
        if joints.shape != weights.shape:
            raise FormatError(f"{self.path} has joints and weights that do not fit together.")
        return joints.astype(np.int64), weights.astype(np.float32)


def _mesh(arrays: _Arrays, primitive: JsonNode, *, use: UvUse) -> Mesh:
    """Build a mesh in its own coordinates; directions come back with unit length."""
    positions = arrays.floats("POSITION", 3)
    if positions is None:
        raise FormatError(f"{primitive.path} has no positions.")
    uvs = arrays.floats(f"TEXCOORD_{use.channel}", 2)
    colors = arrays.floats("COLOR_0", 3)
    origin = arrays.column_of("_ORIGIN", 0)
    normals, tangents = arrays.floats("NORMAL", 3), arrays.floats("TANGENT", 4)
    mesh = Mesh(
        positions=positions,
        triangles=_triangles(arrays, primitive, num_vertices=len(positions)),
        normals=normals,
        uvs=None if uvs is None else use.applied(uvs),
        tangents=None if normals is None else tangents,
        colors=None if colors is None else np.clip(colors, 0, 1),
        confidence=arrays.column_of("_CONFIDENCE", 0),
        origin=None if origin is None else origin.astype(np.uint8),
    )
    return unit_directions(mesh)


def _triangles(
    arrays: _Arrays, primitive: JsonNode, *, num_vertices: int
) -> Int32[np.ndarray, "t 3"]:
    """Return the triangles; strips and fans are cut up."""
    corners = np.arange(num_vertices) if arrays.corners is None else arrays.corners
    if corners.max(initial=0) >= num_vertices:
        raise FormatError(f"{primitive.path} names a vertex that does not exist.")
    mode = primitive.integer("mode", default=_TRIANGLES)
    if mode == _STRIP:
        table = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
        table[1::2] = table[1::2][:, [1, 0, 2]]
    elif mode == _FAN:
        first = np.full(len(corners) - 2, corners[0])
        table = np.stack([corners[1:-1], corners[2:], first], axis=1)
    elif corners.size % 3:
        raise FormatError(f"{primitive.path} ends inside a triangle.")
    else:
        table = corners.reshape(-1, 3)
    return table.astype(np.int32)


def _compact(part: Part) -> Part:
    """Drop the vertices that only other primitives use."""
    mesh, kept = without_unused(part.mesh)
    if part.skin is None:
        return replace(part, mesh=mesh)
    skin = Skin(joints=part.skin.joints[kept], weights=part.skin.weights[kept])
    return replace(part, mesh=mesh, skin=skin)
