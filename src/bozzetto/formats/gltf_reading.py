"""Read any glTF 2.0 document into a model: all parts, materials, skins and clips of its scene."""

from bozzetto.asset.model import Model, Part
from bozzetto.errors import FormatError
from bozzetto.formats.base import Reading
from bozzetto.formats.draco import DRACO
from bozzetto.formats.gltf_clips import read_clips
from bozzetto.formats.gltf_content import GlbContent
from bozzetto.formats.gltf_nodes import Nodes, read_nodes
from bozzetto.formats.gltf_parts import PartReader
from bozzetto.formats.gltf_rig import read_rig
from bozzetto.formats.gltf_surfaces import SurfaceReader
from bozzetto.formats.gltf_writing import XMP
from bozzetto.formats.json_node import JsonNode
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.rig_building import Tree

_MEANINGLESS = ("", "Scene", "Root Scene", "AuxScene")
"""Names of scenes that exporters give unasked."""
MAX_PARTS = 20_000
_READABLE = {
    DRACO,
    "EXT_meshopt_compression",
    "EXT_texture_webp",
    "KHR_materials_unlit",
    "KHR_meshopt_compression",
    "KHR_mesh_quantization",
    "KHR_texture_basisu",
    "KHR_texture_transform",
    "KHR_materials_pbrSpecularGlossiness",
}


def read_gltf_model(content: GlbContent) -> Reading:
    """Turn an opened document into a model.

    Node transforms are baked into the meshes. What a model cannot hold is left out with a finding.

    Raises:
        FormatError: It is damaged, shows no triangles, or needs an extension that we do not know.
    """
    document = content.document
    notes = Notes(subject=document.path)
    _check_extensions(document, notes)
    nodes = read_nodes(document)
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
        clips=() if rig is None else read_clips(content, nodes, rig, notes=notes),
        metadata=_metadata(document),
    )
    return Reading(model=model, findings=notes.findings)


def _check_extensions(document: JsonNode, notes: Notes) -> None:
    """Refuse what cannot be read without knowing the extension."""
    for name in document.texts("extensionsRequired"):
        if name.startswith("KHR_materials_") and name not in _READABLE:
            notes.warn("gltf.material", f"The materials' {name} is left out.")
        elif name not in _READABLE:
            raise FormatError(
                f"{document.path} needs the extension {name}, which cannot be read.",
                advice=f"Export it again without {name}.",
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
    name = scene.text("name", default="")
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
    return tuple(
        (key, value)
        for key, value in packet.fields.items()
        if isinstance(value, str) and not key.startswith("@")
    )
