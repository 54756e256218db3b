"""A store in a folder: `objects/ab/abcdef...` and `records/<collection>/<key>.json`.

Every file is written under another name and renamed, so it is there whole or not at all.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bozzetto.store.base import (
    CHUNK_BYTES,
    StoredObject,
    lost,
    object_name,
    record_name,
    sha256_of,
)
from bozzetto.store.disk import PARTIAL, copy_file, disk_errors, write_file


class LocalStore:
    """Implements `Store` in a folder of this machine; the folder is made when first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep bytes."""
        sha256 = hashlib.sha256(data).hexdigest()
        if self.size(sha256) != len(data):  # Missing, or cut short by a fault of the disk.
            write_file(self.path(sha256), data)
        return sha256

    def put_file(self, path: Path) -> str:
        """Keep a file's bytes."""
        sha256 = sha256_of(path)
        if self.size(sha256) != path.stat().st_size:
            copy_file(path, self.path(sha256))
        return sha256

    def size(self, sha256: str) -> int | None:
        """Return how many bytes there are under that hash; None where there is nothing."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, sha256: str) -> bytes:
        """Return the bytes."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise lost(sha256) from None

    def chunks(self, sha256: str, *, start: int, end: int) -> Iterator[bytes]:
        """Read the bytes from `start` to before `end`, in pieces."""
        try:
            file = self.path(sha256).open("rb")
        except FileNotFoundError:
            raise lost(sha256) from None
        with file:
            file.seek(start)
            left = end - start
            while left > 0 and (chunk := file.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    def fetch(self, sha256: str, path: Path) -> None:
        """Write the bytes to a file, whole or not at all."""
        source = self.path(sha256)
        if not source.exists():
            raise lost(sha256)
        copy_file(source, path)

    def remove(self, sha256: str) -> None:
        """Forget bytes."""
        self.path(sha256).unlink(missing_ok=True)

    def objects(self) -> Iterator[StoredObject]:
        """List all content."""
        for path in sorted(self.root.glob("objects/*/*")):
            if not path.name.startswith(PARTIAL):
                yield StoredObject(sha256=path.name, num_bytes=path.stat().st_size)

    def write_record(self, collection: str, key: str, data: bytes) -> None:
        """Write a record in one step."""
        write_file(self.root / record_name(collection, key), data)

    def read_record(self, collection: str, key: str) -> bytes | None:
        """Return a record; None where there is none."""
        path = self.root / record_name(collection, key)
        try:
            with disk_errors(path.parent):
                return path.read_bytes() if path.is_file() else None
        except FileNotFoundError:
            return None

    def remove_record(self, collection: str, key: str) -> None:
        """Forget a record."""
        (self.root / record_name(collection, key)).unlink(missing_ok=True)

    def records(self) -> Iterator[tuple[str, str]]:
        """List all records as (collection, key)."""
        for path in sorted(self.root.glob("records/*/*.json")):
            if not path.name.startswith(PARTIAL):
                yield path.parent.name, path.stem

    def close(self) -> None:
        """Nothing is held."""

    def path(self, sha256: str) -> Path:
        """Return where content is or would be."""
        return self.root / object_name(sha256)
