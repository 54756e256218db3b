"""A buffer of quantised, compressed arrays (EXT_meshopt_compression, KHR_mesh_quantization).

Positions, uvs and translations stay floats, with a common step that their size asks for; they are
packed as whole numbers of steps. Arrays of a kind share one buffer view: the description of a view
takes more bytes than a track of an animation. Letters: n elements.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Int32, Shaped, UInt8

from bozzetto.formats.gltf.container import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, BinaryWriter, Json
from bozzetto.formats.gltf.meshopt_encoding import (
    encode_triangles,
    encode_vertices,
    octahedral8,
    small_quaternions,
)

MESHOPT, QUANTIZED = "EXT_meshopt_compression", "KHR_mesh_quantization"
_POSITION_BITS, _UV_BITS, _ROTATION_BITS, _TRANSLATION_BITS = 14, 14, 14, 16
_COMPONENT_TYPES = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "float32": 5126}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stored:
    """How an array is packed and what its accessor says."""

    rows: Shaped[np.ndarray, "n c"]
    """As they are compressed."""
    component: str
    width: int
    normalized: bool = False
    filter: str = "NONE"
    bounds: Float32[np.ndarray, "n c"] | None = None
    """Values of which the accessor names smallest and largest."""


@dataclass(kw_only=True, eq=False)
class _Pool:
    """Arrays of one kind that are compressed together."""

    view: int
    stride: int
    filter: str
    is_attribute: bool
    tables: list[UInt8[np.ndarray, "n s"]] = field(default_factory=list[UInt8[np.ndarray, "n s"]])
    count: int = 0


@dataclass(kw_only=True)
class PackedWriter(BinaryWriter):
    """Collects compressed arrays; lives only inside one write."""

    unpacked_length: int = 0
    pools: dict[str, _Pool] = field(default_factory=dict[str, _Pool])
    known: dict[tuple[str, bytes], int] = field(default_factory=dict[tuple[str, bytes], int])
    """Accessors by what they hold, so that equal tracks stand there once."""

    def add_indices(self, indices: Shaped[np.ndarray, " n"]) -> int:
        """Append triangle corners."""
        data = encode_triangles(indices.astype(np.int32).reshape(-1, 3))
        view = self._reserved()
        size = indices.dtype.itemsize
        self._fill(view, data, count=len(indices), stride=size, mode="TRIANGLES")
        self.views[view]["target"] = ELEMENT_ARRAY_BUFFER
        component = _COMPONENT_TYPES["uint16"] if size == 2 else 5125
        self.accessors.append(
            {
                "bufferView": view,
                "componentType": component,
                "count": len(indices),
                "type": "SCALAR",
            }
        )
        return len(self.accessors) - 1

    def add_attribute(
        self, values: Shaped[np.ndarray, "n ..."], *, semantic: str = "", with_bounds: bool = False
    ) -> int:
        """Append one value per vertex, as small as its meaning allows."""
        stored = _attribute(values.reshape(len(values), -1), semantic, with_bounds=with_bounds)
        return self._accessor(stored, semantic=semantic, is_attribute=True)

    def add_numbers(
        self, values: Float32[np.ndarray, "n ..."], *, semantic: str = "", with_bounds: bool = False
    ) -> int:
        """Append what is not one value per vertex."""
        table = values.reshape(len(values), -1)
        key = (semantic, table.tobytes())
        if key not in self.known:
            stored = _numbers(table, semantic, with_bounds=with_bounds)
            self.known[key] = self._accessor(stored, semantic=semantic, is_attribute=False)
        return self.known[key]

    def finish(self) -> None:
        """Compress the pools, and say how large the buffer would be that is not there."""
        for pool in self.pools.values():
            data = encode_vertices(np.concatenate(pool.tables))
            self._fill(
                pool.view,
                data,
                count=pool.count,
                stride=pool.stride,
                mode="ATTRIBUTES",
                filter_=pool.filter,
            )
            if pool.is_attribute:
                self.views[pool.view] |= {"target": ARRAY_BUFFER, "byteStride": pool.stride}
        fallback: Json = {"fallback": True}
        buffer: Json = {"byteLength": self.unpacked_length, "extensions": {MESHOPT: fallback}}
        self.extra_buffers.append(buffer)

    def _accessor(self, stored: _Stored, *, semantic: str, is_attribute: bool) -> int:
        """Add an array to the pool of its kind and describe it."""
        raw = np.ascontiguousarray(stored.rows).view(np.uint8).reshape(len(stored.rows), -1)
        stride = raw.shape[1]
        key = f"{semantic} {stride} {stored.filter} {is_attribute}"
        if key not in self.pools:
            self.pools[key] = _Pool(
                view=self._reserved(),
                stride=stride,
                filter=stored.filter,
                is_attribute=is_attribute,
            )
        pool = self.pools[key]
        entry: Json = {"bufferView": pool.view}
        if pool.count:
            entry["byteOffset"] = pool.count * stride
        entry |= {
            "componentType": _COMPONENT_TYPES[stored.component],
            "count": len(raw),
            "type": _TYPES[stored.width],
        }
        if stored.normalized:
            entry["normalized"] = True
        if stored.bounds is not None:
            entry["min"] = [float(v) for v in stored.bounds.min(axis=0)]
            entry["max"] = [float(v) for v in stored.bounds.max(axis=0)]
        pool.tables.append(raw)
        pool.count += len(raw)
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def _reserved(self) -> int:
        """Return the index of a view that is filled later."""
        self.views.append({})
        return len(self.views) - 1

    def _fill(
        self,
        view: int,
        data: bytes,
        *,
        count: int,
        stride: int,
        mode: str,
        filter_: str = "NONE",
    ) -> None:
        """Append compressed bytes; the plain ones would stand in a buffer that is not there."""
        inner = self.add_blob(data)
        packed: Json = {**self.views.pop(inner), "byteStride": stride, "count": count, "mode": mode}
        if filter_ != "NONE":
            packed["filter"] = filter_
        self.views[view] = {
            "buffer": 1,
            "byteOffset": self.unpacked_length,
            "byteLength": count * stride,
            "extensions": {MESHOPT: packed},
        }
        self.unpacked_length += -(-count * stride // 4) * 4


def _numbers(table: Float32[np.ndarray, "n c"], semantic: str, *, with_bounds: bool) -> _Stored:
    """Choose how to keep what is not one value per vertex."""
    if semantic == "rotation":
        rows = small_quaternions(table, bits=_ROTATION_BITS)
        return _Stored(rows=rows, component="int16", width=4, normalized=True, filter="QUATERNION")
    if semantic == "translation":
        return _stepped(table, bits=_TRANSLATION_BITS, with_bounds=with_bounds)
    bounds = table if with_bounds else None
    return _Stored(rows=table, component="float32", width=table.shape[1], bounds=bounds)


def _attribute(values: Shaped[np.ndarray, "n c"], semantic: str, *, with_bounds: bool) -> _Stored:
    """Choose how to keep a vertex attribute."""
    if semantic == "POSITION":
        return _stepped(values, bits=_POSITION_BITS, with_bounds=with_bounds)
    if semantic == "TEXCOORD_0":
        return _stepped(values, bits=_UV_BITS, with_bounds=with_bounds)
    if semantic in ("NORMAL", "TANGENT"):
        sign = np.zeros(len(values), np.int8)
        if semantic == "TANGENT":
            sign = np.where(values[:, 3] < 0, -127, 127).astype(np.int8)
        rows = octahedral8(np.ascontiguousarray(values[:, :3]), sign)
        width = values.shape[1]
        return _Stored(
            rows=rows, component="int8", width=width, normalized=True, filter="OCTAHEDRAL"
        )
    if semantic == "WEIGHTS_0":
        return _Stored(rows=_bytes_of(values), component="uint8", width=4, normalized=True)
    if semantic == "COLOR_0":
        opaque = np.ones((len(values), 1), np.float32)
        rgba = np.rint(np.concatenate([values, opaque], axis=1) * 65535).astype("<u2")
        return _Stored(rows=rgba, component="uint16", width=4, normalized=True)
    rows = values
    if rows.dtype.itemsize * rows.shape[1] % 4:
        rows = np.pad(rows, ((0, 0), (0, 4 - rows.shape[1])))
    return _Stored(rows=rows, component=values.dtype.name, width=values.shape[1])


def _stepped(values: Float32[np.ndarray, "n c"], *, bits: int, with_bounds: bool) -> _Stored:
    """Round to a power of two below the values' span, `bits` times halved."""
    span = max(float(np.ptp(values, axis=0).max(initial=0)), float(np.abs(values).max()), 1e-6)
    exponent = int(np.ceil(np.log2(span))) - bits
    steps = np.rint(values.astype(np.float64) / 2.0**exponent).astype(np.int32)
    rounded = (steps * 2.0**exponent).astype(np.float32)
    rows: Int32[np.ndarray, "n c"] = (steps & np.int32(0xFFFFFF)) | np.int32(exponent << 24)
    return _Stored(
        rows=rows,
        component="float32",
        width=values.shape[1],
        filter="EXPONENTIAL",
        bounds=rounded if with_bounds else None,
    )


def _bytes_of(weights: Float32[np.ndarray, "n 4"]) -> UInt8[np.ndarray, "n 4"]:
    """Round weights to 255ths whose sum is exactly 255; the largest takes the rest."""
    table = np.rint(weights.astype(np.float64) * 255).astype(np.int64)
    table[:, 0] += 255 - table.sum(axis=1)
    return np.clip(table, 0, 255).astype(np.uint8)
