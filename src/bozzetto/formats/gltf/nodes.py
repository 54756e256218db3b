"""The tree of nodes of a glTF document and its transforms.

Matrices act on columns and are named `target_from_source`. Letters: n nodes, k frames.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32

from bozzetto.asset.poses import matrices_from_quaternions, matrices_of
from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.meshes.far_origin import Offset, shifted
from bozzetto.formats.names import unique_names

_IDENTITY = tuple(float(v) for v in np.eye(4).ravel())


@dataclass(frozen=True, kw_only=True, eq=False)
class Nodes:
    """All nodes of a document, whether a scene shows them or not."""

    entries: tuple[JsonNode, ...]
    names: tuple[str, ...]
    """Unique."""
    parents: Int32[np.ndarray, " n"]
    """-1 for roots."""
    order: tuple[int, ...]
    """Parents before their children."""
    shown: frozenset[int]
    """Those of the scene that are visible."""
    hidden: frozenset[int]
    """Those of the scene that are switched off (KHR_node_visibility), with all below them."""
    translations: Float64[np.ndarray, "n 3"]
    rotations: Float64[np.ndarray, "n 4"]
    """Quaternions x y z w."""
    scales: Float64[np.ndarray, "n 3"]
    matrices: dict[int, Float64[np.ndarray, "4 4"]]
    """Of the nodes that have a matrix instead of the three above."""
    offset: Offset
    """Subtracted from all coordinates."""

    @property
    def scene_from_node(self) -> Float64[np.ndarray, "n 4 4"]:
        """Where each node stands, before any animation."""
        local = self.locals_of(self.translations[None], self.rotations[None], self.scales[None])
        return self.scene_from_locals(local)[0]

    def locals_of(
        self,
        translations: Float64[np.ndarray, "k n 3"],
        rotations: Float64[np.ndarray, "k n 4"],
        scales: Float64[np.ndarray, "k n 3"],
    ) -> Float64[np.ndarray, "k n 4 4"]:
        """Return `parent_from_node` of each node in each frame."""
        turned = matrices_from_quaternions(rotations) * scales[..., None, :]
        local = matrices_of(turned, translations)
        for index, matrix in self.matrices.items():
            local[:, index] = matrix
        return local

    def scene_from_locals(
        self, local: Float64[np.ndarray, "k n 4 4"]
    ) -> Float64[np.ndarray, "k n 4 4"]:
        """Multiply down the tree."""
        world = local.copy()
        for index in self.order:
            parent = self.parents[index]
            above = shifted(-self.offset) if parent < 0 else world[:, parent]
            world[:, index] = above @ local[:, index]
        return world


def read_nodes(document: JsonNode, *, offset: Offset) -> Nodes:
    """Read the tree, all coordinates less an offset.

    Raises:
        FormatError: A node has two parents, stands below itself, or is not there.
    """
    entries = document.children("nodes")
    parents = _parents(entries)
    order = _order(parents, path=document.path)
    names = unique_names(entry.label() or f"node_{index}" for index, entry in enumerate(entries))
    columns = {
        index: np.array(entry.numbers("matrix", default=_IDENTITY)).reshape(4, 4).T
        for index, entry in enumerate(entries)
        if entry.has("matrix")
    }
    scene = _scene(document, parents, order)
    hidden = _below(frozenset(i for i in scene if not _is_visible(entries[i])), parents, order)
    return Nodes(
        entries=entries,
        names=names,
        parents=parents,
        order=order,
        shown=scene - hidden,
        hidden=hidden & scene,
        translations=_table(entries, "translation", (0.0, 0.0, 0.0)),
        rotations=_quaternions(entries),
        scales=_table(entries, "scale", (1.0, 1.0, 1.0)),
        matrices=columns,
        offset=offset,
    )


def _table(
    entries: tuple[JsonNode, ...], key: str, default: tuple[float, ...]
) -> Float64[np.ndarray, "n c"]:
    """Read one property of all nodes."""
    rows = [entry.numbers(key, default=default) for entry in entries]
    return np.array(rows, np.float64).reshape(len(entries), len(default))


def _quaternions(entries: tuple[JsonNode, ...]) -> Float64[np.ndarray, "n 4"]:
    """Read the rotations; quaternions of length 0 turn nothing."""
    table = _table(entries, "rotation", (0.0, 0.0, 0.0, 1.0))
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.where(lengths > 1e-6, table, (0.0, 0.0, 0.0, 1.0))


def _parents(entries: tuple[JsonNode, ...]) -> Int32[np.ndarray, " n"]:
    """Return each node's parent."""
    parents = np.full(len(entries), -1, np.int32)
    for index, entry in enumerate(entries):
        for child in entry.integers("children"):
            if child >= len(entries) or parents[child] >= 0:
                raise FormatError(f"{entry.path}: node {child} is missing or has two parents.")
            parents[child] = index
    return parents


def _order(parents: Int32[np.ndarray, " n"], *, path: str) -> tuple[int, ...]:
    """Sort nodes by depth."""
    children: dict[int, list[int]] = {index: [] for index in range(len(parents))}
    for index, parent in enumerate(parents.tolist()):
        if parent >= 0:
            children[parent].append(index)
    order = [index for index, parent in enumerate(parents.tolist()) if parent < 0]
    for index in order:  # Grows while it is read.
        order.extend(children[index])
    if len(order) != len(parents):
        raise FormatError(f"{path}: the nodes form a circle.")
    return tuple(order)


def _is_visible(entry: JsonNode) -> bool:
    """Tell whether a node is switched on (KHR_node_visibility)."""
    visibility = entry.extension("KHR_node_visibility")
    return visibility is None or not visibility.has("visible") or visibility.flag("visible")


def _scene(
    document: JsonNode, parents: Int32[np.ndarray, " n"], order: tuple[int, ...]
) -> frozenset[int]:
    """Return the nodes of the default scene; all of them where there is no scene."""
    if not document.children("scenes"):
        return frozenset(order)
    scene = document.item("scenes", document.integer("scene", default=0))
    return _below(frozenset(scene.integers("nodes")) & set(order), parents, order)


def _below(
    roots: frozenset[int], parents: Int32[np.ndarray, " n"], order: tuple[int, ...]
) -> frozenset[int]:
    """Return nodes and all that stand below them."""
    found = set(roots)
    for index in order:
        if int(parents[index]) in found:
            found.add(index)
    return frozenset(found)


INSTANCING = "EXT_mesh_gpu_instancing"
_INSTANCE_PARTS = (("TRANSLATION", 3, 0.0), ("ROTATION", 4, 0.0), ("SCALE", 3, 1.0))


def node_from_instances(content: GlbContent, node: JsonNode) -> Float64[np.ndarray, "k 4 4"] | None:
    """Return where a node's mesh stands, several times over; None where it stands once.

    Raises:
        FormatError: The lists are of different length, or hold what is not finite.
    """
    extension = node.extension(INSTANCING)
    if extension is None:
        return None
    attributes = extension.child("attributes")
    tables: dict[str, Float64[np.ndarray, "k c"]] = {}
    for name, width, _ in _INSTANCE_PARTS:
        if attributes.has(name):
            values = content.accessor(attributes.integer(name)).astype(np.float64)
            if values.shape[1] != width or not np.isfinite(values).all():
                raise FormatError(f"{attributes.path}: {name} needs rows of {width} numbers.")
            tables[name] = values
    counts = {len(values) for values in tables.values()}
    if len(counts) != 1:
        raise FormatError(f"{attributes.path} needs lists of one length, got {sorted(counts)}.")
    (count,) = counts
    shift, turn, scale = (
        tables.get(name, np.full((count, width), fill)) for name, width, fill in _INSTANCE_PARTS
    )
    turn = np.where(np.linalg.norm(turn, axis=1, keepdims=True) > 1e-6, turn, (0.0, 0.0, 0.0, 1.0))
    return matrices_of(matrices_from_quaternions(turn) * scale[:, None, :], shift)
