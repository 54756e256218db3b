"""Turn a model into a glTF 2.0 document and its buffer.

Frames and units are glTF's own: nothing is converted. Skinned meshes stand at the scene's root and
joints below one armature node, as the validator wants. Letters: v vertices, j joints.
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
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.gltf_binary import BinaryWriter, Json
from bozzetto.formats.gltf_materials import PICTURE_EXTENSIONS, Textures, material_json
from bozzetto.formats.gltf_motion import animation

NOTHING_BESIDE: Mapping[int, str] = MappingProxyType({})
_MAX_SHORT_VERTICES = 65535
"""Index 65535 restarts primitives, so 16-bit indices reach one vertex less."""
XMP = "KHR_xmp_json_ld"
XMP_CONTEXT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "bozzetto": "https://pypi.org/project/bozzetto/",
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
    if model.metadata:
        prefixes = {key.partition(":")[0] for key, _ in model.metadata}
        context = {key: uri for key, uri in XMP_CONTEXT.items() if key in prefixes}
        packet: Json = {"@context": context, "@id": "", **dict(model.metadata)}
        result["extensions"] = {XMP: {"packets": [packet]}}
        used.append(XMP)
    return {**result, "extensionsUsed": used} if used else {}
