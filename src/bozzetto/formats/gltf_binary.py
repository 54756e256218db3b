"""The binary side of glTF 2.0: the GLB container, buffer views and accessors.

Written with `json` and `struct` on purpose: a library would bring its own object model and its own
key order, while this subset is small and must give the same bytes for ever. Letters: n elements.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Shaped

from bozzetto.errors import FormatError
from bozzetto.formats.json_node import JsonNode

MAGIC = b"glTF"
_JSON_CHUNK = 0x4E4F534A
_BINARY_CHUNK = 0x004E4942

ARRAY_BUFFER = 34962
ELEMENT_ARRAY_BUFFER = 34963

Json = dict[str, object]
"""A piece of a glTF document, about to be encoded."""

_COMPONENT_TYPE_OF_DTYPE = {"|u1": 5121, "<u2": 5123, "<u4": 5125, "<f4": 5126}
_DTYPE_OF_COMPONENT_TYPE = {
    5120: np.dtype("i1"),
    5121: np.dtype("u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
_TYPE_OF_WIDTH = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
_WIDTH_OF_TYPE = {name: width for width, name in _TYPE_OF_WIDTH.items()}


@dataclass(kw_only=True)
class BinaryWriter:
    """Collects arrays and pictures into one buffer; lives only inside one write."""

    chunks: list[bytes] = field(default_factory=list[bytes])
    views: list[Json] = field(default_factory=list[Json])
    accessors: list[Json] = field(default_factory=list[Json])
    length: int = 0

    def add_blob(self, data: bytes) -> int:
        """Append bytes as a buffer view of their own and return its index."""
        self.views.append({"buffer": 0, "byteOffset": self.length, "byteLength": len(data)})
        padded = data + bytes(-len(data) % 4)
        self.chunks.append(padded)
        self.length += len(padded)
        return len(self.views) - 1

    def add_indices(self, indices: Shaped[np.ndarray, " n"]) -> int:
        """Append triangle corners and return the accessor's index."""
        view = self.add_blob(indices.tobytes())
        self.views[view]["target"] = ELEMENT_ARRAY_BUFFER
        return self._add_accessor(view, indices.reshape(-1, 1))

    def add_attribute(
        self, values: Shaped[np.ndarray, " n *c"], *, with_bounds: bool = False
    ) -> int:
        """Append one value per vertex and return the accessor's index.

        Elements shorter than four bytes are padded, as vertex attributes must be aligned.
        """
        columns = np.ascontiguousarray(values).reshape(len(values), -1)
        raw = columns.view(np.uint8).reshape(len(values), -1)
        padding = -raw.shape[1] % 4
        view = self.add_blob(np.pad(raw, ((0, 0), (0, padding))).tobytes())
        self.views[view]["target"] = ARRAY_BUFFER
        if padding:
            self.views[view]["byteStride"] = raw.shape[1] + padding
        accessor = self._add_accessor(view, columns)
        if with_bounds:
            # float32 values survive the way through JSON's float64 text unchanged.
            self.accessors[accessor]["min"] = [float(v) for v in columns.min(axis=0)]
            self.accessors[accessor]["max"] = [float(v) for v in columns.max(axis=0)]
        return accessor

    def _add_accessor(self, view: int, columns: Shaped[np.ndarray, "n c"]) -> int:
        """Describe an array that stands in a buffer view of its own."""
        self.accessors.append(
            {
                "bufferView": view,
                "componentType": _COMPONENT_TYPE_OF_DTYPE[columns.dtype.str],
                "count": len(columns),
                "type": _TYPE_OF_WIDTH[columns.shape[1]],
            }
        )
        return len(self.accessors) - 1


def pack_glb(document: Json, *, writer: BinaryWriter) -> bytes:
    """Join a document and its buffer to the bytes of a GLB file (glTF 2.0, section 4.4)."""
    complete = {
        **document,
        "accessors": writer.accessors,
        "bufferViews": writer.views,
        "buffers": [{"byteLength": writer.length}],
    }
    text = json.dumps(complete, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    binary = b"".join(writer.chunks)
    total = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        (
            struct.pack("<4sII", MAGIC, 2, total),
            struct.pack("<II", len(text), _JSON_CHUNK),
            text,
            struct.pack("<II", len(binary), _BINARY_CHUNK),
            binary,
        )
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class GlbContent:
    """An opened GLB file."""

    document: JsonNode
    binary: bytes
    """The embedded buffer; empty where there is none."""

    def view_bytes(self, index: int) -> bytes:
        """Return the bytes of a buffer view.

        Raises:
            FormatError: The view does not exist or reaches beyond the embedded buffer.
        """
        view = self.document.item("bufferViews", index)
        buffer = self.document.item("buffers", view.integer("buffer"))
        if buffer.has("uri") or view.integer("buffer") != 0:
            raise FormatError(
                f"{self.document.path} keeps data in other files, which cannot be read.",
                advice="Export it as one self-contained GLB file.",
            )
        start = view.integer("byteOffset", default=0)
        stop = start + view.integer("byteLength")
        if stop > len(self.binary):
            raise FormatError(
                f"{view.path} needs {stop} bytes of the buffer, which has {len(self.binary)}."
            )
        return self.binary[start:stop]

    def accessor(self, index: int) -> Shaped[np.ndarray, "n c"]:
        """Return the elements of an accessor; normalised integers come back as float32.

        Raises:
            FormatError: The accessor is broken, sparse, or reaches beyond its buffer view.
        """
        accessor = self.document.item("accessors", index)
        if accessor.has("sparse") or not accessor.has("bufferView"):
            raise FormatError(f"{accessor.path} is sparse, which cannot be read.")
        dtype = _DTYPE_OF_COMPONENT_TYPE.get(accessor.integer("componentType"))
        width = _WIDTH_OF_TYPE.get(accessor.text("type"))
        if dtype is None or width is None:
            raise FormatError(f"{accessor.path} has a type that cannot be read.")
        values = self._elements(accessor, dtype=dtype, width=width)
        if accessor.fields.get("normalized") is not True or dtype.kind == "f":
            return values
        limit = np.float32(2 ** (8 * dtype.itemsize - (dtype.kind == "i")) - 1)
        return np.maximum(values.astype(np.float32) / limit, np.float32(-1))

    def _elements(
        self, accessor: JsonNode, *, dtype: np.dtype, width: int
    ) -> Shaped[np.ndarray, "n c"]:
        """Cut an accessor's elements out of its buffer view."""
        index, count = accessor.integer("bufferView"), accessor.integer("count")
        data = self.view_bytes(index)
        size = dtype.itemsize * width
        view = self.document.item("bufferViews", index)
        stride = view.integer("byteStride", default=0) or size
        start = accessor.integer("byteOffset", default=0)
        if stride < size or start + (count - 1) * stride + size > len(data) or count == 0:
            raise FormatError(f"{accessor.path} does not fit into its buffer view.")
        rows = np.ndarray((count, size), np.uint8, data, start, (stride, 1))
        return np.ascontiguousarray(rows).view(dtype)


def unpack_glb(data: bytes, *, name: str) -> GlbContent:
    """Open a GLB file.

    Raises:
        FormatError: It is not a GLB 2 file, or is cut off.
    """
    if data[:4] != MAGIC:
        raise FormatError(
            f"{name} is not a GLB file: it starts with {data[:4]!r}.",
            advice="Convert it to binary glTF 2.0.",
        )
    if len(data) < 12:
        raise FormatError(f"{name} is cut off after {len(data)} bytes.")
    _, version, total = struct.unpack_from("<4sII", data)
    if version != 2:
        raise FormatError(f"{name} is of GLB version {version}; only version 2 can be read.")
    if total > len(data):
        raise FormatError(f"{name} is cut off: {len(data)} of {total} bytes are there.")
    chunks = _chunks(data[:total], name=name)
    texts = [chunk for kind, chunk in chunks if kind == _JSON_CHUNK]
    binaries = [chunk for kind, chunk in chunks if kind == _BINARY_CHUNK]
    if not texts:
        raise FormatError(f"{name} has no JSON part.")
    document = JsonNode.parse(texts[0], path=name)
    return GlbContent(document=document, binary=binaries[0] if binaries else b"")


def _chunks(data: bytes, *, name: str) -> Sequence[tuple[int, bytes]]:
    """Split a file into (kind, content)."""
    chunks: list[tuple[int, bytes]] = []
    start = 12
    while start + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, start)
        if start + 8 + length > len(data):
            raise FormatError(f"{name} is cut off inside one of its parts.")
        chunks.append((kind, data[start + 8 : start + 8 + length]))
        start += 8 + length
    return chunks
