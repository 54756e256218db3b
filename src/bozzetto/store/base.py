"""The contract of a store: content by its hash, put once, never changed; small records by key.

A record is written after all content that it names, so whoever finds a record finds its content.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from bozzetto.errors import ResourceError

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One piece of content."""

    sha256: str
    num_bytes: int


@runtime_checkable
class Store(Protocol):
    """Keeps bytes under their SHA-256, and records under a collection and a key.

    Safe to use from several processes and machines. Every method raises `ResourceError` where the
    store is full or cannot be reached.
    """

    def put(self, data: bytes) -> str:
        """Keep bytes, and return their SHA-256; what is there already stays."""
        ...

    def put_file(self, path: Path) -> str:
        """Keep a file's bytes, and return their SHA-256."""
        ...

    def size(self, sha256: str) -> int | None:
        """Return how many bytes there are under that hash; None where there is nothing."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return the bytes.

        Raises:
            ResourceError: The store has no such bytes.
        """
        ...

    def chunks(self, sha256: str, *, start: int, end: int) -> Iterator[bytes]:
        """Read the bytes from `start` to before `end`, in pieces.

        Raises:
            ResourceError: The store has no such bytes.
        """
        ...

    def fetch(self, sha256: str, path: Path) -> None:
        """Write the bytes to a file, whole or not at all.

        Raises:
            ResourceError: The store has no such bytes.
        """
        ...

    def remove(self, sha256: str) -> None:
        """Forget bytes; those that are not there are forgotten already."""
        ...

    def objects(self) -> Iterator[StoredObject]:
        """List all content."""
        ...

    def write_record(self, collection: str, key: str, data: bytes) -> None:
        """Write a record in one step, replacing the one that is there."""
        ...

    def read_record(self, collection: str, key: str) -> bytes | None:
        """Return a record; None where there is none."""
        ...

    def remove_record(self, collection: str, key: str) -> None:
        """Forget a record; one that is not there is forgotten already."""
        ...

    def records(self) -> Iterator[tuple[str, str]]:
        """List all records as (collection, key)."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def object_name(sha256: str) -> str:
    """Return the path of content inside a store.

    Raises:
        ValueError: The name is no SHA-256; it could be any path.
    """
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"Content is named by its SHA-256, got {sha256!r}.")
    return f"objects/{sha256[:2]}/{sha256}"


def record_name(collection: str, key: str) -> str:
    """Return the path of a record inside a store.

    Raises:
        ValueError: The collection or the key could lead out of the store.
    """
    for word in (collection, key):
        if not word or not word.replace("-", "").replace("_", "").isalnum() or not word.isascii():
            raise ValueError(f"A record is named by letters, digits, - and _, got {word!r}.")
    return f"records/{collection}/{key}.json"


def lost(sha256: str) -> ResourceError:
    """Say that content is not there."""
    return ResourceError(
        f"The store has lost {sha256[:12]}....",
        advice="Run the command again, or restore the store from a backup.",
    )
