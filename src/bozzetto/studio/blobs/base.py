"""The contract of a blob store: content by its hash, put once, never changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

CHUNK_BYTES = 1 << 20


@runtime_checkable
class BlobStore(Protocol):
    """Keeps bytes under their SHA-256; safe to use from several processes."""

    def put(self, path: Path) -> str:
        """Keep a file's bytes, and return their SHA-256; what is there already stays.

        Raises:
            ResourceError: The store is full or cannot be reached.
        """
        ...

    def chunks(self, sha256: str, *, start: int, end: int) -> Iterator[bytes]:
        """Read the bytes from `start` to before `end`, in pieces.

        Raises:
            ResourceError: The store has no such bytes, or cannot be reached.
        """
        ...

    def fetch(self, sha256: str, path: Path) -> None:
        """Write the bytes to a file, whole or not at all.

        Raises:
            ResourceError: As `chunks`.
        """
        ...

    def remove(self, sha256: str) -> None:
        """Forget bytes; those that are not there are forgotten already."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
