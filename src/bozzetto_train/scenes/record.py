"""One rendered view, stored compactly: geometry and materials, not yet lit.

Light is added when the view is read, so that one record gives as many photographs as one likes.
Only pixels and volume columns that the object covers are stored. Letters: p covered pixels,
c covered columns, s pixels a side, g cells a side.
"""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float16, Float32, Int8, UInt8

SIZE = 192
"""Pixels a side of a record as it is rendered; the volume has half as many columns a side."""
DISTANCE_STEP = 0.0005
"""What one step of the stored signed distance is worth, in units of s."""
_LIGHTS = 3
_PIXEL_BYTES = 3 + 3 + 3 + 1 + 1 + 1 + _LIGHTS + 2
_HEAD = struct.Struct("<iiii")


@dataclass(frozen=True, kw_only=True, eq=False)
class ViewRecord:
    """What a ray through each pixel meets, and the signed distance in the frustum."""

    alpha: UInt8[np.ndarray, "s s"]
    """Coverage, antialiased."""
    covered: Bool[np.ndarray, "s s"]
    """Pixels whose own ray meets the object; the layers below hold these."""
    normals: Int8[np.ndarray, "p 3"]
    """In the camera frame, times 127; row by row."""
    albedo: UInt8[np.ndarray, "p 3"]
    """sRGB."""
    hidden_albedo: UInt8[np.ndarray, "p 3"]
    """sRGB, of the last surface along the ray."""
    roughness: UInt8[np.ndarray, " p"]
    metallic: UInt8[np.ndarray, " p"]
    openness: UInt8[np.ndarray, " p"]
    """Share of the hemisphere that is not blocked nearby (ambient occlusion)."""
    lit: UInt8[np.ndarray, "p 3"]
    """How much each of three lights reaches the point."""
    depth: Float16[np.ndarray, " p"]
    """w of the visible surface."""
    distance: Int8[np.ndarray, "c k"]
    """Signed distance per column and bin, in steps of `DISTANCE_STEP`."""
    lights: Float32[np.ndarray, "3 3"]
    """Directions to the lights, camera frame."""
    camera: Float32[np.ndarray, " 6"]
    """up (3), h, D and s."""

    def to_bytes(self) -> bytes:
        """Pack and compress."""
        covered, columns = len(self.normals), len(self.distance)
        depth_bytes = self.depth.view(np.uint8).reshape(covered, 2)
        parts = [
            _HEAD.pack(len(self.alpha), covered, columns, self.distance.shape[1]),
            np.concatenate([self.lights.ravel(), self.camera]).astype("<f4").tobytes(),
            self.alpha.tobytes(),
            np.packbits(self.covered).tobytes(),
        ]
        layers = (self.normals, self.albedo, self.hidden_albedo, self.lit, depth_bytes)
        # Channel after channel compresses better than pixel after pixel.
        parts += [np.ascontiguousarray(layer.T).tobytes() for layer in layers]
        parts += [layer.tobytes() for layer in (self.roughness, self.metallic, self.openness)]
        parts.append(self.distance.tobytes())
        return zlib.compress(b"".join(parts), 1)


def record_from_bytes(packed: bytes) -> ViewRecord:
    """Undo `to_bytes`; raises ValueError when the length does not fit."""
    data = zlib.decompress(packed)
    size, covered, columns, bins = _HEAD.unpack_from(data)
    floats = np.frombuffer(data, "<f4", 15, _HEAD.size)
    at = _HEAD.size + floats.nbytes
    expected = at + size * size * 9 // 8 + covered * _PIXEL_BYTES + columns * bins
    if len(data) != expected:
        raise ValueError(f"A view record of {expected} bytes was expected, got {len(data)}.")
    alpha = np.frombuffer(data, np.uint8, size * size, at).reshape(size, size)
    at += size * size
    bits = np.frombuffer(data, np.uint8, size * size // 8, at)
    at += len(bits)
    pixels = np.frombuffer(data, np.uint8, covered * _PIXEL_BYTES, at)
    at += len(pixels)
    channels = pixels.reshape(_PIXEL_BYTES, covered)
    return ViewRecord(
        alpha=alpha,
        covered=np.unpackbits(bits).reshape(size, size).astype(bool),
        normals=np.ascontiguousarray(channels[0:3].T).view(np.int8),
        albedo=np.ascontiguousarray(channels[3:6].T),
        hidden_albedo=np.ascontiguousarray(channels[6:9].T),
        lit=np.ascontiguousarray(channels[9:12].T),
        depth=np.ascontiguousarray(channels[12:14].T).view(np.float16)[:, 0],
        roughness=channels[14],
        metallic=channels[15],
        openness=channels[16],
        distance=np.frombuffer(data, np.int8, columns * bins, at).reshape(columns, bins),
        lights=floats[:9].reshape(3, 3).astype(np.float32),
        camera=floats[9:].astype(np.float32),
    )


def column_mask(covered: Bool[np.ndarray, "s s"]) -> Bool[np.ndarray, "g g"]:
    """Mark the columns of the volume that hold a covered pixel."""
    half = len(covered) // 2
    return np.asarray(covered.reshape(half, 2, half, 2).any(axis=(1, 3)))
