"""Filters of EXT_meshopt_compression: directions, quaternions and floats as small integers.

Letters: n elements.
"""

import numpy as np
from jaxtyping import Float32, Int8, Int16, Int32, Shaped, UInt8, UInt16


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
