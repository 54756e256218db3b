"""PNG, JPEG, WebP, TIFF and BMP through Pillow; 16-bit colour through OpenCV, which keeps it.

The plug-in classes are called by name rather than through `Image.open`, so that exactly the sniffed
decoder runs and sizes are judged by our own limits before any pixel is decoded.
"""

import io
import struct
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import (
    BmpImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from bozzetto.capture.color_profile import ProfileError, TableProfileError, parse_profile
from bozzetto.capture.pixels import AlphaSamples, OpenPhoto, Pixels, Samples
from bozzetto.capture.sniff import PhotoFormat
from bozzetto.errors import PhotoError
from bozzetto.findings import Finding, Severity

_PLUGINS: Mapping[PhotoFormat, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    PhotoFormat.PNG: PngImagePlugin.PngImageFile,
    PhotoFormat.JPEG: JpegImagePlugin.JpegImageFile,
    PhotoFormat.WEBP: WebPImagePlugin.WebPImageFile,
    PhotoFormat.TIFF: TiffImagePlugin.TiffImageFile,
    PhotoFormat.BMP: BmpImagePlugin.BmpImageFile,
}
_GREY_MODES = frozenset({"1", "L", "LA", "La"})
_COLOR_MODES = frozenset({"P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr"})
_DEEP_GREY_MODES = frozenset({"I;16", "I;16L", "I;16B"})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_METADATA = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt"})
_BITS_PER_SAMPLE = 258
"""The TIFF tag."""


def open_with_pillow(data: bytes, known: PhotoFormat, *, name: str) -> OpenPhoto:
    """Read a file's header.

    Raises:
        PhotoError: The picture is of a kind that cannot be used.
        Exception: Whatever Pillow raises on broken files.
    """
    image = _PLUGINS[known](io.BytesIO(data))
    frames = int(getattr(image, "n_frames", 1))
    pages = known is PhotoFormat.TIFF and frames > 1
    return OpenPhoto(
        width=image.width,
        height=image.height,
        num_frames=1 if known is PhotoFormat.TIFF else frames,
        bits_per_channel=_bits_per_channel(image, data, known),
        is_upright=known is PhotoFormat.TIFF,  # OpenCV and Pillow turn TIFFs, and only them.
        read_exif=lambda: _read_exif(image, data, known),
        decode=lambda: _decode(image, data, known, name=name),
        findings=(_pages_finding(frames, name=name),) if pages else (),
    )


def _decode(image: Image.Image, data: bytes, known: PhotoFormat, *, name: str) -> Pixels:
    """Decode by Pillow; then once more by OpenCV where Pillow would drop the lower eight bits."""
    deep = _stores_16_bits(image, data, known)
    # Pillow checks the file's integrity, which OpenCV does not; so it decodes in any case.
    image.load()
    if image.mode in _DEEP_GREY_MODES:
        return _deep_grey(image)
    if image.mode not in _GREY_MODES | _COLOR_MODES:
        raise PhotoError(
            f"{name} stores its pixels as {image.mode}, which cannot be used.",
            advice="Export it as an 8- or 16-bit RGB PNG.",
        )
    if deep and not _needs_color_management(image):
        wide = _deep_color(data)
        if wide is not None:
            return _deep_pixels(wide, image)
    return _shallow_pixels(image, name=name, lost_bits=deep)


def _bits_per_channel(image: Image.Image, data: bytes, known: PhotoFormat) -> int:
    """Tell by the header how many bits of a channel are used."""
    if image.mode in _DEEP_GREY_MODES:
        return 16
    if image.mode == "1":
        return 1
    return 16 if _stores_16_bits(image, data, known) and not _needs_color_management(image) else 8


def _read_exif(image: Image.Image, data: bytes, known: PhotoFormat) -> Image.Exif:
    """Read EXIF; a PNG is decoded for it only if something may stand behind its pixels."""
    if known is PhotoFormat.PNG and not _has_late_metadata(data):
        return Image.Image.getexif(image)
    return image.getexif()


def _has_late_metadata(png: bytes) -> bool:
    """Tell whether chunks that may hold EXIF or XMP follow a PNG's pixels; True where damaged."""
    position, seen_pixels = len(_PNG_SIGNATURE), False
    while position + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        if kind == b"IEND":
            return False
        if seen_pixels and kind in _PNG_METADATA:
            return True
        seen_pixels = seen_pixels or kind == b"IDAT"
        position += length + 12
    return True


def _stores_16_bits(image: Image.Image, data: bytes, known: PhotoFormat) -> bool:
    """Tell by the header whether samples have 16 bits."""
    if known is PhotoFormat.PNG:
        return data[24] == 16  # Bit depth in IHDR, which must be the first chunk.
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits: object = image.tag_v2.get(_BITS_PER_SAMPLE)
        return isinstance(bits, tuple) and 16 in bits
    return False


def _needs_color_management(image: Image.Image) -> bool:
    """Tell whether only Little CMS, which Pillow binds for 8 bits, can convert the colours."""
    if image.mode == "CMYK":
        return True
    icc = _icc(image)
    try:
        parse_profile(icc, channels=1 if image.mode in _GREY_MODES else 3)
    except TableProfileError:
        return True
    except ProfileError:
        return False
    return False


def _deep_grey(image: Image.Image) -> Pixels:
    """Take 16-bit grey from Pillow; a transparent grey value becomes alpha."""
    samples = np.array(image).astype(np.uint16)
    clear = image.info.get("transparency")
    opaque = np.uint16(65535)
    alpha = (samples != clear) * opaque if isinstance(clear, int) else None
    return Pixels(
        samples=samples[..., None],
        alpha=alpha,
        bits_per_channel=16,
        icc=_icc(image),
    )


def _deep_color(data: bytes) -> Samples | None:
    """Decode 16-bit samples by OpenCV: grey or BGR, with alpha last; None where it cannot."""
    encoded = np.frombuffer(data, np.uint8)
    try:
        decoded = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    # imdecode returns None for what it cannot read, which its types do not tell.
    wide = np.asarray(decoded)
    if wide.dtype != np.uint16:
        return None
    return wide[..., None] if wide.ndim == 2 else wide


def _deep_pixels(wide: Samples, image: Image.Image) -> Pixels:
    """Split OpenCV's channels; grey with alpha comes as BGRA."""
    channels = wide.shape[2]
    grey = channels < 3 or image.mode in _GREY_MODES
    return Pixels(
        samples=wide[..., :1] if grey else wide[..., 2::-1],
        alpha=wide[..., -1] if channels in (2, 4) else None,
        bits_per_channel=16,
        icc=_icc(image),
    )


def _shallow_pixels(image: Image.Image, *, name: str, lost_bits: bool) -> Pixels:
    """Take 8-bit samples, converting the colours where only Little CMS can."""
    bits = 1 if image.mode == "1" else 8
    findings = (_lost_bits_finding(name=name),) if lost_bits else ()
    alpha = _alpha(image)
    icc = _icc(image)
    if _needs_color_management(image):
        image, managed = _to_srgb(image, icc, name=name)
        icc, findings = b"", findings + managed
    mode = "L" if image.mode in _GREY_MODES else "RGB"
    if image.mode in ("RGBa", "La"):
        image = image.convert({"RGBa": "RGBA", "La": "LA"}[image.mode])
    samples: UInt8[np.ndarray, "h w *c"] = np.array(
        image if image.mode == mode else image.convert(mode)
    )
    return Pixels(
        samples=samples[..., None] if mode == "L" else samples,
        alpha=alpha,
        bits_per_channel=bits,
        icc=icc,
        findings=findings,
    )


def _alpha(image: Image.Image) -> AlphaSamples | None:
    """Return the alpha channel, also that of a palette or of one transparent colour."""
    if not image.has_transparency_data:
        return None
    with_alpha = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    return np.array(with_alpha.getchannel("A"))


def _to_srgb(
    image: Image.Image, icc: bytes, *, name: str
) -> tuple[Image.Image, tuple[Finding, ...]]:
    """Convert by Little CMS; without a usable profile, by Pillow's plain formula."""
    if not icc:
        return image.convert("RGB"), (_cmyk_finding(name=name),)
    plain = image if image.mode in ("CMYK", "RGB") else image.convert("RGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        converted = ImageCms.profileToProfile(plain, profile, _srgb_profile(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        converted = None
    if converted is None:
        return image.convert("RGB"), (broken_profile_finding("Little CMS refuses it", name=name),)
    return converted, ()


def _srgb_profile() -> ImageCms.ImageCmsProfile:
    """Return Little CMS's own sRGB profile."""
    # Pillow's stub for this function's result does not resolve, hence the ignore.
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _icc(image: Image.Image) -> bytes:
    """Return the colour profile, empty where there is none."""
    icc: object = image.info.get("icc_profile")
    return icc if isinstance(icc, bytes) else b""


def broken_profile_finding(why: str, *, name: str) -> Finding:
    """Say that a profile is ignored."""
    return Finding(
        code="photo.color.profile",
        severity=Severity.WARNING,
        message=f"The photo's colour profile cannot be used ({why}); sRGB is assumed.",
        fix="Export the photo as sRGB if its colours look wrong.",
        subject=name,
    )


def _cmyk_finding(*, name: str) -> Finding:
    return Finding(
        code="photo.color.cmyk",
        severity=Severity.INFO,
        message="The photo is in CMYK without a colour profile; its colours are approximate.",
        fix="Export it as sRGB from the program that made it.",
        subject=name,
    )


def _lost_bits_finding(*, name: str) -> Finding:
    return Finding(
        code="photo.color.depth",
        severity=Severity.INFO,
        message="This kind of 16-bit file is read with 8 bits per channel.",
        fix="Export it as a 16-bit RGB PNG if the shadows matter.",
        subject=name,
    )


def _pages_finding(pages: int, *, name: str) -> Finding:
    return Finding(
        code="photo.file.pages",
        severity=Severity.INFO,
        message=f"The file holds {pages} pages; the first is used.",
        fix="Save the page you mean as its own file.",
        subject=name,
        measured=float(pages),
        limit=1.0,
    )
