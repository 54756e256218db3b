"""The binary side of glTF 2.0: the GLB container, buffer views and accessors.

Written with `json` and `struct` on purpose: a library would bring its own object model and its own
key order, while this subset is small and must give the same bytes for ever. Letters: n elements.
"""

import json
import struct
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Shaped

MAGIC = b"glTF"
JSON_CHUNK = 0x4E4F534A
BINARY_CHUNK = 0x004E4942

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
