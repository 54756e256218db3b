"""Read binary FBX 7 of any maker: meshes, materials, skeletons, skins and clips.

Letters: n nodes, j joints, v vertices.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64

from bozzetto.asset.model import Model, Part
from bozzetto.asset.skeleton import Skin
from bozzetto.errors import FormatError
from bozzetto.formats.base import Reading, Source
from bozzetto.formats.fbx.nodes import FbxNode, decode_fbx
from bozzetto.formats.fbx.read_clips import moved_nodes, read_clips
from bozzetto.formats.fbx.read_materials import FbxSurfaces
from bozzetto.formats.fbx.read_meshes import FbxPiece, read_pieces
from bozzetto.formats.fbx.scene import FbxObject, Scene, geometric_matrix, rest_matrix, scene_of
from bozzetto.formats.meshes.cleaning import moved_mesh
from bozzetto.formats.meshes.far_origin import Offset, read_near_origin, shifted
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import NodeSkin, Rig, Tree, build_rig
from bozzetto.formats.rigs.influences import noted_skin, reduced_skin

_LIMBS = ("LimbNode", "Limb")


def read_fbx(source: Source) -> Reading:
    """Decode a file of version 7.

    Raises:
        FormatError: It is text, older, damaged, or holds no triangles.
    """
    root = decode_fbx(source.data, name=source.name)
    return read_near_origin(lambda offset: _read(source, root, offset), subject=source.name)


def _read(source: Source, root: FbxNode, offset: Offset) -> Reading:
    """Make a model of a decoded file, all coordinates less an offset."""
    notes = Notes(subject=source.name)
    scene = replace(scene_of(root, name=source.name, notes=notes), offset=offset)
    models = scene.all("Model")
    tree = _tree(scene, models)
    index = {made.number: i for i, made in enumerate(models)}
    skins = _skins(scene, index)
    moved = {index[number] for number in moved_nodes(scene) if number in index}
    if skins:
        moved |= {i for i, made in enumerate(models) if made.subtype in _LIMBS}
    rig = build_rig(
        tree, [skin.bound for skin in skins.values()], moved=frozenset(moved), notes=notes
    )
    reader = _Parts(
        scene=scene,
        tree=tree,
        rig=rig,
        skins=skins,
        surfaces=FbxSurfaces(scene=scene, neighbours=source.neighbours, notes=notes),
        notes=notes,
    )
    parts = [part for i, made in enumerate(models) for part in reader.of(made, i)]
    if not parts:
        raise FormatError(f"{source.name} shows no triangles.")
    clips = () if rig is None else read_clips(scene, rig, models=models, notes=notes)
    model = Model(
        name=_title(scene) or source.name.rpartition(".")[0] or source.name,
        parts=tuple(parts),
        skeleton=None if rig is None else rig.skeleton,
        clips=clips,
        metadata=_metadata(scene),
    )
    return Reading(model=model, findings=notes.findings)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Skinning:
    """The weights of a geometry's points."""

    place: int
    """Among the scene's skins."""
    bound: NodeSkin
    rows: tuple[Int64[np.ndarray, "..."], ...]
    """Points that each joint moves."""
    weights: tuple[Float64[np.ndarray, "..."], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Parts:
    """What is needed to read meshes; lives only inside one read."""

    scene: Scene
    tree: Tree
    rig: Rig | None
    skins: dict[int, _Skinning]
    """By the geometry's id."""
    surfaces: FbxSurfaces
    notes: Notes

    def of(self, made: FbxObject, node: int) -> list[Part]:
        """Read the meshes of a node; one part for each material."""
        parts: list[Part] = []
        for geometry in self.scene.children(made.number, "Geometry", "Mesh"):
            pieces = read_pieces(geometry, place=f"{self.scene.name}: {made.name}")
            materials = self.scene.children(made.number, "Material")
            for order, piece in enumerate(pieces):
                name = self.tree.names[node] + (f"_{order}" if len(pieces) > 1 else "")
                used = materials[piece.material] if piece.material < len(materials) else None
                place, skin = self._bound(geometry, piece, made, node=node)
                place = place @ shifted(piece.offset)
                mesh = moved_mesh(piece.mesh, asset_from_mesh=place)
                parts.append(
                    Part(name=name, mesh=mesh, surface=self.surfaces.surface(used), skin=skin)
                )
        return parts

    def _bound(
        self, geometry: FbxObject, piece: FbxPiece, made: FbxObject, *, node: int
    ) -> tuple[Float64[np.ndarray, "4 4"], Skin | None]:
        """Return where a mesh stands at rest, and what bends it."""
        inner = geometric_matrix(made)
        skinning = self.skins.get(geometry.number)
        if self.rig is None:
            return self.tree.asset_from_node[node] @ inner, None
        if skinning is None:
            carried = self.rig.carried(node, num_vertices=piece.mesh.num_vertices)
            if carried is None:
                return self.tree.asset_from_node[node] @ inner, None
            return carried[0] @ inner, carried[1]
        bound = self.rig.skins[skinning.place]
        skin = _skin(skinning, bound.joints, points=piece.points, notes=self.notes)
        return bound.asset_from_mesh, skin


def _tree(scene: Scene, models: list[FbxObject]) -> Tree:
    """Read the nodes' tree and where they stand."""
    index = {made.number: i for i, made in enumerate(models)}
    parents = np.full(len(models), -1, np.int32)
    for i, made in enumerate(models):
        above = scene.parents(made.number, "Model")
        if above and above[0].number != made.number:
            parents[i] = index[above[0].number]
    order = [i for i, parent in enumerate(parents) if parent < 0]
    below = [list[int]() for _ in models]
    for i, parent in enumerate(parents):
        if parent >= 0:
            below[parent].append(i)
    for i in order:  # Grows while it is read.
        order.extend(below[i])
    if len(order) != len(models):
        raise FormatError(f"{scene.name}: the nodes form a circle.")
    world = np.zeros((len(models), 4, 4))
    for i in order:
        above_matrix = scene.asset_from_file if parents[i] < 0 else world[parents[i]]
        world[i] = above_matrix @ rest_matrix(models[i])
    names = unique_names(made.name or f"node_{i}" for i, made in enumerate(models))
    return Tree(names=names, parents=parents, order=tuple(order), asset_from_node=world)


def _skins(scene: Scene, index: dict[int, int]) -> dict[int, _Skinning]:
    """Read the skins of all geometries."""
    found: dict[int, _Skinning] = {}
    for geometry in scene.all("Geometry"):
        clusters = [
            (cluster, bones[0])
            for skin in scene.children(geometry.number, "Deformer", "Skin")
            for cluster in scene.children(skin.number, "Deformer", "Cluster")
            if (bones := scene.children(cluster.number, "Model"))
        ]
        if clusters:
            found[geometry.number] = _skinning(scene, clusters, index, place=len(found))
    return found


def _skinning(
    scene: Scene, clusters: list[tuple[FbxObject, FbxObject]], index: dict[int, int], *, place: int
) -> _Skinning:
    """Read the clusters of one skin; a joint named twice counts once per cluster."""
    seen: dict[int, FbxObject] = {}
    for cluster, bone in clusters:
        seen.setdefault(index[bone.number], cluster)
    inverse = np.stack([_matrix(cluster.node, "Transform") for cluster in seen.values()])
    first = next(iter(seen.values()))
    bind = scene.asset_from_file @ _matrix(first.node, "TransformLink") @ inverse[0]
    tables = [_weights(cluster.node) for cluster in seen.values()]
    return _Skinning(
        place=place,
        bound=NodeSkin(
            place=scene.name, nodes=tuple(seen), inverse_binds=inverse, asset_from_mesh=bind
        ),
        rows=tuple(rows for rows, _ in tables),
        weights=tuple(weights for _, weights in tables),
    )


def _weights(cluster: FbxNode) -> tuple[Int64[np.ndarray, " m"], Float64[np.ndarray, " m"]]:
    """Return the points that a cluster moves, and how much."""
    rows, weights = cluster.array("Indexes"), cluster.array("Weights")
    if rows is None or weights is None or len(rows) != len(weights):
        return np.zeros(0, np.int64), np.zeros(0, np.float64)
    return rows.astype(np.int64), weights.astype(np.float64)


def _matrix(cluster: FbxNode, key: str) -> Float64[np.ndarray, "4 4"]:
    """Return a matrix, which FBX stores column by column."""
    values = cluster.array(key)
    if values is None or len(values) != 16 or not np.isfinite(values).all():
        return np.eye(4)
    return values.astype(np.float64).reshape(4, 4).T


def _skin(
    skinning: _Skinning, joints: tuple[int, ...], *, points: Int64[np.ndarray, " v"], notes: Notes
) -> Skin:
    """Gather the weights of a mesh's vertices, as many as any of them has."""
    count = int(points.max()) + 1
    rows = [r[(r >= 0) & (r < count)] for r in skinning.rows]
    pairs = zip(skinning.rows, skinning.weights, strict=True)
    weights = [w[(r >= 0) & (r < count)] for r, w in pairs]
    at = np.concatenate(rows)
    joint = np.repeat(np.array(joints, np.int64), [len(r) for r in rows])
    weight = np.concatenate(weights)
    order = np.argsort(at, kind="stable")
    at, joint, weight = at[order], joint[order], weight[order]
    begin = np.searchsorted(at, np.arange(count))
    slot = np.arange(len(at)) - begin[at]
    width = int(slot.max(initial=0)) + 1
    table = np.zeros((count, width), np.int64)
    amount = np.zeros((count, width))
    table[at, slot], amount[at, slot] = joint, weight
    return noted_skin(reduced_skin(table[points], amount[points], fallback=joints[0]), notes=notes)


def _about(scene: Scene) -> FbxNode | None:
    """Return the record in which a file describes itself."""
    record: FbxNode | None = scene.root
    for name in ("FBXHeaderExtension", "SceneInfo", "MetaData"):
        record = None if record is None else record.find(name)
    return record


def _title(scene: Scene) -> str:
    """Return the name that a file gives itself; empty where it has none."""
    about = _about(scene)
    return "" if about is None else about.child_text("Title")


def _metadata(scene: Scene) -> tuple[tuple[str, str], ...]:
    """Return the texts that our writer put into the comment."""
    about = _about(scene)
    lines = "" if about is None else about.child_text("Comment")
    pairs = (line.partition("=") for line in lines.splitlines())
    return tuple((key, value) for key, mark, value in pairs if mark and ":" in key)
