"""The binary side of glTF 2.0, written and read: the GLB container, buffer views and accessors.

Written with `json` and `struct` on purpose: a library would bring its own object model and its own
key order, while this subset is small and must give the same bytes for ever. Read are buffers in the
GLB file, in `data:` addresses or in files beside; views interleaved or compressed
(EXT_meshopt_compression), accessors sparse or quantised. Letters: n elements.
"""

import base64
import binascii
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

import numpy as np
from jaxtyping import Float32, Shaped

from bozzetto.errors import FormatError
from bozzetto.formats.base import FilesInMemory, Neighbours
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.meshopt_decoding import Filter, Mode, ViewLayout, decode_view

MAGIC = b"glTF"
JSON_CHUNK = 0x4E4F534A
BINARY_CHUNK = 0x004E4942
_CHUNKS = (JSON_CHUNK, BINARY_CHUNK)

ARRAY_BUFFER = 34962
ELEMENT_ARRAY_BUFFER = 34963

Json = dict[str, object]
"""A piece of a glTF document, about to be encoded."""

_COMPONENT_TYPE_OF_DTYPE = {
    "|i1": 5120,
    "|u1": 5121,
    "<i2": 5122,
    "<u2": 5123,
    "<u4": 5125,
    "<f4": 5126,
}
_TYPE_OF_WIDTH = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_DTYPE_OF_COMPONENT_TYPE = {
    5120: np.dtype("i1"),
    5121: np.dtype("u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
_WIDTH_OF_TYPE = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
NO_NEIGHBOURS: Neighbours = FilesInMemory()
_MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")


@dataclass(kw_only=True)
class BinaryWriter:
    """Collects arrays and pictures into one buffer; lives only inside one write."""

    chunks: list[bytes] = field(default_factory=list[bytes])
    views: list[Json] = field(default_factory=list[Json])
    accessors: list[Json] = field(default_factory=list[Json])
    length: int = 0
    extra_buffers: list[Json] = field(default_factory=list[Json])
    """Buffers after the file's own."""
    still_turn: float = 1e-6
    """Rotations whose quaternions differ by no more count as the same."""
    still_step: float = 1e-6
    """Metres; translations that differ by no more count as the same."""

    def finish(self) -> None:
        """Complete the buffer; nothing may be added after. For writers that gather first."""

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
        self, values: Shaped[np.ndarray, "n ..."], *, semantic: str = "", with_bounds: bool = False
    ) -> int:
        """Append one value per vertex and return the accessor's index.

        Elements shorter than four bytes are padded, as vertex attributes must be aligned. The
        semantic, glTF's name of the attribute, is for writers that pack.
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
            self._add_bounds(accessor, columns)
        return accessor

    def add_numbers(
        self, values: Float32[np.ndarray, "n ..."], *, semantic: str = "", with_bounds: bool = False
    ) -> int:
        """Append what is not one value per vertex: matrices, times, poses."""
        columns = np.ascontiguousarray(values).reshape(len(values), -1)
        accessor = self._add_accessor(self.add_blob(columns.tobytes()), columns)
        if with_bounds:
            self._add_bounds(accessor, columns)
        return accessor

    def _add_bounds(self, accessor: int, columns: Shaped[np.ndarray, "n c"]) -> None:
        """Note the smallest and largest values of each column."""
        # float32 values survive the way through JSON's float64 text unchanged.
        self.accessors[accessor]["min"] = [float(v) for v in columns.min(axis=0)]
        self.accessors[accessor]["max"] = [float(v) for v in columns.max(axis=0)]

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
    writer.finish()
    complete = {
        **document,
        "accessors": writer.accessors,
        "bufferViews": writer.views,
        "buffers": [{"byteLength": writer.length}, *writer.extra_buffers],
    }
    text = json.dumps(complete, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    binary = b"".join(writer.chunks)
    total = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        (
            struct.pack("<4sII", MAGIC, 2, total),
            struct.pack("<II", len(text), JSON_CHUNK),
            text,
            struct.pack("<II", len(binary), BINARY_CHUNK),
            binary,
        )
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class GlbContent:
    """An opened glTF file."""

    document: JsonNode
    binary: bytes = b""
    """The embedded buffer; empty where there is none."""
    neighbours: Neighbours = NO_NEIGHBOURS
    """Where other buffers and pictures are looked for."""
    strange_chunks: tuple[str, ...] = ()
    """Parts of a GLB file that are neither JSON nor the buffer."""
    opened: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """Decoded views and loaded buffers, kept: buffers at -1 - index."""

    def view_bytes(self, index: int) -> bytes:
        """Return the bytes of a buffer view, decompressed.

        Raises:
            FormatError: The view does not exist, reaches beyond its buffer or is damaged.
        """
        if index not in self.opened:
            view = self.document.item("bufferViews", index)
            packed = next((e for e in map(view.extension, _MESHOPT) if e is not None), None)
            self.opened[index] = self._slice(view) if packed is None else self._unpacked(packed)
        return self.opened[index]

    def file(self, uri: str, *, place: str) -> bytes | None:
        """Return what an address names; None where the file is not there.

        Raises:
            FormatError: The address points to the network or is damaged.
        """
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=False)
            except (binascii.Error, ValueError):
                raise FormatError(f"{place}: the embedded data cannot be decoded.") from None
        if "://" in uri:
            raise FormatError(f"{place} stands on the network, which is never read: {uri[:60]}.")
        return self.neighbours.find(unquote(uri))

    def accessor(self, index: int) -> Shaped[np.ndarray, "n c"]:
        """Return the elements of an accessor; normalised integers come back as float32.

        Raises:
            FormatError: The accessor is broken or reaches beyond its buffer view.
        """
        accessor = self.document.item("accessors", index)
        dtype = _DTYPE_OF_COMPONENT_TYPE.get(accessor.integer("componentType"))
        width = _WIDTH_OF_TYPE.get(accessor.text("type"))
        if dtype is None or width is None:
            raise FormatError(f"{accessor.path} has a type that cannot be read.")
        values = self._elements(accessor, dtype=dtype, width=width)
        if accessor.has("sparse"):
            values = self._with_exceptions(accessor.child("sparse"), values)
        if accessor.raw("normalized") is not True or dtype.kind == "f":
            return values
        limit = np.float32(2 ** (8 * dtype.itemsize - (dtype.kind == "i")) - 1)
        return np.maximum(values.astype(np.float32) / limit, np.float32(-1))

    def _slice(self, node: JsonNode) -> bytes:
        """Cut a range out of a buffer."""
        data = self._buffer(node.integer("buffer"))
        start = node.integer("byteOffset", default=0)
        stop = start + node.integer("byteLength")
        if stop > len(data):
            raise FormatError(
                f"{node.path} needs {stop} bytes of the buffer, which has {len(data)}."
            )
        return data[start:stop]

    def _buffer(self, index: int) -> bytes:
        """Return a whole buffer."""
        if -1 - index not in self.opened:
            buffer = self.document.item("buffers", index)
            buffer.raw("byteLength")  # What counts are the bytes that are there.
            data = self.binary
            if buffer.has("uri"):
                uri = buffer.text("uri")
                found = self.file(uri, place=buffer.path)
                if found is None:
                    raise FormatError(
                        f"{buffer.path} is the file {uri[:60]!r}, which is not there.",
                        advice="Keep the files of a .gltf together, or export one GLB file.",
                    )
                data = found
            self.opened[-1 - index] = data
        return self.opened[-1 - index]

    def _unpacked(self, packed: JsonNode) -> bytes:
        """Decompress a view."""
        try:
            layout = ViewLayout(
                count=packed.integer("count"),
                stride=packed.integer("byteStride"),
                mode=Mode(packed.text("mode")),
                filter=Filter(packed.text("filter", default="NONE")),
            )
            return decode_view(self._slice(packed), layout)
        except ValueError as error:
            raise FormatError(f"{packed.path}: the compressed data is damaged: {error}") from None

    def _elements(
        self, accessor: JsonNode, *, dtype: np.dtype, width: int
    ) -> Shaped[np.ndarray, "n c"]:
        """Cut an accessor's elements out of its buffer view; zeros where it has none."""
        count, size = accessor.integer("count"), dtype.itemsize * width
        if count == 0:
            raise FormatError(f"{accessor.path} does not fit into its buffer view.")
        if not accessor.has("bufferView"):
            return np.zeros((count, width), dtype)
        index = accessor.integer("bufferView")
        data = self.view_bytes(index)
        view = self.document.item("bufferViews", index)
        stride = view.integer("byteStride", default=0) or size
        start = accessor.integer("byteOffset", default=0)
        if stride < size or start + (count - 1) * stride + size > len(data):
            raise FormatError(f"{accessor.path} does not fit into its buffer view.")
        rows = np.ndarray((count, size), np.uint8, data, start, (stride, 1))
        return np.ascontiguousarray(rows).view(dtype)

    def _with_exceptions(
        self, sparse: JsonNode, values: Shaped[np.ndarray, "n c"]
    ) -> Shaped[np.ndarray, "n c"]:
        """Replace the elements that a sparse accessor lists."""
        count = sparse.integer("count")
        at, new = sparse.child("indices"), sparse.child("values")
        kind = _DTYPE_OF_COMPONENT_TYPE.get(at.integer("componentType"), np.dtype("u1"))
        rows = self._sparse_part(at, dtype=kind, count=count, width=1)[:, 0]
        if rows.max(initial=0) >= len(values):
            raise FormatError(f"{sparse.path} names an element that does not exist.")
        result = values.copy()
        result[rows] = self._sparse_part(
            new, dtype=values.dtype, count=count, width=values.shape[1]
        )
        return result

    def _sparse_part(
        self, node: JsonNode, *, dtype: np.dtype, count: int, width: int
    ) -> Shaped[np.ndarray, "n c"]:
        """Read the rows or the values of a sparse accessor."""
        data = self.view_bytes(node.integer("bufferView"))
        start = node.integer("byteOffset", default=0)
        if start + count * width * dtype.itemsize > len(data):
            raise FormatError(f"{node.path} does not fit into its buffer view.")
        return np.frombuffer(data, dtype, count * width, start).reshape(count, width)


def unpack_glb(data: bytes, *, name: str, neighbours: Neighbours = NO_NEIGHBOURS) -> GlbContent:
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
    texts = [chunk for kind, chunk in chunks if kind == JSON_CHUNK]
    binaries = [chunk for kind, chunk in chunks if kind == BINARY_CHUNK]
    if not texts:
        raise FormatError(f"{name} has no JSON part.")
    document = JsonNode.parse(texts[0], path=name)
    binary = binaries[0] if binaries else b""
    strange = (*texts[1:], *binaries[1:])
    names = [f"of kind {kind:#010x}" for kind, _ in chunks if kind not in _CHUNKS]
    names += ["again"] * len(strange) + ["behind the end"] * (total < len(data))
    return GlbContent(
        document=document, binary=binary, neighbours=neighbours, strange_chunks=tuple(names)
    )


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
