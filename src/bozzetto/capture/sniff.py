"""Tell what a file is from its first bytes, whatever its name says.

Only the formats of `PhotoFormat` are opened; the others are known by name so that a refusal can
say what came. Nothing here decodes anything.
"""

from enum import StrEnum


class PhotoFormat(StrEnum):
    """The formats this package decodes."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WebP"
    HEIC = "HEIC"
    TIFF = "TIFF"
    BMP = "BMP"


_PHOTO_SIGNATURES: tuple[tuple[int, bytes, PhotoFormat], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", PhotoFormat.PNG),
    (0, b"\xff\xd8\xff", PhotoFormat.JPEG),
    (8, b"WEBP", PhotoFormat.WEBP),
    (0, b"II*\x00", PhotoFormat.TIFF),
    (0, b"MM\x00*", PhotoFormat.TIFF),
    (0, b"II+\x00", PhotoFormat.TIFF),
    (0, b"MM\x00+", PhotoFormat.TIFF),
    (0, b"BM", PhotoFormat.BMP),
)

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

_FOREIGN_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "a GIF"),
    (4, b"ftypavi", "an AVIF picture"),
    (4, b"ftypcr", "a camera raw file"),
    (4, b"ftyp", "a video"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"gimp xcf", "a GIMP document"),
    (0, b"%PDF", "a PDF"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance HDR picture"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"\xabKTX ", "a KTX texture"),
    (0, b"qoif", "a QOI picture"),
    (0, b"FUJIFILMCCD-RAW", "a camera raw file"),
    (0, b"IIU\x00", "a camera raw file"),
    (0, b"glTF", "a GLB model"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"RIFF", "a RIFF file (audio or video)"),
    (0, b"\x00\x00\x01\x00", "an icon"),
    (0, b"P1", "a Netpbm picture"),
    (0, b"P4", "a Netpbm picture"),
    (0, b"P5", "a Netpbm picture"),
    (0, b"P6", "a Netpbm picture"),
)


def photo_format(data: bytes) -> PhotoFormat | None:
    """Return the format of a photograph's bytes; None where it is none that can be opened."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS and not _is_avif(data):
        return PhotoFormat.HEIC
    for offset, signature, known in _PHOTO_SIGNATURES:
        if data.startswith(signature, offset):
            return known
    return None


def describe(data: bytes) -> str:
    """Name what the bytes are, with an article, for a refusal: `a PDF`, `plain text`."""
    if data[4:8] == b"ftyp" and _is_avif(data):
        return "an AVIF picture"
    for offset, signature, name in _FOREIGN_SIGNATURES:
        if data.startswith(signature, offset):
            return name
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<svg" in head.lower():
        return "an SVG drawing"
    if head.lower().startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "plain text" if _is_text(data[:1024]) else "data of no known picture format"


def _is_avif(data: bytes) -> bool:
    """AVIF shares HEIC's container; its brand may also stand among the compatible ones."""
    box_end = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[i : i + 4] for i in range(8, box_end, 4)]
    return b"avif" in brands or b"avis" in brands


def _is_text(head: bytes) -> bool:
    """Text has no control bytes but white space, and is UTF-8 up to a cut at the end."""
    controls = set(range(32)) - {9, 10, 12, 13, 27}
    if any(byte in controls for byte in head):
        return False
    try:
        head[: max(1, len(head) - 3)].decode()
    except UnicodeDecodeError:
        return False
    return True
