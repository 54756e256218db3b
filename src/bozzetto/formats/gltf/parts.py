"""Meshes of a glTF document as parts in the asset's frame.

Letters: v vertices, t triangles, n influences.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Part
from bozzetto.asset.skeleton import Skin
from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.draco import DRACO, DracoMesh, draco_mesh
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.nodes import Nodes, node_from_instances
from bozzetto.formats.gltf.read_materials import SurfaceReader, UvUse
from bozzetto.formats.meshes.cleaning import moved_mesh, unit_directions
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import BoundSkin, Rig
from bozzetto.formats.rigs.influences import noted_skin, reduced_skin
from bozzetto.geometry.join import join_meshes
from bozzetto.geometry.submesh import keep_part_triangles

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_MAX_SETS = 4
_MORPHED = {"POSITION": 3, "NORMAL": 3, "TANGENT": 3}
"""What morph targets move, and the columns of it."""
MAX_INSTANCED_TRIANGLES = 50_000_000
_EXTENSIONS, _VARIANTS = "extensions", "KHR_materials_variants"


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
        users = Counter(self._positions_of(primitive) for primitive in primitives)
        parts: list[Part] = []
        for index, primitive in enumerate(primitives):
            mode = primitive.integer("mode", default=_TRIANGLES)
            if mode not in (_TRIANGLES, _STRIP, _FAN):
                self.notes.warn("gltf.primitive", f"{mesh.path} has points or lines; left out.")
                primitive.account()
                continue
            name = self.nodes.names[node] + (f"_{index}" if len(primitives) > 1 else "")
            weights = self._weights(entry, mesh, primitive)
            part = self._part(node, primitive, name=name, weights=weights)
            if users[self._positions_of(primitive)] > 1:
                part = keep_part_triangles(part, np.arange(part.mesh.num_triangles))
            parts.append(part)
        return parts

    def _positions_of(self, primitive: JsonNode) -> int:
        """Return the accessor of a primitive's positions, by which sharing shows."""
        return primitive.child("attributes").integer("POSITION", default=0)

    def _weights(
        self, node: JsonNode, mesh: JsonNode, primitive: JsonNode
    ) -> tuple[tuple[JsonNode, float], ...]:
        """Return the morph targets that shape a mesh at rest, with their weights; notes them."""
        if primitive.has(_EXTENSIONS):
            primitive.account_extension(_VARIANTS)  # The document's own list names them all.
        targets = primitive.children("targets")
        holder = node if node.has("weights") else mesh
        weights = holder.all_numbers("weights")
        if not targets:
            return ()
        shaped = tuple(pair for pair in zip(targets, weights, strict=False) if pair[1])
        rest = " The shape is the one that their weights at rest make." if shaped else ""
        self.notes.warn("gltf.morphs", f"Morph targets are left out.{rest}")
        for target in targets:
            target.account()
        return shaped

    def _part(
        self,
        node: int,
        primitive: JsonNode,
        *,
        name: str,
        weights: tuple[tuple[JsonNode, float], ...],
    ) -> Part:
        """Read one primitive and move it to its place."""
        surface, use = self.surfaces.surface(primitive)
        arrays = _Arrays.of(self.content, primitive)
        extra = arrays.column_of("COLOR_0", 3)
        if extra is not None and (extra < 1).any():
            self.notes.warn("gltf.vertex_alpha", "Alpha of vertex colours is left out.")
        try:
            mesh = _mesh(arrays.morphed(weights), primitive, use=use)
            place, skin = self._bound(node, arrays, num_vertices=mesh.num_vertices)
            mesh, times = self._standing(mesh, place, self.nodes.entries[node])
            if skin is not None and times > 1:
                skin = Skin(
                    joints=np.tile(skin.joints, (times, 1)),
                    weights=np.tile(skin.weights, (times, 1)),
                )
            return Part(name=name, mesh=mesh, surface=surface, skin=skin)
        except ValueError as error:
            raise FormatError(f"{primitive.path}: {error}") from None

    def _standing(
        self, mesh: Mesh, place: Float64[np.ndarray, "4 4"], node: JsonNode
    ) -> tuple[Mesh, int]:
        """Move a mesh to where it stands, and say how many times that is."""
        instances = node_from_instances(self.content, node)
        if instances is None:
            return moved_mesh(mesh, asset_from_mesh=place), 1
        total = len(instances) * mesh.num_triangles
        if total > MAX_INSTANCED_TRIANGLES:
            raise FormatError(
                f"{node.path} shows {total:,} triangles by {len(instances):,} instances;"
                f" {MAX_INSTANCED_TRIANGLES:,} can be read.",
                advice="Export it again with fewer instances.",
            )
        moved = [moved_mesh(mesh, asset_from_mesh=place @ one) for one in instances]
        return join_meshes(moved).mesh, len(moved)

    def _bound(
        self, node: int, arrays: "_Arrays", *, num_vertices: int
    ) -> tuple[Float64[np.ndarray, "4 4"], Skin | None]:
        """Return where a mesh stands at rest, and what bends it."""
        entry = self.nodes.entries[node]
        if self.rig is None:
            return self.scene_from_node[node], None
        if entry.has("skin") and arrays.attributes.has("JOINTS_0"):
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
    """The vertex attributes and corners of a primitive; each is read when it is asked for."""

    path: str
    content: GlbContent
    attributes: JsonNode
    packed: DracoMesh | None
    corners: Int64[np.ndarray, " n"] | None
    changed: dict[str, Shaped[np.ndarray, "v c"]] = field(
        default_factory=dict[str, Shaped[np.ndarray, "v c"]]
    )
    """Attributes that are not as the file has them."""

    @staticmethod
    def of(content: GlbContent, primitive: JsonNode) -> "_Arrays":
        """Look into a primitive."""
        attributes = primitive.child("attributes")
        extension = primitive.extension(DRACO)
        packed = None if extension is None else draco_mesh(content, extension, attributes)
        corners = None if packed is None else packed.corners
        if corners is None and primitive.has("indices"):
            table = content.accessor(primitive.integer("indices"))
            if table.dtype.kind != "u" or table.shape[1] != 1:
                raise FormatError(f"{primitive.path} has indices of the wrong type.")
            corners = table[:, 0].astype(np.int64)
        if not attributes.has("POSITION"):
            raise FormatError(f"{primitive.path} has no positions.")
        return _Arrays(
            path=primitive.path,
            content=content,
            attributes=attributes,
            packed=packed,
            corners=corners,
        )

    def values(self, name: str) -> Shaped[np.ndarray, "v c"] | None:
        """Return an attribute as the file has it, or None where it is absent."""
        if name in self.changed:
            return self.changed[name]
        if not self.attributes.has(name):
            return None
        found = None if self.packed is None else self.packed.attribute(name)
        return self.content.accessor(self.attributes.integer(name)) if found is None else found

    def morphed(self, weights: tuple[tuple[JsonNode, float], ...]) -> "_Arrays":
        """Return the arrays with morph targets applied, each as much as its weight says."""
        changed: dict[str, Shaped[np.ndarray, "v c"]] = {}
        for name, width in _MORPHED.items():
            moves = [(t, w) for t, w in weights if t.has(name)]
            values = self.values(name) if moves else None
            if values is None:
                continue
            result = values.astype(np.float64)
            for target, weight in moves:
                delta = self.content.accessor(target.integer(name))[:, :width]
                if len(delta) != len(result):
                    raise FormatError(f"{target.path}: {name} needs {len(result)} rows.")
                result[:, :width] += weight * delta.astype(np.float64)
            changed[name] = result.astype(np.float32)
        return replace(self, changed=changed)

    def floats(self, name: str, width: int) -> Float32[np.ndarray, "v c"] | None:
        """Return an attribute as float32, or None where it is absent."""
        values = self.values(name)
        if values is None:
            return None
        if values.shape[1] < width:
            raise FormatError(f"{self.path}: {name} has the wrong type.")
        return np.ascontiguousarray(values[:, :width], np.float32)

    def column_of(self, name: str, column: int) -> Float32[np.ndarray, " v"] | None:
        """Return one column of an attribute, or None where it is absent."""
        values = self.values(name)
        if values is None or values.shape[1] <= column:
            return None
        return values[:, column].astype(np.float32)

    def influences(self) -> tuple[Int64[np.ndarray, "v n"], Float32[np.ndarray, "v n"]]:
        """Return joints and weights of all sets side by side."""
        names = [(f"JOINTS_{i}", f"WEIGHTS_{i}") for i in range(_MAX_SETS)]
        pairs = [(self.values(a), self.values(b)) for a, b in names]
        sets = [(a, b) for a, b in pairs if a is not None and b is not None]
        if not sets:
            raise FormatError(f"{self.path} has joints without weights.")
        joints = np.concatenate([a for a, _ in sets], axis=1)
        weights = np.concatenate([b for _, b in sets], axis=1)
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
    normals = arrays.floats("NORMAL", 3)
    tangents = None if normals is None else arrays.floats("TANGENT", 4)
    mesh = Mesh(
        positions=positions,
        triangles=_triangles(arrays, primitive, num_vertices=len(positions)),
        normals=normals,
        uvs=None if uvs is None else use.applied(uvs),
        tangents=tangents,
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
