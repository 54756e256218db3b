"""Material maps to image files and back, at 8 bits per channel.

Base colour is stored as sRGB, normals as `(n + 1) / 2`, occlusion-roughness-metallic as they are
(glTF 2.0, section 3.9). Letters: h w rows and columns.
"""

import warnings
from enum import StrEnum
from io import BytesIO

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from bozzetto.errors import FormatError

Texels = UInt8[np.ndarray, "h w 3"]
Map = Float32[np.ndarray, "h w 3"]

MAX_SIDE_PX = 16384
"""Larger embedded pictures are refused before they are decoded."""


class ImageFormat(StrEnum):
    """How pictures are stored inside a file."""

    PNG = "png"
    """Without loss."""
    JPEG = "jpeg"
    """Smaller; visible only in close-ups at the default quality."""

    @property
    def media_type(self) -> str:
        """As glTF's `mimeType`."""
        return f"image/{self.value}"


def encode_image(texels: Texels, *, image_format: ImageFormat, jpeg_quality: int = 92) -> bytes:
    """Compress texels; the same texels give the same bytes."""
    picture = Image.fromarray(texels)
    if image_format is ImageFormat.JPEG:
        return jpeg_bytes(picture, quality=jpeg_quality)
    stream = BytesIO()
    picture.save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def jpeg_bytes(picture: Image.Image, *, quality: int) -> bytes:
    """Compress a picture as JPEG with all of its colour resolution.

    Halved, colours would bleed across an atlas's seams.
    """
    stream = BytesIO()
    try:
        picture.save(stream, "JPEG", quality=quality, subsampling=0, optimize=True)
    except OSError:
        # To optimise, Pillow takes a buffer of a byte or two for each pixel; noise needs more.
        stream = BytesIO()
        picture.save(stream, "JPEG", quality=quality, subsampling=0)
    return stream.getvalue()


def decode_image(data: bytes, *, name: str) -> Texels:
    """Decompress a PNG or JPEG to RGB; an alpha channel is dropped.

    Raises:
        FormatError: It is neither, is damaged, or is larger than `MAX_SIDE_PX`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of sizes, which are checked before any decoding.
            picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
            fits = max(picture.size) <= MAX_SIDE_PX
            texels = np.asarray(picture.convert("RGB"), np.uint8) if fits else None
    except Exception:  # Damaged pictures make Pillow raise almost anything.
        raise FormatError(f"{name}: an embedded picture cannot be decoded.") from None
    if texels is None:
        width, height = picture.size
        raise FormatError(
            f"{name}: an embedded picture is {width} x {height} pixels; "
            f"the limit is {MAX_SIDE_PX} per side."
        )
    return texels


def texels_from_unit(values: Map) -> Texels:
    """Quantise values in 0..1, rounded to nearest; values outside are clipped."""
    return (np.clip(values, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def unit_from_texels(texels: Texels) -> Map:
    """Undo `texels_from_unit`."""
    return texels.astype(np.float32) / np.float32(255)


def texels_from_normals(normals: Map) -> Texels:
    """Quantise unit vectors."""
    return texels_from_unit(normals * np.float32(0.5) + np.float32(0.5))


def normals_from_texels(texels: Texels) -> Map:
    """Undo `texels_from_normals`; unit length to 8-bit accuracy.

    The vectors are not normalised again, so that writing them once more gives the same texels.
    """
    return unit_from_texels(texels) * np.float32(2) - np.float32(1)


def png_bytes(texels: UInt8[np.ndarray, "h w *c"]) -> bytes:
    """Compress grey, RGB or RGBA texels without loss; the same texels give the same bytes."""
    stream = BytesIO()
    Image.fromarray(texels).save(stream, "PNG", compress_level=6)
    return stream.getvalue()
