"""HEIC through libheif (pi-heif); orientation is applied by the library, depth is kept.

Letters: h w rows and columns, c channels.
"""

import numpy as np
import pi_heif
from PIL import Image

from bozzetto.capture.pixels import OpenPhoto, Pixels


def open_with_libheif(data: bytes) -> OpenPhoto:
    """Read a file's header; the primary picture counts, others are left alone.

    Raises:
        Exception: Whatever libheif raises on broken files.
    """
    container = pi_heif.open_heif(data, convert_hdr_to_8bit=False)
    width, height = container.size
    return OpenPhoto(
        width=width,
        height=height,
        num_frames=1,
        bits_per_channel=16 if container.mode.endswith(";16") else 8,
        is_upright=True,
        read_exif=lambda: _exif(container),
        decode=lambda: _decode(container),
    )


def _exif(container: pi_heif.HeifFile) -> Image.Exif:
    """Return the primary picture's EXIF, empty where there is none."""
    exif = Image.Exif()
    stored = container.info.get("exif")
    if isinstance(stored, bytes):
        exif.load(stored)
    return exif


def _decode(container: pi_heif.HeifFile) -> Pixels:
    """Decode the primary picture: grey or RGB, with or without alpha, 8 or 16 bits a sample."""
    deep = container.mode.endswith(";16")
    flat = np.frombuffer(container.data, "<u2" if deep else np.uint8)
    width, height = container.size  # Known for certain only after decoding.
    channels = flat.size // (width * height)
    samples = flat.reshape(height, width, channels)
    num_colors = 3 if channels >= 3 else 1
    icc = container.info.get("icc_profile")
    return Pixels(
        samples=samples[..., :num_colors],
        alpha=samples[..., -1] if channels in (2, 4) else None,
        bits_per_channel=16 if deep else 8,
        icc=icc if isinstance(icc, bytes) else b"",
    )
