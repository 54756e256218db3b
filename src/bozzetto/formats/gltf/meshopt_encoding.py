"""Compress buffer views for EXT_meshopt_compression: the inverse of `meshopt_decoding`.

Vertices in version 0 of the bitstream, which every reader knows, triangles in version 1. Letters:
n elements, s bytes per element, t triangles.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int8, Int16, Int32, UInt8

from bozzetto.formats.gltf.meshopt_decoding import GROUP, TRIANGLE_HEADER, VERTEX_HEADER, block_size

_PAIRS = bytes.fromhex("0076875667 78a986 658968 9801 69 0000")
"""Common pairs of recent vertices; stands at the end of the data, so any table would do."""
_SHORT_PAIRS = 14
_TAIL = 32


def encode_vertices(table: UInt8[np.ndarray, "n s"]) -> bytes:
    """Encode elements, whose size must be a multiple of 4 up to 256 bytes."""
    stride = table.shape[1]
    size = block_size(stride)
    chunks = [bytes([VERTEX_HEADER])]
    before = np.concatenate([table[:1], table[:-1]])
    deltas = (table - before).view(np.int8)
    folded = ((deltas << 1) ^ (deltas >> 7)).view(np.uint8)
    for start in range(0, len(table), size):
        block = folded[start : start + size]
        padded = np.pad(block, ((0, -len(block) % GROUP), (0, 0)))
        chunks += [_packed(np.ascontiguousarray(padded[:, place])) for place in range(stride)]
    first = table[0].tobytes()
    return b"".join((*chunks, bytes(max(_TAIL - stride, 0)), first))


def _packed(values: UInt8[np.ndarray, " n"]) -> bytes:
    """Pack groups of 16 bytes, each with the width that makes it smallest."""
    groups = values.reshape(-1, GROUP)
    rare2, rare4 = (groups >= 3).sum(axis=1), (groups >= 15).sum(axis=1)
    sizes = np.stack(
        [
            np.where(groups.any(axis=1), 99, 0),
            4 + rare2,
            8 + rare4,
            np.full(len(groups), GROUP),
        ],
        axis=1,
    )
    chosen = sizes.argmin(axis=1)
    header = np.zeros(-(-len(groups) // 4) * 4, np.uint8)
    header[: len(groups)] = chosen
    four = header.reshape(-1, 4)
    head = four[:, 0] | four[:, 1] << 2 | four[:, 2] << 4 | four[:, 3] << 6
    body = [_group(group, int(kind)) for group, kind in zip(groups, chosen, strict=True)]
    return head.astype(np.uint8).tobytes() + b"".join(body)


def _group(group: UInt8[np.ndarray, " 16"], kind: int) -> bytes:
    """Pack one group; values too large for the width stand behind."""
    if kind == 0:
        return b""
    if kind == 3:
        return group.tobytes()
    width = 2 if kind == 1 else 4
    top = (1 << width) - 1
    low = np.minimum(group, top).reshape(-1, 8 // width)
    shifts = np.arange(8 - width, -1, -width)
    packed = (low.astype(np.uint16) << shifts).sum(axis=1).astype(np.uint8)
    return packed.tobytes() + group[group >= top].tobytes()


def encode_triangles(triangles: Int32[np.ndarray, "t 3"]) -> bytes:
    """Encode triangles; corners may come back rotated, triangles stay in order."""
    return _TriangleEncoder().encoded(triangles)


class _TriangleEncoder:
    """The state of the triangle encoder: 16 recent edges and vertices, newest first."""

    def __init__(self) -> None:
        self.edges: list[tuple[int, int]] = []
        self.vertices: list[int] = []
        self.next = self.last = 0
        self.data = bytearray()

    def encoded(self, triangles: Int32[np.ndarray, "t 3"]) -> bytes:
        """Encode all triangles."""
        codes = bytearray()
        for a, b, c in triangles.tolist():
            codes.append(self._one(a, b, c))
        return bytes([TRIANGLE_HEADER | 1]) + bytes(codes) + bytes(self.data) + _PAIRS

    def _one(self, a: int, b: int, c: int) -> int:
        """Encode a triangle and return its code."""
        for place, edge in enumerate(self.edges[:15]):
            for x, y, z in ((a, b, c), (b, c, a), (c, a, b)):
                if edge == (x, y):
                    return self._beside(place, (x, y), z)
        if self.next in (b, c):
            a, b, c = (b, c, a) if b == self.next else (c, a, b)
        return self._apart(a, b, c)

    def _beside(self, place: int, edge: tuple[int, int], c: int) -> int:
        """Encode the third vertex of a triangle at a recent edge."""
        a, b = edge
        recent = self.vertices.index(c) if c in self.vertices else -1
        if 1 <= recent < 13:
            kind = recent
        elif c == self.next:
            kind = 0
            self.next += 1
        else:
            kind = 13 if c == self.last - 1 else 14 if c == self.last + 1 else 15
            if kind == 15:
                self._far(c)
            self.last = c
        if kind == 0 or kind >= 13:
            self._push_vertex(c)
        self._push_edge(c, b)
        self._push_edge(a, c)
        return place << 4 | kind

    def _apart(self, a: int, b: int, c: int) -> int:
        """Encode a triangle at no recent edge."""
        kinds: list[int] = []
        for index, vertex in enumerate((a, b, c)):
            recent = self.vertices.index(vertex) if vertex in self.vertices else -1
            if vertex == self.next:
                kinds.append(0)
                self.next += 1
            else:
                kinds.append(recent + 1 if index and 0 <= recent < 14 else 15)
        pair = kinds[1] << 4 | kinds[2]
        short = _PAIRS.find(pair, 0, _SHORT_PAIRS)
        if kinds[0] == 0 and short >= 0:
            code = 0xF0 | short
        else:
            code = 0xFE if kinds[0] == 0 else 0xFF
            self.data.append(pair)
            for vertex, kind in zip((a, b, c), kinds, strict=True):
                if kind == 15:
                    self._far(vertex)
                    self.last = vertex
        for vertex, kind in zip((a, b, c), kinds, strict=True):
            if kind in (0, 15):
                self._push_vertex(vertex)
        self._push_edge(b, a)
        self._push_edge(c, b)
        self._push_edge(a, c)
        return code

    def _far(self, vertex: int) -> None:
        """Append a vertex as its difference to the last such one."""
        difference = vertex - self.last
        value = (difference << 1) ^ (difference >> 31)
        while value > 127:
            self.data.append(value & 127 | 128)
            value >>= 7
        self.data.append(value)

    def _push_edge(self, a: int, b: int) -> None:
        self.edges = [(a, b), *self.edges[:15]]

    def _push_vertex(self, vertex: int) -> None:
        self.vertices = [vertex, *self.vertices[:15]]


def octahedral8(
    directions: Float32[np.ndarray, "n 3"], fourth: Int8[np.ndarray, " n"]
) -> Int8[np.ndarray, "n 4"]:
    """Fold unit directions to an octahedron in 8 bits; a fourth number goes along."""
    d = directions.astype(np.float64)
    d = d / np.abs(d).sum(axis=1, keepdims=True)
    flat: Float64[np.ndarray, "n 2"] = d[:, :2]
    folded = (1 - np.abs(flat[:, ::-1])) * np.where(flat >= 0, 1.0, -1.0)
    table = np.rint(np.where(d[:, 2:] < 0, folded, flat) * 127).astype(np.int8)
    one = np.full(len(table), 127, np.int8)
    return np.concatenate([table, one[:, None], fourth[:, None]], axis=1)


def small_quaternions(
    values: Float32[np.ndarray, "n 4"] | Float64[np.ndarray, "n 4"], *, bits: int = 16
) -> Int16[np.ndarray, "n 4"]:
    """Drop the largest component of unit quaternions; the last number says which it was.

    Args:
        values: x y z w.
        bits: 4 to 16, of each component; fewer compress better.
    """
    unit = values.astype(np.float64)
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    largest = np.abs(unit).argmax(axis=1)
    rows = np.arange(len(unit))
    sign = np.where(unit[rows, largest] < 0, -1.0, 1.0)
    top = (1 << (bits - 1)) - 1
    table = np.zeros((len(unit), 4), np.int16)
    for column, step in enumerate((1, 2, 3)):
        part = unit[rows, (largest + step) & 3] * sign
        table[:, column] = np.rint(part * np.sqrt(2.0) * top)
    table[:, 3] = (top & ~3) | largest
    return table
