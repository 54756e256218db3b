"""Kinds of picture files: what the first bytes say, and which suffix each kind has."""

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
