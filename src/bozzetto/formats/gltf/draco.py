"""Decompress meshes packed by KHR_draco_mesh_compression; the codec is the package DracoPy.

Letters: v vertices, n corners.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int64, Shaped

from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.json_node import JsonNode

if TYPE_CHECKING:
    import DracoPy

DRACO = "KHR_draco_mesh_compression"


@dataclass(frozen=True, kw_only=True, eq=False)
class DracoMesh:
    """A decompressed mesh whose attributes are taken out by name."""

    content: GlbContent
    packed: JsonNode
    attributes: JsonNode
    decoded: "DracoPy.DracoMesh"

    @property
    def corners(self) -> Int64[np.ndarray, " n"]:
        """Of the triangles, one after the other."""
        return np.asarray(self.decoded.faces, np.int64).reshape(-1)

    def attribute(self, name: str) -> Shaped[np.ndarray, "v c"] | None:
        """Return an attribute by its glTF name; None where it was not compressed.

        Raises:
            FormatError: The data lacks an attribute that it should have.
        """
        ids = self.packed.child("attributes")
        if not ids.has(name):
            return None
        found = self.decoded.get_attribute_by_unique_id(ids.integer(name))
        if found is None:
            raise FormatError(f"{self.packed.path} has no attribute {name}, as it says.")
        table = np.asarray(found["data"])
        accessor = self.attributes.integer(name)
        return _normalised(self.content, accessor, table.reshape(len(table), -1))


def draco_mesh(content: GlbContent, packed: JsonNode, attributes: JsonNode) -> DracoMesh:
    """Decompress a primitive.

    Raises:
        FormatError: The data is damaged, or the codec is not installed.
    """
    try:
        import DracoPy
    except ImportError:
        raise FormatError(
            f"{packed.path} is compressed with Draco, and the package DracoPy is not installed.",
            advice="Install DracoPy, or export the file without compression.",
        ) from None
    data = content.view_bytes(packed.integer("bufferView"))
    try:
        mesh = DracoPy.decode(data)
    except Exception:  # The codec raises several kinds of errors on damaged data.
        raise FormatError(f"{packed.path}: the compressed mesh cannot be decoded.") from None
    if not isinstance(mesh, DracoPy.DracoMesh):
        raise FormatError(f"{packed.path} holds points instead of triangles.")
    return DracoMesh(content=content, packed=packed, attributes=attributes, decoded=mesh)


def _normalised(
    content: GlbContent, index: int, table: Shaped[np.ndarray, "v c"]
) -> Shaped[np.ndarray, "v c"]:
    """Turn integers into floats where the attribute's accessor says that they stand for such."""
    accessor = content.document.item("accessors", index)
    if table.dtype.kind == "f" or not accessor.flag("normalized"):
        return table
    limit = np.float32(np.iinfo(table.dtype).max)
    return np.maximum(table.astype(np.float32) / limit, np.float32(-1))
