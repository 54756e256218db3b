"""From encoded samples to linear sRGB light, through an ICC profile if there is one.

Profiles of three curves and a matrix (camera, screen and editing spaces) and grey ones are applied
in float, so 16-bit photos lose nothing; table profiles and CMYK go through Little CMS in 8 bits.
Standard: ICC.1:2022. Letters: h w rows and columns, c channels (1 or 3), s samples of a curve.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8, UInt16

from bozzetto.imaging.color import linear_from_srgb

Encoded = UInt8[np.ndarray, "h w c"] | UInt16[np.ndarray, "h w c"]

# Linear sRGB from XYZ relative to D50 (the profile connection space), Bradford-adapted.
_SRGB_FROM_PCS = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
_D50 = np.array([0.9642, 1.0, 0.8249])
_WHITE_TOLERANCE = 0.1
_SRGB_TOLERANCE = 0.004
_ROWS_AT_ONCE = 256
_MAX_TAGS = 256


class ProfileError(ValueError):
    """An ICC profile that is broken."""


class TableProfileError(ValueError):
    """A valid ICC profile of tables, which this module leaves to Little CMS."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorSpace:
    """Curves and a matrix that lead from encoded samples to linear sRGB."""

    curves: Float32[np.ndarray, "c 65536"]
    """Linear value of each 16-bit sample; 8-bit samples use every 257th."""
    matrix: Float32[np.ndarray, "3 3"] | None = None
    """Linear sRGB from the space's own linear RGB; None where they are the same."""


def srgb_space(*, channels: int) -> ColorSpace:
    """Return sRGB, for grey (1) or colour (3) samples."""
    curve = linear_from_srgb(_grid())
    return ColorSpace(curves=np.tile(curve, (channels, 1)))


def linear_from_encoded(encoded: Encoded, space: ColorSpace) -> Float32[np.ndarray, "h w 3"]:
    """Convert samples to linear sRGB light within 0 to 1; colours outside sRGB are clipped.

    Works in strips, so that a 60-megapixel photo needs little more than its result.
    """
    height, width, channels = encoded.shape
    step = 257 if encoded.dtype == np.uint8 else 1
    curves = np.ascontiguousarray(space.curves[:, ::step])
    linear = np.zeros((height, width, 3), np.float32)
    for top in range(0, height, _ROWS_AT_ONCE):
        strip, out = encoded[top : top + _ROWS_AT_ONCE], linear[top : top + _ROWS_AT_ONCE]
        for channel in range(3):
            source = min(channel, channels - 1)
            out[..., channel] = curves[source][strip[..., source]]
        if space.matrix is not None:
            np.clip(out @ space.matrix.T, 0, 1, out=out)
    return linear


def parse_profile(icc: bytes, *, channels: int) -> ColorSpace:
    """Read an ICC profile of curves and a matrix, or of one grey curve.

    Args:
        icc: The profile.
        channels: Of the picture: 1 (grey) or 3.

    Raises:
        ProfileError: The profile is broken or not for this kind of picture.
        TableProfileError: It is valid, but needs Little CMS.
    """
    try:
        return _parse(icc, channels=channels)
    except (struct.error, KeyError, IndexError, FloatingPointError, OverflowError) as error:
        raise ProfileError(f"broken: {error!r}") from error


def _parse(icc: bytes, *, channels: int) -> ColorSpace:
    """Do the work of `parse_profile`; raises further types on broken input."""
    if icc[36:40] != b"acsp":
        raise ProfileError("no ICC profile at all")
    tags = _tags(icc)
    space = icc[16:20]
    if space == b"GRAY" and channels == 1:
        return ColorSpace(curves=_curve(tags["kTRC"])[None])
    if space == b"RGB " and channels == 1 and "rTRC" in tags:
        return ColorSpace(curves=_curve(tags["rTRC"])[None])
    if space != b"RGB " or channels != 3:
        raise ProfileError(f"made for {space.decode('latin-1').strip()} pictures")
    if "A2B0" in tags or icc[20:24] != b"XYZ ":
        raise TableProfileError
    curves = np.stack([_curve(tags[f"{c}TRC"]) for c in "rgb"])
    pcs_from_rgb = np.stack([_xyz(tags[f"{c}XYZ"]) for c in "rgb"], axis=1)
    if np.abs(pcs_from_rgb.sum(axis=1) - _D50).max() > _WHITE_TOLERANCE:
        raise ProfileError("its primaries do not add up to white")
    matrix = (_SRGB_FROM_PCS @ pcs_from_rgb).astype(np.float32)
    return _snap_to_srgb(ColorSpace(curves=curves, matrix=matrix))


def _snap_to_srgb(space: ColorSpace) -> ColorSpace:
    """Return plain sRGB for a profile that is sRGB up to rounding, which is also faster."""
    plain = srgb_space(channels=3)
    matrix = np.eye(3) if space.matrix is None else space.matrix
    near = np.abs(matrix - np.eye(3)).max() < _SRGB_TOLERANCE
    return plain if near and np.abs(space.curves - plain.curves).max() < _SRGB_TOLERANCE else space


def _tags(icc: bytes) -> Mapping[str, bytes]:
    """Return the profile's tags by signature."""
    (count,) = struct.unpack_from(">I", icc, 128)
    if count > _MAX_TAGS:
        raise ProfileError(f"{count} tags")
    rows = [struct.unpack_from(">4sII", icc, 132 + 12 * i) for i in range(count)]
    return {name.decode("latin-1"): icc[start : start + size] for name, start, size in rows}


def _xyz(tag: bytes) -> Float64[np.ndarray, " 3"]:
    """Read a tag of type XYZ."""
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curve(tag: bytes) -> Float32[np.ndarray, " s"]:
    """Read a tag of type curve or parametric curve, as values over the 16-bit grid."""
    kind = tag[:4]
    if kind not in (b"curv", b"para"):
        raise ProfileError(f"a curve of type {kind!r}")
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        values = _sampled(tag) if kind == b"curv" else _parametric(tag)
    return np.clip(values, 0, 1).astype(np.float32)


def _sampled(tag: bytes) -> Float64[np.ndarray, " s"]:
    """Read `curv`: nothing (identity), one exponent, or a table."""
    x = _grid().astype(np.float64)
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return x
    if count == 1:
        return x ** (struct.unpack_from(">H", tag, 12)[0] / 256)
    if len(tag) < 12 + 2 * count:
        raise ProfileError("a curve is cut off")
    table = np.frombuffer(tag, ">u2", count, 12) / 65535
    return np.interp(x, np.linspace(0, 1, count), table)


# ICC.1:2022 table 68: how many parameters each function type has.
_NUM_PARAMETERS = (1, 3, 4, 5, 7)


def _parametric(tag: bytes) -> Float64[np.ndarray, " s"]:
    """Read `para`: Y = (a X + b)^g + e from X = d on, and c X + f below it."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = _NUM_PARAMETERS[kind]
    p = [v / 65536 for v in struct.unpack_from(f">{count}i", tag, 12)]
    g, a, b = p[0], *(p[1:3] if kind else (1.0, 0.0))
    c, d, e, f = 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):
        d = -b / a if a else 0.0
        e = f = p[3] if kind == 2 else 0.0
    elif kind in (3, 4):
        c, d = p[3:5]
        e, f = p[5:7] if kind == 4 else (0.0, 0.0)
    x = _grid().astype(np.float64)
    return np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)


def _grid() -> Float32[np.ndarray, " s"]:
    """Return the 65,536 values of a 16-bit sample, 0 to 1."""
    return np.arange(65536, dtype=np.float32) / np.float32(65535)
