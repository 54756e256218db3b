"""Decompress EXT_meshopt_compression buffer views (Khronos, vendor extension of glTF 2.0).

After the bitstream's public description in the extension's text, appendix A and B; versions 0 and 1
of vertices, 0 and 1 of indices, and the filters: directions, quaternions, floats and colours as
small integers. Letters: n elements, s bytes per element, t triangles.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float32, Int8, Int16, Int32, Shaped, UInt8, UInt16, UInt32

VERTEX_HEADER, TRIANGLE_HEADER, SEQUENCE_HEADER = 0xA0, 0xE0, 0xD0
GROUP = 16
"""Bytes that are packed with one width."""
MAX_BLOCK_BYTES, MAX_BLOCK = 8192, 256
_MAX_BYTES = 1024**3


class Mode(StrEnum):
    """What a view holds."""

    ATTRIBUTES = "ATTRIBUTES"
    TRIANGLES = "TRIANGLES"
    INDICES = "INDICES"


class Filter(StrEnum):
    """What is done to attributes after decompression."""

    NONE = "NONE"
    OCTAHEDRAL = "OCTAHEDRAL"
    QUATERNION = "QUATERNION"
    EXPONENTIAL = "EXPONENTIAL"
    COLOR = "COLOR"


@dataclass(frozen=True, kw_only=True)
class ViewLayout:
    """What a compressed view says of itself."""

    count: int
    stride: int
    mode: Mode
    filter: Filter = Filter.NONE


def decode_view(data: bytes, layout: ViewLayout) -> bytes:
    """Return the plain bytes of a view.

    Raises:
        ValueError: The data is damaged, or of a version that is not known.
    """
    if layout.count * layout.stride > _MAX_BYTES:
        raise ValueError("it is larger than a gibibyte")
    try:
        if layout.mode is Mode.ATTRIBUTES:
            table = decode_vertices(data, count=layout.count, stride=layout.stride)
            return _filtered(table, layout.filter)
        decode = decode_triangles if layout.mode is Mode.TRIANGLES else decode_sequence
        indices = decode(data, count=layout.count)
    except IndexError:
        raise ValueError("it is cut off") from None
    return indices.astype("<u2" if layout.stride == 2 else "<u4").tobytes()


def block_size(stride: int) -> int:
    """Return how many elements are packed together."""
    return min((MAX_BLOCK_BYTES // stride) & ~(GROUP - 1), MAX_BLOCK)


def decode_vertices(data: bytes, *, count: int, stride: int) -> UInt8[np.ndarray, "n s"]:
    """Decode elements: bytes of one place in all elements of a block stand together."""
    if not data or data[0] & 0xF0 != VERTEX_HEADER or data[0] & 0x0F > 1:
        raise ValueError("it is of an unknown version")
    if stride % 4 or not 4 <= stride <= 256:
        raise ValueError(f"elements of {stride} bytes are not allowed")
    version = data[0] & 0x0F
    tail_size = max(stride + (stride // 4 if version else 0), 24 if version else 32)
    tail = data[len(data) - stride - (stride // 4 if version else 0) :]
    if len(data) < 1 + tail_size:
        raise IndexError
    last = np.frombuffer(tail, np.uint8, stride).copy()
    channels = tail[stride:] if version else bytes(stride // 4)
    raw = np.frombuffer(data, np.uint8)
    result = np.zeros((count, stride), np.uint8)
    at = 1
    size = block_size(stride)
    for start in range(0, count, size):
        length = min(size, count - start)
        at, deltas = _block(raw, at, length=length, stride=stride, version=version)
        table = _undone(deltas, last, channels)
        result[start : start + length] = table
        last = table[-1].copy()
    if at + tail_size != len(data):
        raise IndexError
    return result


def _block(
    raw: UInt8[np.ndarray, " m"], at: int, *, length: int, stride: int, version: int
) -> tuple[int, UInt8[np.ndarray, "n s"]]:
    """Unpack the bytes of a block, one place in the elements after the other."""
    padded = -(-length // GROUP) * GROUP
    deltas = np.zeros((padded, stride), np.uint8)
    controls = raw[at : at + stride // 4] if version else None
    at += stride // 4 if version else 0
    for place in range(stride):
        mode = 4 if controls is None else int(controls[place // 4]) >> (place % 4 * 2) & 3
        if mode == 2:
            continue
        if mode == 3:
            if at + length > len(raw):
                raise IndexError
            deltas[:length, place] = raw[at : at + length]
            at += length
            continue
        widths = (0, 2, 4, 8) if mode == 4 else (0, 1, 2, 4) if mode == 0 else (1, 2, 4, 8)
        at, deltas[:, place] = _packed(raw, at, count=padded, widths=widths)
    return at, deltas[:length]


def _packed(
    raw: UInt8[np.ndarray, " m"], at: int, *, count: int, widths: tuple[int, int, int, int]
) -> tuple[int, UInt8[np.ndarray, " n"]]:
    """Unpack groups of 16 bytes, each with a width of its own."""
    groups = count // GROUP
    header = raw[at : at + -(-groups // 4)]
    at += len(header)
    result = np.zeros(count, np.uint8)
    for group in range(groups):
        width = widths[int(header[group // 4]) >> (group % 4 * 2) & 3]
        if width == 0:
            continue
        size = GROUP * width // 8
        if at + size > len(raw):
            raise IndexError
        values = _unpacked(raw[at : at + size], width)
        at += size
        if width < 8:  # The largest value means that the byte stands behind.
            rare = np.flatnonzero(values == (1 << width) - 1)
            values[rare] = raw[at : at + len(rare)]
            at += len(rare)
        result[group * GROUP : group * GROUP + GROUP] = values
    return at, result


def _unpacked(packed: UInt8[np.ndarray, " m"], width: int) -> UInt8[np.ndarray, " n"]:
    """Take 16 values of 1, 2, 4 or 8 bits apart; the first value stands in the highest bits."""
    if width == 8:
        return packed.copy()
    if width == 1:
        # Bits of one byte belong to the values from the lowest on.
        return np.unpackbits(packed, bitorder="little")
    shifts = np.arange(8 - width, -1, -width, dtype=np.uint8)
    return ((packed[:, None] >> shifts) & ((1 << width) - 1)).reshape(-1).astype(np.uint8)


def _undone(
    deltas: UInt8[np.ndarray, "n s"], last: UInt8[np.ndarray, " s"], channels: bytes
) -> UInt8[np.ndarray, "n s"]:
    """Add up the differences to the element before, in each channel's own way."""
    result = np.zeros_like(deltas)
    for four, channel in enumerate(channels):
        columns = slice(four * 4, four * 4 + 4)
        part = np.ascontiguousarray(deltas[:, columns])
        before = last[columns]
        kind = channel & 3
        if kind == 0:
            plain = (part >> 1) ^ -(part & 1)
            result[:, columns] = before + np.cumsum(plain, axis=0, dtype=np.uint8)
        elif kind == 1:
            words = part.view("<u2")
            plain = (words >> 1) ^ -(words & 1)
            total = before.view("<u2") + np.cumsum(plain, axis=0, dtype=np.uint16)
            result[:, columns] = total.astype("<u2").view(np.uint8).reshape(-1, 4)
        elif kind == 2:
            words, turn = part.view("<u4"), np.uint32(channel >> 4)
            rotated = words if turn == 0 else (words >> turn) | (words << (np.uint32(32) - turn))
            rows = np.concatenate([before.view("<u4")[None], rotated])
            total = np.bitwise_xor.accumulate(rows, axis=0)[1:]
            result[:, columns] = total.astype("<u4").view(np.uint8).reshape(-1, 4)
        else:
            raise ValueError("a channel is of an unknown kind")
    return result


def _filtered(table: UInt8[np.ndarray, "n s"], kind: Filter) -> bytes:
    """Undo the filter of a view."""
    stride = table.shape[1]
    if kind is Filter.OCTAHEDRAL:
        return octahedral(table.view("i1" if stride == 4 else "<i2")).tobytes()
    if kind is Filter.QUATERNION:
        return quaternions(table.view("<i2")).tobytes()
    if kind is Filter.EXPONENTIAL:
        return exponential(table.view("<i4")).tobytes()
    if kind is Filter.COLOR:
        return decode_color(table.view("u1" if stride == 4 else "<u2")).tobytes()
    return table.tobytes()


def decode_triangles(data: bytes, *, count: int) -> UInt32[np.ndarray, " m"]:
    """Decode triangle corners, which name recent edges and vertices."""
    if not data or data[0] & 0xF0 != TRIANGLE_HEADER or data[0] & 0x0F > 1:
        raise ValueError("it is of an unknown version")
    if count % 3 or len(data) < 1 + count // 3 + 16:
        raise IndexError
    return _TriangleDecoder(data=data, version=data[0] & 0x0F).decoded(count // 3)


class _TriangleDecoder:
    """The state of the triangle decoder: 16 recent edges and vertices."""

    def __init__(self, *, data: bytes, version: int) -> None:
        self.data = data
        self.fresh_limit = 13 if version >= 1 else 15
        self.edges = [(-1, -1)] * 16
        self.vertices = [-1] * 16
        self.edge_at = self.vertex_at = self.next = self.last = 0
        self.at = 0

    def decoded(self, count: int) -> UInt32[np.ndarray, " m"]:
        """Decode all triangles."""
        self.at = 1 + count
        table = self.data[len(self.data) - 16 :]
        corners: list[int] = []
        for code in self.data[1 : 1 + count]:
            if code < 0xF0:
                corners.extend(self._beside_edge(code))
            else:
                corners.extend(self._apart(code, table))
        return np.array(corners, np.int64).astype(np.uint32)

    def _beside_edge(self, code: int) -> tuple[int, int, int]:
        """A triangle at a recent edge and one more vertex."""
        a, b = self.edges[(self.edge_at - 1 - (code >> 4)) & 15]
        kind = code & 15
        if kind < self.fresh_limit:
            c = self._new() if kind == 0 else self.vertices[(self.vertex_at - 1 - kind) & 15]
            if kind == 0:
                self._push_vertex(c)
        else:
            c = self.last + (-1 if kind == 13 else 1) if kind != 15 else self._far()
            self.last = c
            self._push_vertex(c)
        self._push_edge(c, b)
        self._push_edge(a, c)
        return a, b, c

    def _apart(self, code: int, table: bytes) -> tuple[int, int, int]:
        """A triangle at no recent edge."""
        if code < 0xFE:
            pair = table[code & 15]
            a = self._new()
            b, c = self._old_or_new(pair >> 4), self._old_or_new(pair & 15)
            fresh = (True, pair >> 4 == 0, pair & 15 == 0)
        else:
            pair = self.data[self.at]
            self.at += 1
            if pair == 0:
                self.next = 0
            fb, fc = pair >> 4, pair & 15
            a = self._new() if code == 0xFE else 0
            b = self._old_or_new(fb)
            c = self._old_or_new(fc)
            if code == 0xFF:
                a = self._far()
                self.last = a
            if fb == 15:
                b = self._far()
                self.last = b
            if fc == 15:
                c = self._far()
                self.last = c
            fresh = (True, fb in (0, 15), fc in (0, 15))
        for vertex, new in zip((a, b, c), fresh, strict=True):
            if new:
                self._push_vertex(vertex)
        self._push_edge(b, a)
        self._push_edge(c, b)
        self._push_edge(a, c)
        return a, b, c

    def _old_or_new(self, kind: int) -> int:
        """Return a new vertex for 0, else a recent one."""
        return self._new() if kind == 0 else self.vertices[(self.vertex_at - kind) & 15]

    def _new(self) -> int:
        """Return the vertex after the newest."""
        self.next += 1
        return self.next - 1

    def _far(self) -> int:
        """Return a vertex by its difference to the last such one."""
        value, self.at = varint(self.data, self.at)
        return self.last + ((value >> 1) ^ -(value & 1))

    def _push_edge(self, a: int, b: int) -> None:
        self.edges[self.edge_at & 15] = (a, b)
        self.edge_at += 1

    def _push_vertex(self, vertex: int) -> None:
        self.vertices[self.vertex_at & 15] = vertex
        self.vertex_at += 1


def decode_sequence(data: bytes, *, count: int) -> UInt32[np.ndarray, " m"]:
    """Decode any indices, as differences to one of two last ones."""
    if not data or data[0] & 0xF0 != SEQUENCE_HEADER or data[0] & 0x0F > 1:
        raise ValueError("it is of an unknown version")
    last, at = [0, 0], 1
    values = np.zeros(count, np.uint32)
    for i in range(count):
        value, at = varint(data, at)
        which, value = value & 1, value >> 1
        last[which] = (last[which] + ((value >> 1) ^ -(value & 1))) & 0xFFFFFFFF
        values[i] = last[which]
    return values


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of up to five bytes, seven bits each; also return where the next starts."""
    value = 0
    for step in range(5):
        byte = data[at + step]
        value |= (byte & 127) << (7 * step)
        if byte < 128:
            return value, at + step + 1
    raise ValueError("a number does not end")


def octahedral(
    table: Int8[np.ndarray, "n 4"] | Int16[np.ndarray, "n 4"],
) -> Int8[np.ndarray, "n 4"] | Int16[np.ndarray, "n 4"]:
    """Unfold directions from an octahedron; the fourth number stays."""
    top = np.iinfo(table.dtype).max
    one = table[:, 2].astype(np.float64)
    x, y = table[:, 0] / one, table[:, 1] / one
    z = 1 - np.abs(x) - np.abs(y)
    back = np.maximum(-z, 0)
    x = x - np.where(x >= 0, back, -back)
    y = y - np.where(y >= 0, back, -back)
    length = np.sqrt(x * x + y * y + z * z)
    unit = np.stack([x, y, z], axis=1) / length[:, None]
    rounded = np.rint(unit * top).astype(table.dtype)
    return np.concatenate([rounded, table[:, 3:]], axis=1)


def quaternions(table: Int16[np.ndarray, "n 4"]) -> Int16[np.ndarray, "n 4"]:
    """Find the largest component of unit quaternions; two bits of the last say which it is."""
    scale = (table[:, 3] | 3).astype(np.float64)
    xyz = table[:, :3] / scale[:, None] / np.sqrt(2.0)
    w = np.sqrt(np.maximum(1 - (xyz**2).sum(axis=1), 0))
    values = np.rint(np.concatenate([xyz, w[:, None]], axis=1) * 32767).astype(np.int16)
    largest = (table[:, 3] & 3).astype(np.int64)
    result = np.zeros_like(table)
    rows = np.arange(len(table))
    for source, step in enumerate((1, 2, 3, 0)):
        result[rows, (largest + step) & 3] = values[:, source]
    return result


def exponential(table: Int32[np.ndarray, "n c"]) -> Float32[np.ndarray, "n c"]:
    """Join mantissas of 24 bits and exponents of 8 to floats."""
    mantissa = (table << np.int32(8)) >> np.int32(8)
    return np.ldexp(mantissa.astype(np.float64), table >> np.int32(24)).astype(np.float32)


def decode_color(
    table: UInt8[np.ndarray, "n 4"] | UInt16[np.ndarray, "n 4"],
) -> Shaped[np.ndarray, "n 4"]:
    """Turn luma and chroma back to red, green, blue and alpha."""
    bits = table.dtype.itemsize * 8
    signed = table.view(f"<i{table.dtype.itemsize}").astype(np.int64)
    alpha = table[:, 3].astype(np.int64)
    spread = alpha.copy()
    for shift in (1, 2, 4, 8):
        spread |= spread >> shift
    full = spread.astype(np.float64)  # The highest bit of alpha says how many bits are used.
    y, co, cg = table[:, 0].astype(np.int64), signed[:, 1], signed[:, 2]
    red, green, blue = y + co - cg, y + cg, y - co - cg
    hidden = ((alpha << 1) & spread) | (alpha & 1)
    top = (1 << bits) - 1
    columns = np.stack([red, green, blue, hidden], axis=1) * (top / full)[:, None]
    return np.rint(np.clip(columns, 0, top)).astype(table.dtype)
