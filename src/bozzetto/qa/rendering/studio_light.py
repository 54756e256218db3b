"""A photographer's studio as an environment map, made by arithmetic and ready for Filament.

Filament can prefilter an environment itself, but on a software driver that takes ten seconds of
CPU. The studio is smooth, so a small cube map prefiltered here looks the same and takes a tenth of
a second. Letters: n directions, m directions of light, s texels along a cube's side.
"""

import struct
from functools import cache

import numpy as np
from jaxtyping import Float64

Directions = Float64[np.ndarray, "n 3"]
Radiance = Float64[np.ndarray, "n 3"]

_SIDES_PX = (32, 16, 8, 4)
"""Mip levels, finest first; level l of L serves perceptual roughness 1 - sqrt(1 - l / (L - 1))."""

# (direction, half angle in radians, soft edge as a cosine, radiance)
_LAMPS = (
    ((-0.9, 1.1, 1.0), 0.55, 0.16, (4.6, 4.5, 4.3)),
    ((1.3, 0.35, 0.7), 0.42, 0.14, (1.25, 1.3, 1.4)),
    ((0.25, 0.9, -1.1), 0.60, 0.16, (2.1, 2.15, 2.25)),
)
_SKY, _HORIZON, _FLOOR = (0.62, 0.64, 0.68), (0.50, 0.50, 0.50), (0.46, 0.45, 0.44)


def studio_radiance(directions: Directions) -> Radiance:
    """Return the light that arrives from unit directions; +y up, the front (+z) is lit best."""
    up = directions[:, 1:2]
    light = np.array(_HORIZON) + np.maximum(up, 0) * (np.array(_SKY) - _HORIZON)
    light = light + np.maximum(-up, 0) * (np.array(_FLOOR) - _HORIZON)
    for direction, half_angle, softness, radiance in _LAMPS:
        towards = np.array(direction) / np.linalg.norm(direction)
        inside = (directions @ towards - np.cos(half_angle)) / softness + 0.5
        t = np.clip(inside, 0, 1)[:, None]
        light = light + t * t * (3 - 2 * t) * np.array(radiance)
    return light


@cache
def studio_ktx() -> bytes:
    """Return the studio as a prefiltered KTX 1 cube map, as Filament's `cmgen` would write it."""
    levels = [
        _prefiltered(side, roughness=_roughness_of_level(level))
        for level, side in enumerate(_SIDES_PX)
    ]
    irradiance = " ".join(f"{value:.6f}" for value in _irradiance_coefficients().ravel())
    return _pack_ktx(levels, key="sh", value=irradiance)


def cube_directions(side: int) -> Directions:
    """Return the directions of a cube map's texels: faces +x, -x, +y, -y, +z, -z, then rows.

    OpenGL 4.5, section 8.13, table 8.19.
    """
    t, s = np.meshgrid(*(2 * (np.arange(side) + 0.5) / side - 1,) * 2, indexing="ij")
    one = np.ones_like(s)
    faces = [
        (one, -t, -s),
        (-one, -t, s),
        (s, one, t),
        (s, -one, -t),
        (s, -t, one),
        (-s, -t, -one),
    ]
    stacked = np.concatenate([np.stack(face, axis=-1).reshape(-1, 3) for face in faces])
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


def _roughness_of_level(level: int) -> float:
    """Invert Filament's choice of level, roughness * (2 - roughness)."""
    return 1 - float(np.sqrt(1 - level / (len(_SIDES_PX) - 1)))


def _prefiltered(side: int, *, roughness: float) -> Radiance:
    """Blur the studio as a GGX surface of that perceptual roughness would (Karis, 2013)."""
    normals = cube_directions(side)
    if roughness == 0:
        return studio_radiance(normals)
    lights, solid_angles = _light_grid()
    cosine = np.maximum(normals @ lights.T, 0)
    # View along the normal: the half vector's cosine follows from the light's.
    half_squared = (1 + cosine) / 2
    alpha_squared = roughness**4
    spread = 1 / (half_squared * (alpha_squared - 1) + 1) ** 2
    weights = spread * cosine * solid_angles
    return weights @ studio_radiance(lights) / weights.sum(axis=1, keepdims=True)


def _light_grid() -> tuple[Float64[np.ndarray, "m 3"], Float64[np.ndarray, " m"]]:
    """Return directions that stand for all light, and the solid angle of each."""
    directions = cube_directions(16)
    return directions, np.abs(directions).max(axis=1) ** 3


def _irradiance_coefficients() -> Float64[np.ndarray, "9 3"]:
    """Fit the irradiance over pi with the nine polynomials of Filament's shader."""
    lights, solid_angles = _light_grid()
    normals = cube_directions(8)
    weights = np.maximum(normals @ lights.T, 0) * solid_angles
    irradiance = weights @ studio_radiance(lights) / weights.sum(axis=1, keepdims=True)
    x, y, z = normals.T
    basis = np.stack(
        [np.ones_like(x), y, z, x, y * x, y * z, 3 * z * z - 1, z * x, x * x - y * y], axis=1
    )
    return np.asarray(np.linalg.lstsq(basis, irradiance, rcond=None)[0], np.float64)


def _pack_ktx(levels: list[Float64[np.ndarray, "_ 3"]], *, key: str, value: str) -> bytes:
    """Write half-float RGBA cube faces as KTX 1 (Khronos, 2013) with one entry of metadata."""
    entry = key.encode() + b"\0" + value.encode() + b"\0"
    metadata = struct.pack("<I", len(entry)) + entry + bytes(-len(entry) % 4)
    side = _SIDES_PX[0]
    gl_half_float, gl_rgba, gl_rgba16f = 0x140B, 0x1908, 0x881A
    header = struct.pack(
        "<12s13I",
        b"\xabKTX 11\xbb\r\n\x1a\n",
        0x04030201,
        gl_half_float,
        2,
        gl_rgba,
        gl_rgba16f,
        gl_rgba,
        side,
        side,
        0,
        0,
        6,
        len(levels),
        len(metadata),
    )
    parts = [header, metadata]
    for level in levels:
        texels = np.concatenate([level, np.ones((len(level), 1))], axis=1).astype("<f2")
        parts += [struct.pack("<I", texels.nbytes // 6), texels.tobytes()]
    return b"".join(parts)
