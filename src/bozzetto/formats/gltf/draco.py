"""Decompress meshes packed by KHR_draco_mesh_compression; the codec is the package DracoPy.

Letters: v vertices, n corners.
"""

import numpy as np
from jaxtyping import Int64, Shaped

from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.json_node import JsonNode

DRACO = "KHR_draco_mesh_compression"


def draco_attributes(
    content: GlbContent, packed: JsonNode, attributes: JsonNode
) -> tuple[dict[str, Shaped[np.ndarray, "v c"]], Int64[np.ndarray, " n"]]:
    """Return the attributes by their glTF names, and the triangles' corners.

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
    values: dict[str, Shaped[np.ndarray, "v c"]] = {}
    ids = packed.child("attributes")
    for name in ids.fields:
        found = mesh.get_attribute_by_unique_id(ids.integer(name))
        if found is None:
            raise FormatError(f"{packed.path} has no attribute {name}, as it says.")
        table = np.asarray(found["data"])
        values[name] = _normalised(content, attributes.integer(name), table.reshape(len(table), -1))
    return values, np.asarray(mesh.faces, np.int64).reshape(-1)


def _normalised(
    content: GlbContent, index: int, table: Shaped[np.ndarray, "v c"]
) -> Shaped[np.ndarray, "v c"]:
    """Turn integers into floats where the attribute's accessor says that they stand for such."""
    accessor = content.document.item("accessors", index)
    if table.dtype.kind == "f" or not accessor.flag("normalized"):
        return table
    limit = np.float32(np.iinfo(table.dtype).max)
    return np.maximum(table.astype(np.float32) / limit, np.float32(-1))
