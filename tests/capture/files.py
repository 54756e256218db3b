"""Makers of picture files, as bytes."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

QUADRANTS = ((200, 40, 40), (40, 200, 40), (40, 40, 200), (128, 128, 128))
"""Colours of the four quarters, row by row."""


def quadrants(*, width=160, height=128):
    """Four flat quarters, so that any turn or flip of the picture shows."""
    picture = np.zeros((height, width, 3), np.uint8)
    for index, color in enumerate(QUADRANTS):
        row, column = divmod(index, 2)
        y, x = row * height // 2, column * width // 2
        picture[y : y + height // 2, x : x + width // 2] = color
    return picture


def noise_picture(*, width=140, height=130, seed=0):
    """Random 8-bit colours."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(picture, file_format, **options):
    """Bytes of a Pillow image or an array in a format of Pillow."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def png(samples, *, color_type, bits, exif=b""):
    """A PNG of any colour type and depth, written by hand: Pillow cannot write 16-bit colour."""
    height, width = samples.shape[:2]
    rows = samples.astype(">u2" if bits == 16 else np.uint8).reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(raw, 1)), (b"IEND", b"")]
    if exif:
        chunks.insert(1, (b"eXIf", exif))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def png_header(width, height):
    """A PNG that claims a size and holds nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = _chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + data + _chunk(b"IEND", b"")


def _chunk(name, data):
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


# Primaries relative to D50, columns X Y Z of red, green, blue.
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def icc_profile(*, primaries=ADOBE_RGB, gamma=2.19921875, space=b"RGB ", curve=None):
    """A display profile of one curve and three primaries, which Little CMS accepts as well."""
    curve = curve or b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    text = b"A profile"
    described = b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(78)
    tags = [
        (b"desc", described),
        (b"cprt", b"text" + bytes(4) + b"none\0"),
        (b"wtpt", _xyz((0.9642, 1, 0.8249))),
    ]
    if space == b"GRAY":
        tags.append((b"kTRC", curve))
    else:
        tags += [
            (name + b"XYZ", _xyz(p)) for name, p in zip((b"r", b"g", b"b"), primaries, strict=True)
        ]
        tags += [(name + b"TRC", curve) for name in (b"r", b"g", b"b")]
    body, table, offset = b"", b"", 132 + 12 * len(tags)
    for name, data in tags:
        data += bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
    header = header.ljust(68, b"\0") + _xyz((0.9642, 1, 0.8249))[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(values):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in values))
