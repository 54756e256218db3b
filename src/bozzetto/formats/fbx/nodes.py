"""The container of binary FBX 7: a tree of named nodes with typed properties.

Layout after the public description by the Blender Foundation (2013): a record is end offset, number
of properties, their length, name, properties, children, and a record of zeros that closes them.
From version 7500 on the first three have 64 bits. Python values stand for property types:
bool C, int I, `np.int64` L, float D, str S, bytes R, arrays by their dtype.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from bozzetto.errors import FormatError

MAGIC = b"Kaydara FBX Binary  \x00\x1a\x00"
VERSION = 7400
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
"""Belongs to `CREATION_TIME` and `_FOOT_ID`; readers by Autodesk refuse files where they differ."""
CREATION_TIME = "1970-01-01 10:00:00:000"
_FOOT_ID = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
_FOOT_MAGIC = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
_ARRAYS = {"float32": b"f", "float64": b"d", "int64": b"l", "int32": b"i"}
_ARRAY_TYPES = {"f": "<f4", "d": "<f8", "l": "<i8", "i": "<i4", "b": "i1", "c": "u1"}
_SCALARS = {"Y": "<h", "C": "<?", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ALWAYS_CLOSED = ("AnimationStack", "AnimationLayer")
_MIN_COMPRESSED = 128
_MAX_DEPTH = 64
MAX_ARRAY_BYTES = 1024**3

Value = bool | int | np.int64 | float | str | bytes | Shaped[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FbxNode:
    """One record."""

    name: str
    values: tuple[Value, ...] = ()
    children: "tuple[FbxNode, ...]" = ()

    def find(self, name: str) -> "FbxNode | None":
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> "Iterator[FbxNode]":
        """Return the children of a name."""
        return (child for child in self.children if child.name == name)

    def text(self, index: int = 0) -> str:
        """Return a string value; empty where there is none."""
        value = self.values[index] if index < len(self.values) else ""
        return value if isinstance(value, str) else ""

    def number(self, index: int = 0, default: float = 0.0) -> float:
        """Return a number."""
        value = self.values[index] if index < len(self.values) else default
        return float(value) if isinstance(value, int | float | np.integer) else default

    def child_text(self, name: str) -> str:
        """Return the string of a child; empty where there is none."""
        child = self.find(name)
        return "" if child is None else child.text()

    def array(self, name: str) -> Shaped[np.ndarray, " n"] | None:
        """Return the array of a child, or None where there is none."""
        child = self.find(name)
        if child is None or not child.values:
            return None
        value = child.values[0]
        return value if isinstance(value, np.ndarray) else None


def node(name: str, *values: Value) -> FbxNode:
    """Make a record without children."""
    return FbxNode(name=name, values=values)


def group(name: str, *children: FbxNode, values: tuple[Value, ...] = ()) -> FbxNode:
    """Make a record with children."""
    return FbxNode(name=name, values=values, children=children)


def encode_fbx(roots: tuple[FbxNode, ...]) -> bytes:
    """Return the bytes of a file of version 7.4; the same tree gives the same bytes."""
    chunks = [MAGIC, struct.pack("<I", VERSION)]
    offset = len(MAGIC) + 4
    for root in roots:
        record = _record(root, offset)
        chunks.append(record)
        offset += len(record)
    foot = bytes(13) + _FOOT_ID + bytes(4)
    offset += len(foot)
    padding = -offset % 16 or 16
    foot += bytes(padding) + struct.pack("<I", VERSION) + bytes(120) + _FOOT_MAGIC
    return b"".join((*chunks, foot))


def _record(made: FbxNode, offset: int) -> bytes:
    """Encode a record that starts at an offset."""
    name = made.name.encode()
    values = b"".join(_property(value) for value in made.values)
    start = offset + 13 + len(name) + len(values)
    body: list[bytes] = []
    for child in made.children:
        record = _record(child, start)
        body.append(record)
        start += len(record)
    if made.children or made.name in _ALWAYS_CLOSED:
        body.append(bytes(13))
        start += 13
    head = struct.pack("<IIIB", start, len(made.values), len(values), len(name))
    return b"".join((head, name, values, *body))


def _property(value: Value) -> bytes:
    """Encode a property with its type."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return (b"S" if isinstance(value, str) else b"R") + struct.pack("<I", len(data)) + data
    if isinstance(value, bool):
        return struct.pack("<c?", b"C", value)
    if isinstance(value, np.integer):
        return struct.pack("<cq", b"L", int(value))
    if isinstance(value, int):
        return struct.pack("<ci", b"I", value)
    return struct.pack("<cd", b"D", value)


def _array(values: Shaped[np.ndarray, " n"]) -> bytes:
    """Encode an array, deflated unless it is short."""
    data = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
    packed = zlib.compress(data, 6) if len(data) >= _MIN_COMPRESSED else data
    encoding = int(packed is not data)
    head = struct.pack("<III", len(values), encoding, len(packed))
    return _ARRAYS[values.dtype.name] + head + packed


def decode_fbx(data: bytes, *, name: str) -> FbxNode:
    """Return the tree of a binary file of version 7, under one root.

    Raises:
        FormatError: It is text, of an older version, or damaged.
    """
    if not data.startswith(MAGIC):
        text = data[:2000].lstrip()
        if text.startswith(b";") or b"FBXHeaderExtension" in text:
            raise FormatError(
                f"{name} is FBX in text form, which cannot be read.",
                advice="Export it again as binary FBX.",
            )
        raise FormatError(f"{name} is not an FBX file.")
    version = struct.unpack_from("<I", data, len(MAGIC))[0] if len(data) >= 27 else 0
    if not 7000 <= version < 8000:
        raise FormatError(
            f"{name} is of FBX version {version}; 7.0 to 7.9 can be read.",
            advice="Export it again as FBX 2014 or later.",
        )
    reader = _Reader(data=data, name=name, wide=version >= 7500)
    try:
        return FbxNode(name="", children=tuple(reader.siblings(27, len(data), depth=0)))
    except (struct.error, ValueError, zlib.error, IndexError, OverflowError):
        raise FormatError(f"{name} is cut off or damaged.") from None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Reader:
    """Walks through a file."""

    data: bytes
    name: str
    wide: bool

    def siblings(self, at: int, end: int, *, depth: int) -> list[FbxNode]:
        """Read records until one of zeros or the end."""
        head = struct.Struct("<QQQB" if self.wide else "<IIIB")
        if depth > _MAX_DEPTH:
            raise ValueError("too deep")
        found: list[FbxNode] = []
        while at + head.size <= end:
            stop, count, length, name_length = head.unpack_from(self.data, at)
            if stop == 0:
                return found
            begin = at + head.size + name_length
            if not begin + length <= stop <= end:
                raise ValueError("a record leaves its place")
            name = self.data[at + head.size : begin].decode("ascii", "replace")
            values = tuple(self._values(begin, count))
            inner = self.siblings(begin + length, stop, depth=depth + 1)
            found.append(FbxNode(name=name, values=values, children=tuple(inner)))
            at = stop
        return found

    def _values(self, at: int, count: int) -> Iterator[Value]:
        """Read properties."""
        for _ in range(count):
            kind = chr(self.data[at])
            at += 1
            if kind in _SCALARS:
                yield struct.unpack_from(_SCALARS[kind], self.data, at)[0]
                at += struct.calcsize(_SCALARS[kind])
            elif kind in "SR":
                (length,) = struct.unpack_from("<I", self.data, at)
                raw = self._slice(at + 4, length)
                yield raw if kind == "R" else raw.decode("utf-8", "replace")
                at += 4 + length
            else:
                length, encoding, packed = struct.unpack_from("<III", self.data, at)
                raw = self._slice(at + 12, packed)
                yield self._array(raw, _ARRAY_TYPES.get(kind, ""), length, packed=bool(encoding))
                at += 12 + packed

    def _slice(self, at: int, length: int) -> bytes:
        """Cut bytes out."""
        if at + length > len(self.data):
            raise ValueError("cut off")
        return self.data[at : at + length]

    def _array(
        self, raw: bytes, kind: str, length: int, *, packed: bool
    ) -> Shaped[np.ndarray, " n"]:
        """Decode an array."""
        if not kind:
            raise ValueError("unknown type")
        size = length * np.dtype(kind).itemsize
        if size > MAX_ARRAY_BYTES:
            raise ValueError("too large")
        plain = zlib.decompressobj().decompress(raw, size) if packed and size else raw
        return np.frombuffer(plain, kind, length).astype(np.dtype(kind).newbyteorder("="))
