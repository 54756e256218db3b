"""Decompress EXT_meshopt_compression buffer views."""

from enum import StrEnum


class Mode(StrEnum):
    """What a view holds."""

    ATTRIBUTES = "ATTRIBUTES"
    TRIANGLES = "TRIANGLES"
    INDICES = "INDICES"


class Filter(StrEnum):
    """What is done to attributes after decompression."""

    NONE = "NONE"
    OCTAHEDRAL = "OCTAHEDRAL"
    QUATERNION = "QUATERNION"
    EXPONENTIAL = "EXPONENTIAL"
    COLOR = "COLOR"


def decode_view(data: bytes, *, count: int, stride: int, mode: Mode, filter_: Filter) -> bytes:
    """Return the plain bytes of a view."""
    raise ValueError("not yet")
