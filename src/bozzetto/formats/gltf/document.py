"""A model as a glTF 2.0 document and its buffer, and any such document as a model.

Frames and units are glTF's own: nothing is converted. Written skinned meshes stand at the scene's
root and joints below one armature node, as the validator wants. Read are all parts, materials,
skins and clips of the scene. Letters: v vertices, j joints.
"""

from collections.abc import Mapping
from importlib.metadata import version
from types import MappingProxyType

import numpy as np
from jaxtyping import Float32, Float64, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part
from bozzetto.asset.poses import quaternions_from_matrices
from bozzetto.asset.skeleton import Skeleton, Skin
from bozzetto.errors import FormatError
from bozzetto.findings import Severity
from bozzetto.formats.base import Reading
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.gltf.animations import animation, read_clips
from bozzetto.formats.gltf.container import BinaryWriter, GlbContent, Json
from bozzetto.formats.gltf.contents import RULES, meet_document
from bozzetto.formats.gltf.draco import DRACO
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.materials import (
    PICTURE_EXTENSIONS,
    Textures,
    extensions_of,
    material_json,
)
from bozzetto.formats.gltf.nodes import INSTANCING, Nodes, read_nodes
from bozzetto.formats.gltf.parts import PartReader
from bozzetto.formats.gltf.read_materials import SurfaceReader
from bozzetto.formats.gltf.skins import read_rig
from bozzetto.formats.inventory import Inventory
from bozzetto.formats.meshes.far_origin import Offset, read_near_origin
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import Tree

NOTHING_BESIDE: Mapping[int, str] = MappingProxyType({})
_MAX_SHORT_VERTICES = 65535
"""Index 65535 restarts primitives, so 16-bit indices reach one vertex less."""
XMP = "KHR_xmp_json_ld"
XMP_CONTEXT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "bozzetto": "https://pypi.org/project/bozzetto/",
}
_MEANINGLESS = ("", "Scene", "Root Scene", "AuxScene")
"""Names of scenes that exporters give unasked."""
MAX_PARTS = 20_000
_VARIANTS = "KHR_materials_variants"
_READABLE = {
    DRACO,
    INSTANCING,
    "EXT_meshopt_compression",
    "EXT_texture_webp",
    "KHR_materials_unlit",
    "KHR_meshopt_compression",
    "KHR_mesh_quantization",
    "KHR_node_visibility",
    "KHR_texture_basisu",
    "KHR_texture_transform",
    "KHR_materials_pbrSpecularGlossiness",
    _VARIANTS,
}


def gltf_document(
    model: Model,
    *,
    writer: BinaryWriter,
    uris: Mapping[int, str] = NOTHING_BESIDE,
    required: tuple[str, ...] = (),
) -> Json:
    """Append a model's arrays and pictures to the buffer and describe them.

    Args:
        model: Checked before.
        writer: Collects the buffer.
        uris: Files of pictures by the pictures' `id`; the others go into the buffer.
        required: Extensions that the writer uses.
    """
    surfaces = surfaces_of(model)
    materials = {id(surface): index for index, surface in enumerate(surfaces)}
    meshes = [
        {
            "name": part.name,
            "primitives": [_primitive(part, writer, material=materials[id(part.surface)])],
        }
        for part in model.parts
    ]
    textures = Textures.of(model)
    nodes = [_node(index, part) for index, part in enumerate(model.parts)]
    scene: Json = {"name": model.name, "nodes": list(range(len(nodes)))}
    about: Json = {"version": "2.0", "generator": f"bozzetto {version('bozzetto')}"}
    document: Json = {
        "asset": about,
        "scene": 0,
        "scenes": [scene],
        "nodes": nodes,
        "meshes": meshes,
        "materials": [material_json(surface, textures) for surface in surfaces],
    }
    document |= textures.described(writer, uris=uris)
    if model.skeleton is not None:
        armature = len(nodes)
        scene["nodes"] = list(range(armature + 1))
        joints, document["skins"] = _skeleton(model.skeleton, writer, armature=armature)
        nodes.extend(joints)
        if model.clips:
            document["animations"] = [
                animation(clip, model.skeleton, writer, first_joint=armature + 1)
                for clip in model.clips
            ]
    if model.metadata:
        about["extensions"] = {XMP: {"packet": 0}}
    return document | _extensions(model, required=required)


def compact_indices(mesh: Mesh) -> Shaped[np.ndarray, " n"]:
    """Return the corners in the smallest type that fits."""
    short = mesh.num_vertices <= _MAX_SHORT_VERTICES
    return mesh.triangles.reshape(-1).astype("<u2" if short else "<u4")


def _node(index: int, part: Part) -> Json:
    """Describe the node of a part."""
    node: Json = {"name": part.name, "mesh": index}
    return node if part.skin is None else {**node, "skin": 0}


def _primitive(part: Part, writer: BinaryWriter, *, material: int) -> Json:
    """Append a mesh to the buffer and describe it."""
    mesh = part.mesh
    positions = writer.add_attribute(mesh.positions, semantic="POSITION", with_bounds=True)
    attributes = {"POSITION": positions}
    optional = (
        ("NORMAL", mesh.normals),
        ("TANGENT", mesh.tangents),
        ("TEXCOORD_0", mesh.uvs),
        ("COLOR_0", mesh.colors),
        ("_CONFIDENCE", mesh.confidence),
        ("_ORIGIN", mesh.origin),
    )
    for semantic, values in optional:
        if values is not None:
            attributes[semantic] = writer.add_attribute(values, semantic=semantic)
    if part.skin is not None:
        attributes["JOINTS_0"] = writer.add_attribute(
            compact_joints(part.skin), semantic="JOINTS_0"
        )
        attributes["WEIGHTS_0"] = writer.add_attribute(
            exact_weights(part.skin), semantic="WEIGHTS_0"
        )
    indices = writer.add_indices(compact_indices(mesh))
    return {"attributes": attributes, "indices": indices, "material": material, "mode": 4}


def compact_joints(skin: Skin) -> Shaped[np.ndarray, "v 4"]:
    """Return the joints in the smallest type that fits."""
    return skin.joints.astype("u1" if skin.joints.max(initial=0) < 256 else "<u2")


def exact_weights(skin: Skin) -> Float32[np.ndarray, "v 4"]:
    """Return weights whose sums are 1 up to rounding, as the validator asks."""
    weights = skin.weights.astype(np.float64)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _skeleton(
    skeleton: Skeleton, writer: BinaryWriter, *, armature: int
) -> tuple[list[Json], list[Json]]:
    """Describe the joints as nodes below an armature, and the skin."""
    first = armature + 1
    children: dict[int, list[int]] = {joint: [] for joint in range(skeleton.num_joints)}
    roots = list[int]()
    for joint, parent in enumerate(skeleton.parents.tolist()):
        (roots if parent < 0 else children[parent]).append(first + joint)
    local = skeleton.parent_from_joint
    rotations = quaternions_from_matrices(local[:, :3, :3])
    nodes: list[Json] = [{"name": armature_name(skeleton), "children": roots}]
    for joint, name in enumerate(skeleton.names):
        node: Json = {
            "name": name,
            "translation": _shortest(local[joint, :3, 3]),
            "rotation": _shortest(rotations[joint]),
        }
        nodes.append({**node, "children": children[joint]} if children[joint] else node)
    inverse = np.linalg.inv(skeleton.asset_from_joint)
    inverse[:, 3] = (0, 0, 0, 1)  # Exactly, as the validator asks.
    matrices = writer.add_numbers(np.swapaxes(inverse, 1, 2).astype(np.float32))
    return nodes, [
        {
            "name": armature_name(skeleton),
            "joints": list(range(first, first + skeleton.num_joints)),
            "inverseBindMatrices": matrices,
            "skeleton": armature,
        }
    ]


def _shortest(values: Float64[np.ndarray, " n"]) -> list[float]:
    """Return numbers with the nine digits that tell any two float32 apart."""
    return [float(f"{value:.9g}") for value in values.astype(np.float32)]


def armature_name(skeleton: Skeleton) -> str:
    """Return a name for the node above the joints that none of them has."""
    name = "armature"
    while name in skeleton.names:
        name += "_"
    return name


def _extensions(model: Model, *, required: tuple[str, ...]) -> Json:
    """Return the lists of extensions and the packet of metadata; nothing where none is needed."""
    pictures = {PICTURE_EXTENSIONS.get(picture.media_type) for picture in model.pictures} - {None}
    used = sorted([*required, *(name for name in pictures if name is not None)])
    result: Json = {"extensionsRequired": list(used)} if used else {}
    layers = {name for surface in surfaces_of(model) for name in extensions_of(surface)}
    used += sorted(layers)
    if model.metadata:
        prefixes = {key.partition(":")[0] for key, _ in model.metadata}
        context = {key: uri for key, uri in XMP_CONTEXT.items() if key in prefixes}
        packet: Json = {"@context": context, "@id": "", **dict(model.metadata)}
        result["extensions"] = {XMP: {"packets": [packet]}}
        used.append(XMP)
    return {**result, "extensionsUsed": used} if used else {}


def read_gltf_model(content: GlbContent) -> Reading:
    """Turn an opened document into a model.

    Node transforms are baked into the meshes, instances too. What a model cannot hold is left out
    with a finding: all that the document has is accounted for.

    Raises:
        FormatError: It is damaged, shows no triangles, or needs an extension that we do not know.
    """
    _check_version(content.document)
    _check_extensions(content.document)
    return read_near_origin(lambda offset: _read(content, offset), subject=content.document.path)


def _read(content: GlbContent, offset: Offset) -> Reading:
    """Make a model of an opened document, all coordinates less an offset."""
    document = content.document
    notes = Notes(subject=document.path)
    nodes = read_nodes(document, offset=offset)
    _note_hidden(nodes, notes)
    _note_variants(document, notes)
    world = nodes.scene_from_node
    tree = Tree(names=nodes.names, parents=nodes.parents, order=nodes.order, asset_from_node=world)
    rig = read_rig(content, nodes, tree=tree, notes=notes)
    reader = PartReader(
        content=content,
        nodes=nodes,
        rig=rig,
        scene_from_node=world,
        surfaces=SurfaceReader(content=content, notes=notes),
        notes=notes,
    )
    parts = _parts(reader, nodes, path=document.path)
    model = Model(
        name=_name(document),
        parts=parts,
        skeleton=None if rig is None else rig.skeleton,
        clips=read_clips(content, nodes, rig, notes=notes),
        metadata=_metadata(document),
    )
    inventory = Inventory(format="gltf", notes=notes, rules=RULES)
    for chunk in content.strange_chunks:
        inventory.meet("chunk", chunk)
    meet_document(document, nodes, inventory)
    inventory.settle()
    return Reading(model=model, findings=notes.findings)


def _check_version(document: JsonNode) -> None:
    """Refuse what is not glTF 2.

    Raises:
        FormatError: The document asks for another version.
    """
    about = document.child_or_empty("asset")
    for key in ("version", "minVersion"):
        asked = about.text(key, default="2.0")
        if asked.partition(".")[0] != "2" or (key == "minVersion" and asked != "2.0"):
            raise FormatError(
                f"{document.path} is of glTF version {asked}; only version 2.0 can be read.",
                advice="Export it again as glTF 2.0.",
            )


def _check_extensions(document: JsonNode) -> None:
    """Refuse what cannot be read without knowing the extension.

    Materials are readable without their layers, which are told of where they stand.
    """
    for name in document.texts("extensionsRequired"):
        if name not in _READABLE and not name.startswith("KHR_materials_"):
            raise FormatError(
                f"{document.path} needs the extension {name}, which cannot be read.",
                advice=f"Export it again without {name}.",
            )


def _note_hidden(nodes: Nodes, notes: Notes) -> None:
    """Say what is switched off."""
    count = sum(nodes.entries[index].has("mesh") for index in nodes.hidden)
    if count:
        notes.count(
            "gltf.hidden",
            Severity.INFO,
            "A mesh that the file hides is left out",
            count=count,
            fix="Show it before exporting if it belongs to the object.",
        )


def _note_variants(document: JsonNode, notes: Notes) -> None:
    """Say which choices of materials are left out."""
    variants = document.extension(_VARIANTS)
    if variants is None:
        return
    names = [variant.text("name", default="?") for variant in variants.children("variants")]
    notes.warn(
        "gltf.variants",
        f"The variants {', '.join(names)} of its materials are left out; each part keeps the "
        "material that it has without a choice.",
        fix="Write one file for each variant.",
    )


def _parts(reader: PartReader, nodes: Nodes, *, path: str) -> tuple[Part, ...]:
    """Read the meshes of all nodes that the scene shows, in the document's order."""
    parts: list[Part] = []
    for node, entry in enumerate(nodes.entries):
        if node in nodes.shown and entry.has("mesh"):
            parts.extend(reader.parts_of(node))
        if len(parts) > MAX_PARTS:
            raise FormatError(f"{path} shows more than {MAX_PARTS} meshes.")
    if not any(part.mesh.num_triangles for part in parts):
        raise FormatError(f"{path} shows no triangles.")
    names = unique_names(part.name for part in parts)
    return tuple(
        Part(name=name, mesh=part.mesh, surface=part.surface, skin=part.skin)
        for name, part in zip(names, parts, strict=True)
    )


def _name(document: JsonNode) -> str:
    """Return the scene's name, else the file's without suffix."""
    stem = document.path.rpartition("/")[2].rpartition(".")[0] or document.path
    if not document.children("scenes"):
        return stem
    scene = document.item("scenes", document.integer("scene", default=0))
    name = scene.label()
    return stem if name in _MEANINGLESS else name


def _metadata(document: JsonNode) -> tuple[tuple[str, str], ...]:
    """Read the texts of the file's own packet (KHR_xmp_json_ld)."""
    packets = document.extension(XMP)
    if packets is None or not document.has("asset"):
        return ()
    reference = document.child("asset").extension(XMP)
    if reference is None:
        return ()
    packet = packets.item("packets", reference.integer("packet"))
    texts = [key for key, value in packet.fields.items() if isinstance(value, str)]
    pairs = [(key, packet.text(key)) for key in texts]
    packet.raw("@context")
    return tuple(pair for pair in pairs if not pair[0].startswith("@"))
