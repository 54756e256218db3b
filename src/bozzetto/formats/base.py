"""The contract between the pipeline and every file format an asset can be written in."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bozzetto.asset.asset import Asset


@dataclass(frozen=True, kw_only=True)
class FormatCard:
    """What a person needs to know to choose a format."""

    name: str
    suffix: str
    """Of file names, with the dot."""
    media_type: str
    summary: str
    """One line for lists."""


@runtime_checkable
class Format(Protocol):
    """Writes assets to bytes and reads them back; keeps no state."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        ...

    def write(self, asset: Asset) -> bytes:
        """Encode an asset with the recommended options; the same asset gives the same bytes.

        Raises:
            FormatError: The asset holds something that the format cannot express.
        """
        ...

    def read(self, data: bytes, *, name: str) -> Asset:
        """Decode what `write` made, and files of others as far as an `Asset` can hold them.

        Args:
            data: The whole file.
            name: The file's name, for messages.

        Raises:
            FormatError: The bytes are damaged, or hold what an asset cannot.
        """
        ...
