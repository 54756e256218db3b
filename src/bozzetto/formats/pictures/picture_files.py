"""Kinds of picture files: what the first bytes say, and which suffix each kind has."""

from collections.abc import Sequence

from bozzetto.asset.model import Picture
from bozzetto.formats.base import NamedFile
from bozzetto.formats.names import file_stem, unique_names

_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/ktx2": ".ktx2",
}


def media_type_of(data: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; None for kinds we do not know."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"\xabKTX 20\xbb"):
        return "image/ktx2"
    return None


def suffix_of(media_type: str) -> str:
    """Return the suffix of files of a media type, with the dot."""
    return _SUFFIXES[media_type]


def picture_files(pictures: Sequence[Picture]) -> dict[int, NamedFile]:
    """Return a file for each picture, by the picture's `id`; names are plain and differ."""
    names = unique_names(file_stem(picture.name) for picture in pictures)
    return {
        id(picture): NamedFile(name=name + suffix_of(picture.media_type), data=picture.data)
        for name, picture in zip(names, pictures, strict=True)
    }
