"""Decompress EXT_meshopt_compression buffer views."""

from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class ViewLayout:
    """What a compressed view says of itself."""

    count: int
    stride: int
    mode: Mode
    filter: Filter = Filter.NONE


def decode_view(data: bytes, layout: ViewLayout) -> bytes:
    """Return the plain bytes of a view."""
    raise ValueError("not yet")
