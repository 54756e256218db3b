"""Photo intake: from a file or its bytes to a `Photo` in linear light, upright, or a clear refusal.

Sizes are checked before pixels are decoded. Whatever the bytes are, only `PhotoError` and
`ResourceError` come out.
"""

import hashlib
import io
import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from PIL import GifImagePlugin

from bozzetto.capture.color_profile import (
    ColorSpace,
    ProfileError,
    linear_from_encoded,
    parse_profile,
    srgb_space,
)
from bozzetto.capture.decode_pillow import broken_profile_finding, open_with_pillow
from bozzetto.capture.exif import ExifFacts, read_exif
from bozzetto.capture.limits import PhotoLimits, check_dimensions, check_file_size
from bozzetto.capture.pixels import (
    SIDEWAYS,
    OpenPhoto,
    Pixels,
    apply_orientation,
    unit_alpha,
)
from bozzetto.capture.sniff import PhotoFormat, describe, photo_format
from bozzetto.errors import BozzettoError, PhotoError, ResourceError
from bozzetto.findings import Finding, Severity
from bozzetto.views.capture import smaller_photo
from bozzetto.views.photo import Photo

_ACCEPTED = ", ".join(PhotoFormat)
_SAVE_AS = "Save it as PNG or JPEG."


def load_photo(
    path: Path, *, limits: PhotoLimits = PhotoLimits()
) -> tuple[Photo, tuple[Finding, ...]]:
    """Read and decode a photograph.

    Returns:
        The photo, and what was noticed about the file.

    Raises:
        PhotoError: The file cannot be read, is no photograph, is broken or out of limits.
        ResourceError: Memory ran out.
    """
    return decode_photo(read_bytes(path, limits=limits), name=path.name, limits=limits)


def read_bytes(path: Path, *, limits: PhotoLimits = PhotoLimits()) -> bytes:
    """Read a picture file whole, its size checked first.

    Raises:
        PhotoError: The file is missing, too large, or may not be read.
    """
    try:
        if path.is_dir():
            raise PhotoError(f"{path} is a folder, not a photo.", advice="Name a file in it.")
        check_file_size(path.stat().st_size, name=path.name, limits=limits)
        return path.read_bytes()
    except FileNotFoundError:
        raise PhotoError(f"There is no file {path}.", advice="Check the spelling.") from None
    except PermissionError:
        raise PhotoError(
            f"{path} may not be read by this user.", advice="Check the file's permissions."
        ) from None
    except (OSError, ValueError) as error:  # A path with a null byte is a ValueError.
        raise PhotoError(
            f"{path} cannot be read ({error}).", advice="Check the disk and the path."
        ) from error


@dataclass(frozen=True, kw_only=True)
class PhotoHeader:
    """What a file tells of its photograph without decoding the pixels."""

    width: int
    """Columns, upright."""
    height: int
    """Rows, upright."""
    focal_px: float | None
    """Focal length in pixels of the full-size picture, from EXIF; None where it is not known."""
    camera: str
    """Make, model and lens, from EXIF; empty where they are not known."""
    bits_per_channel: int
    """As stored in the file: 1, 8 or 16."""
    file_format: str
    """As in `PNG`."""


def read_header(data: bytes, *, name: str, limits: PhotoLimits = PhotoLimits()) -> PhotoHeader:
    """Read what a file tells of its photograph without decoding the pixels.

    Args:
        data: As in `decode_photo`.
        name: For messages.
        limits: What is accepted.

    Raises:
        PhotoError: The bytes are no photograph, the header is broken or out of limits. Pixels that
            are broken go unnoticed.
        ResourceError: Memory ran out.
    """
    check_file_size(len(data), name=name, limits=limits)
    known = _known_format(data, name=name)
    with _refusals(known, name=name):
        opened, exif = _open(data, known, name=name, limits=limits)
    width, height = opened.width, opened.height
    if exif.orientation in SIDEWAYS and not opened.is_upright:
        width, height = height, width
    return PhotoHeader(
        width=width,
        height=height,
        focal_px=exif.focal_px,
        camera=exif.camera,
        bits_per_channel=opened.bits_per_channel,
        file_format=known.value,
    )


def decode_photo(
    data: bytes,
    *,
    name: str,
    longest_px: int | None = None,
    limits: PhotoLimits = PhotoLimits(),
) -> tuple[Photo, tuple[Finding, ...]]:
    """Decode a photograph from the bytes of a file.

    Args:
        data: PNG, JPEG, WebP, HEIC, TIFF or BMP; told by the content, not by the name.
        name: For messages and reports.
        longest_px: What the longer side has at most; None keeps the full size. The picture is
            averaged in linear light: a JPEG decoder's own scaling averages encoded values, which
            darkens edges and fine patterns.
        limits: Checked before pixels are decoded.

    Returns:
        The photo, and what was noticed about the file.

    Raises:
        PhotoError: The bytes are no photograph, broken or out of limits.
        ResourceError: Memory ran out.
    """
    check_file_size(len(data), name=name, limits=limits)
    known = _known_format(data, name=name)
    with _refusals(known, name=name):
        opened, exif = _open(data, known, name=name, limits=limits)
        pixels = opened.decode()
    orientation = 1 if opened.is_upright else exif.orientation
    space, color_findings = _color_space(pixels, name=name)
    alpha, alpha_findings = _alpha(pixels, orientation, name=name)
    with _refusals(known, name=name):
        linear_rgb = linear_from_encoded(apply_orientation(pixels.samples, orientation), space)
    photo = Photo(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        linear_rgb=linear_rgb,
        alpha=alpha,
        focal_px=exif.focal_px,
        camera=exif.camera,
        bits_per_channel=pixels.bits_per_channel,
        file_format=known.value,
    )
    noticed = opened.findings + exif.findings + pixels.findings + color_findings + alpha_findings
    return smaller_photo(photo, longest_px=longest_px), noticed


def _known_format(data: bytes, *, name: str) -> PhotoFormat:
    """Tell the format, or refuse with the name of what came instead."""
    known = photo_format(data)
    if known is not None:
        return known
    if data.startswith(b"GIF8"):
        frames = _gif_frames(data)
        what = f"an animated GIF of {frames} frames" if frames > 1 else "a GIF"
        raise PhotoError(
            f"{name} is {what}; a still photo is wanted ({_ACCEPTED}).",
            advice="Save one frame as PNG.",
        )
    raise PhotoError(
        f"{name} should hold a photo ({_ACCEPTED}), but holds {describe(data)}.", advice=_SAVE_AS
    )


def _gif_frames(data: bytes) -> int:
    """Count a GIF's frames; 1 where it is broken."""
    try:
        return GifImagePlugin.GifImageFile(io.BytesIO(data)).n_frames
    except Exception:  # As in `_refusals`; the file is refused in any case.
        return 1


@contextmanager
def _refusals(known: PhotoFormat, *, name: str) -> Generator[None]:
    """Turn whatever decoders raise on hostile bytes into one sentence, and keep them quiet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except BozzettoError:
        raise
    except MemoryError:
        raise ResourceError(
            f"There is not enough memory to decode {name}.", advice="Scale it down."
        ) from None
    except Exception as error:  # Pillow and libheif document no full list of what they raise.
        raise PhotoError(
            f"{name} cannot be decoded as {known} ({_first_line(error)}); "
            "the file is cut off, damaged or of a rare kind.",
            advice=f"Copy or download it again; else open it in another program. {_SAVE_AS}",
        ) from error


def _first_line(error: Exception) -> str:
    """Return an error's first line, or its type where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _open(
    data: bytes, known: PhotoFormat, *, name: str, limits: PhotoLimits
) -> tuple[OpenPhoto, ExifFacts]:
    """Read the header and refuse what is too small, too large or moves."""
    if known is PhotoFormat.WEBP:
        # Pillow's WebP plug-in reserves the whole canvas when it opens a file.
        check_dimensions(*_webp_size(data), name=name, limits=limits)
    if known is PhotoFormat.HEIC:
        # Imported here because it loads a native codec that most runs do not need.
        from bozzetto.capture.decode_heif import open_with_libheif

        opened = open_with_libheif(data)
    else:
        opened = open_with_pillow(data, known, name=name)
    check_dimensions(opened.width, opened.height, name=name, limits=limits)
    if opened.num_frames > 1:
        raise PhotoError(
            f"{name} is an animated {known} of {opened.num_frames} frames; "
            "a still photo is wanted.",
            advice="Save one frame as PNG.",
        )
    exif = read_exif(opened.read_exif, width=opened.width, height=opened.height, name=name)
    return opened, exif


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the canvas from a WebP header (RFC 9649, sections 2.5 to 2.7)."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        size = int.from_bytes(data[24:27], "little"), int.from_bytes(data[27:30], "little")
        return size[0] + 1, size[1] + 1
    if chunk == b"VP8L":
        (packed,) = struct.unpack_from("<I", data, 21)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _color_space(pixels: Pixels, *, name: str) -> tuple[ColorSpace, tuple[Finding, ...]]:
    """Return how to make the samples linear; a broken profile counts as sRGB, and is reported."""
    channels = pixels.samples.shape[2]
    if pixels.icc:
        try:
            return parse_profile(pixels.icc, channels=channels), ()
        except (ProfileError, ValueError) as error:
            findings = (broken_profile_finding(str(error) or "made of tables", name=name),)
            return srgb_space(channels=channels), findings
    return srgb_space(channels=channels), ()


def _alpha(
    pixels: Pixels, orientation: int, *, name: str
) -> tuple[Float32[np.ndarray, "h w"] | None, tuple[Finding, ...]]:
    """Return alpha from 0 to 1; None where the file has none or all of it is opaque.

    Raises:
        PhotoError: Nothing in the picture is visible.
    """
    if pixels.alpha is None:
        return None, ()
    opaque = 255 if pixels.alpha.dtype == np.uint8 else 65535
    if pixels.alpha.max() == 0:
        raise PhotoError(
            f"{name} is transparent everywhere; there is nothing to see in it.",
            advice="Export it again with the object visible.",
        )
    if pixels.alpha.min() == opaque:
        finding = Finding(
            code="photo.alpha.opaque",
            severity=Severity.INFO,
            message="The photo has an alpha channel, but every pixel of it is opaque.",
            fix="If this was meant as a cut-out, export it with a transparent background.",
            subject=name,
        )
        return None, (finding,)
    return unit_alpha(apply_orientation(pixels.alpha, orientation)), ()
