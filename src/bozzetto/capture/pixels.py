"""What decoders hand over: samples as the file stores them, upright or not, colours unconverted.

Letters: h w rows and columns, c channels (1 grey, 3 colour).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8, UInt16
from PIL import Image

from bozzetto.findings import Finding

Samples = UInt8[np.ndarray, "h w c"] | UInt16[np.ndarray, "h w c"]
AlphaSamples = UInt8[np.ndarray, "h w"] | UInt16[np.ndarray, "h w"]

SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations, as EXIF numbers them, that swap width and height."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pixels:
    """A decoded picture, before orientation and colour."""

    samples: Samples
    alpha: AlphaSamples | None
    """None where the file has no alpha channel."""
    bits_per_channel: int
    icc: bytes
    """The colour profile the samples still need; empty where they are sRGB."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenPhoto:
    """A file whose header has been read, and whose pixels have not."""

    width: int
    height: int
    num_frames: int
    """1 for still pictures; pages and auxiliary pictures do not count."""
    bits_per_channel: int
    """1, 8 or 16. Where a decoder turns out to keep fewer, the decoded pixels say so."""
    is_upright: bool
    """Whether the decoder applies the orientation, to the size and to the pixels."""
    read_exif: Callable[[], Image.Exif]
    """To be called after the size has been judged: Pillow decodes some PNGs to find their EXIF."""
    decode: Callable[[], Pixels]
    """Decodes the pixels; may raise whatever the decoder raises."""
    findings: tuple[Finding, ...] = ()


def apply_orientation(samples: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a stored picture upright, as a view; orientation 1 to 8 as EXIF numbers them."""
    if orientation in SIDEWAYS:
        samples = np.swapaxes(samples, 0, 1)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples


def unit_alpha(alpha: AlphaSamples) -> Float32[np.ndarray, "h w"]:
    """Return alpha as 0 to 1."""
    top = np.float32(255 if alpha.dtype == np.uint8 else 65535)
    return np.ascontiguousarray(alpha) / top
