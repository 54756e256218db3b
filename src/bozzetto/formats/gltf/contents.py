"""Everything that a glTF document has, and by which rules a reader may pass over parts of it.

Which fields were read is known by the document itself (`JsonNode.read`); this walk, made after
reading, knows nothing of what the reader can do.
"""

from typing import cast

from bozzetto.findings import Severity
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.nodes import Nodes
from bozzetto.formats.inventory import Inventory, Rule

_INFO, _WARNING = Severity.INFO, Severity.WARNING
_UNSHOWN = "nothing that is shown uses it"
_REPEATED = "readers find it out from the data"
_PACKED = "the compressed data says it again"
RULES = (
    *(
        Rule(kind="object", name=name, reason=_UNSHOWN)
        for name in (
            *("accessor", "bufferView", "buffer", "image", "texture", "sampler", "material"),
            *("mesh", "skin", "animations.sampler"),
        )
    ),
    Rule(kind="object", name="camera", reason="a model holds no cameras", severity=_INFO),
    Rule(kind="field", name="nodes.camera", reason="the cameras themselves are told of"),
    Rule(kind="object", name="scene", reason="the file's default scene is read", severity=_INFO),
    Rule(kind="object", name="node", reason="the scene does not show it", severity=_INFO),
    Rule(kind="object", name="animation", reason="it has no channels", severity=_INFO),
    Rule(kind="field", name="asset.version", reason="the container was checked"),
    Rule(kind="field", name="asset.generator", reason="the writer's own name comes in its place"),
    Rule(kind="field", name="asset.copyright", reason="a model holds no notice", severity=_INFO),
    Rule(kind="field", name="extensionsUsed", reason="extensions are met where they stand"),
    *(
        Rule(kind="field", name=name, reason=_REPEATED)
        for name in (
            *("buffers.byteLength", "bufferViews.target", "accessors.min", "accessors.max"),
            *("images.mimeType", "samplers.minFilter", "skins.skeleton"),
        )
    ),
    *(
        Rule(kind="field", name=name, reason=_PACKED)
        for name in (
            *("bufferViews.buffer", "bufferViews.byteOffset", "bufferViews.byteLength"),
            *("bufferViews.byteStride", "accessors.componentType", "accessors.count"),
            *("accessors.type", "accessors.bufferView", "accessors.byteOffset"),
            *("accessors.normalized", "meshes.primitives.indices"),
        )
    ),
    Rule(kind="extension", name="*_meshopt_compression of buffers", reason=_PACKED),
    Rule(kind="field", name="meshes.weights", reason="the node's own weights count"),
    Rule(
        kind="field",
        name="nodes.skin",
        reason="its mesh names no joints",
        severity=_WARNING,
    ),
    Rule(
        kind="field",
        name="*extras*",
        reason="it means something to the program alone that wrote it",
        severity=_INFO,
        code="gltf.extras",
    ),
    Rule(
        kind="field",
        name="*KHR_xmp_json_ld*",
        reason="texts alone are kept of what a file says of itself",
        severity=_INFO,
    ),
    Rule(kind="attribute", name="TANGENT", reason="tangents mean nothing without normals"),
    Rule(
        kind="attribute",
        name="TEXCOORD_*",
        reason="no texture that is read uses it",
        severity=_INFO,
    ),
    Rule(
        kind="attribute",
        name="COLOR_*",
        reason="a model has one set of vertex colours",
        severity=_WARNING,
    ),
    Rule(kind="attribute", name="JOINTS_*", reason="no skin uses it", severity=_INFO),
    Rule(kind="attribute", name="WEIGHTS_*", reason="no skin uses it", severity=_INFO),
    Rule(
        kind="attribute",
        name="_*",
        reason="it means something to the program alone that wrote it",
        severity=_INFO,
    ),
    *(
        Rule(kind="extension", name=f"{name} of textures", reason="the plain picture is taken")
        for name in ("EXT_texture_webp", "KHR_texture_basisu", "MSFT_texture_dds")
    ),
    Rule(kind="extension", name="KHR_materials_ior of materials", reason="nothing is seen through"),
    Rule(
        kind="extension",
        name="KHR_materials_volume of materials",
        reason="no light passes its surface",
    ),
    Rule(
        kind="extension",
        name="KHR_materials_* of materials",
        reason="a model's materials have no such layer",
        severity=_WARNING,
        code="gltf.material",
    ),
    Rule(
        kind="extension",
        name="KHR_lights_punctual of nodes",
        reason="a model holds no lights",
        severity=_INFO,
        code="gltf.lights",
    ),
    Rule(
        kind="extension",
        name="KHR_lights_punctual of the document",
        reason="a model holds no lights",
        severity=_INFO,
        code="gltf.lights",
    ),
    Rule(
        kind="field",
        name="meshes.primitives.extensions.KHR_materials_variants",
        reason="the document's list of variants is told of",
    ),
    Rule(kind="chunk", name="*", reason="glTF gives it no meaning", severity=_INFO),
)
_SINGULAR = {"meshes": "mesh"}


def meet_document(document: JsonNode, nodes: Nodes, inventory: Inventory) -> None:
    """Put all that a document has into an inventory, with what of it was read."""
    walk = _Walk(read=document.read, inventory=inventory)
    for key, value in document.fields.items():
        if key == "nodes":
            _meet_nodes(nodes, walk)
        elif key == "extensions" and isinstance(value, dict):
            walk.extensions(cast("dict[str, object]", value), place="")
        else:
            walk.value(document.fields, key, place="")


def _meet_nodes(nodes: Nodes, walk: "_Walk") -> None:
    """Meet the nodes of the scene; others count as a whole."""
    for index, entry in enumerate(nodes.entries):
        if index in nodes.shown:
            walk.enter(entry.fields, place="nodes")
        elif index not in nodes.hidden and entry.has("mesh"):
            walk.inventory.meet("object", "node")


class _Walk:
    """Goes through JSON of any form; lives only inside one read."""

    def __init__(self, *, read: set[tuple[int, str]], inventory: Inventory) -> None:
        self._read = read
        self.inventory = inventory

    def enter(self, fields: object, *, place: str) -> None:
        """Meet the fields of an object."""
        known = _object(fields)
        if known is None or (id(known), "") in self._read:
            return
        for key, value in known.items():
            if key == "extensions" and isinstance(value, dict):
                self.extensions(cast("dict[str, object]", value), place=place)
            else:
                self.value(known, key, place=place)

    def extensions(self, extensions: dict[str, object], *, place: str) -> None:
        """Meet the extensions of an object, and look into those that were read."""
        for name, value in extensions.items():
            thing = f"{name} of {place or 'the document'}"
            self.inventory.meet("extension", thing)
            if (id(extensions), name) in self._read:
                self.inventory.use("extension", thing, count=1)
                self.enter(value, place=f"{place}.{name}".lstrip("."))

    def value(self, fields: object, key: str, *, place: str) -> None:
        """Meet one field, and look into it where it was read."""
        known = cast("dict[str, object]", fields)
        value, name = known[key], f"{place}.{key}".lstrip(".")
        entries = cast("list[object]", value) if isinstance(value, list) else []
        objects = [entry for entry in map(_object, entries) if entry is not None]
        is_read = (id(known), key) in self._read
        if key == "name":
            return
        if name in _LISTS and objects and not is_read:
            self.inventory.meet("object", _singular(name), count=len(objects))
            return
        kind, thing = ("attribute", key) if place.endswith("attributes") else ("field", name)
        self.inventory.meet(kind, thing)
        if not is_read:
            return
        self.inventory.use(kind, thing, count=1)
        self.enter(known[key], place=name)
        for entry in objects:
            if self._is_touched(entry):
                self.enter(entry, place=name)
            else:
                self.inventory.meet("object", _singular(name))

    def _is_touched(self, fields: dict[str, object]) -> bool:
        """Tell whether any field of an object was read."""
        return not fields or any((id(fields), key) in self._read for key in (*fields, ""))


_LISTS = (
    *("accessors", "animations", "buffers", "bufferViews", "cameras", "images", "materials"),
    *("meshes", "samplers", "scenes", "skins", "textures"),
)


def _object(value: object) -> dict[str, object] | None:
    """Return a value if it is an object of JSON, else None."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _singular(name: str) -> str:
    """Return the word for one entry of a list."""
    return _SINGULAR.get(name, name.removesuffix("s"))
