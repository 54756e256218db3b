"""Blobs as files in a folder: `<root>/ab/abcdef...`, written under another name and renamed."""

from collections.abc import Iterator
from pathlib import Path

from bozzetto.errors import ResourceError
from bozzetto.store.disk import copy_file
from bozzetto.studio.blobs.base import CHUNK_BYTES, sha256_of


class LocalBlobs:
    """Files in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: Path) -> str:
        """Keep a file's bytes, and return their SHA-256."""
        sha256 = sha256_of(path)
        target = self._path(sha256)
        if not target.exists():
            copy_file(path, target)
        return sha256

    def chunks(self, sha256: str, *, start: int, end: int) -> Iterator[bytes]:
        """Read the bytes from `start` to before `end`, in pieces."""
        try:
            file = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise _missing(sha256) from None
        with file:
            file.seek(start)
            left = end - start
            while left > 0 and (chunk := file.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    def fetch(self, sha256: str, path: Path) -> None:
        """Write the bytes to a file, whole or not at all."""
        source = self._path(sha256)
        if not source.exists():
            raise _missing(sha256)
        copy_file(source, path)

    def remove(self, sha256: str) -> None:
        """Forget bytes."""
        self._path(sha256).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is held."""

    def _path(self, sha256: str) -> Path:
        """Return where the bytes are; a name that is no hash could be any path."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError(f"A blob's name must be a SHA-256, got {sha256!r}.")
        return self._root / sha256[:2] / sha256


def _missing(sha256: str) -> ResourceError:
    return ResourceError(
        f"The file store has lost {sha256[:12]}....",
        advice="Restore the folder `blobs` from a backup, or run the job again.",
    )
