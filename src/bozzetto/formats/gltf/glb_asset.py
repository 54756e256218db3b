"""Read GLB files that hold one object: one mesh, one material, textures inside.

The general reader reads them; here is refused, with the reason, whatever an `Asset` cannot hold.
Nothing is dropped in silence except animations, skins and extra texture coordinates.
"""

from dataclasses import replace

from bozzetto.asset.asset import Asset
from bozzetto.errors import FormatError
from bozzetto.findings import Severity
from bozzetto.formats.asset_model import asset_from_part
from bozzetto.formats.base import Reading
from bozzetto.formats.gltf.container import GlbContent, unpack_glb
from bozzetto.formats.gltf.document import read_gltf_model
from bozzetto.formats.gltf.json_node import JsonNode

_TRIANGLES = 4
_ALLOWED = ("gltf.animation", "gltf.long_clip", "clip.scale", "skin.influences", "skin.unbound")
"""Findings about motion, which an asset does without."""


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
    mesh = _only_mesh(content)
    reading = read_gltf_model(content)
    _refuse_losses(reading, name=name)
    (part,) = reading.model.parts
    asset = asset_from_part(part)
    return replace(asset, name=mesh.text("name", default="asset"))


def _only_mesh(content: GlbContent) -> JsonNode:
    """Return the one mesh, after making sure that the document holds nothing but one object."""
    document = content.document
    required = document.raw("extensionsRequired")
    if required:
        raise FormatError(
            f"{document.path} needs extensions that cannot be read: {required}.",
            advice="Export it without compression or special materials.",
        )
    meshes = document.children("meshes")
    if len(meshes) != 1:
        raise FormatError(f"{document.path} holds {len(meshes)} meshes; exactly one can be read.")
    for node in document.children("nodes"):
        if any(node.has(key) for key in ("matrix", "translation", "rotation", "scale")):
            raise FormatError(
                f"{node.path} moves its mesh, which cannot be read.",
                advice="Apply all transforms before exporting.",
            )
    for image in document.children("images"):
        if not image.has("bufferView"):
            raise FormatError(
                f"{image.path} stands in another file, which cannot be read.",
                advice="Export with embedded textures.",
            )
    primitives = meshes[0].children("primitives")
    if len(primitives) != 1:
        raise FormatError(
            f"{meshes[0].path} has {len(primitives)} materials; exactly one can be read."
        )
    if primitives[0].integer("mode", default=_TRIANGLES) != _TRIANGLES:
        raise FormatError(f"{meshes[0].path} is not made of triangles.")
    return meshes[0]


def _refuse_losses(reading: Reading, *, name: str) -> None:
    """Refuse files of which the general reader left something out."""
    for finding in reading.findings:
        if finding.severity is not Severity.INFO and finding.code not in _ALLOWED:
            raise FormatError(f"{name}: {finding.message}", advice=finding.fix)
    if len(reading.model.parts) != 1:
        raise FormatError(
            f"{name} shows its mesh {len(reading.model.parts)} times; once can be read."
        )
