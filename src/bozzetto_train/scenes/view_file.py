"""Files of rendered views: a count, the offsets, then one compressed record after another."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from bozzetto_train.scenes.record import ViewRecord, record_from_bytes

SUFFIX = ".views"
_MAGIC = b"BZVIEWS1"


def write_views(path: Path, records: Sequence[ViewRecord]) -> None:
    """Write all views of one object; the file appears whole or not at all."""
    blobs = [record.to_bytes() for record in records]
    head = len(_MAGIC) + 8 * (len(blobs) + 2)
    offsets = head + np.concatenate([[0], np.cumsum([len(blob) for blob in blobs])])
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(_MAGIC + np.array([len(blobs)], "<i8").tobytes())
        file.write(offsets.astype("<i8").tobytes())
        for blob in blobs:
            file.write(blob)
    partial.replace(path)


def read_offsets(path: Path) -> Int64[np.ndarray, " n"]:
    """Return where each view starts, and the end; raises ValueError for another kind of file."""
    with path.open("rb") as file:
        head = file.read(len(_MAGIC) + 8)
        if head[: len(_MAGIC)] != _MAGIC:
            raise ValueError(f"{path.name} is not a file of views.")
        count = int(np.frombuffer(head, "<i8", 1, len(_MAGIC))[0])
        return np.frombuffer(file.read(8 * (count + 1)), "<i8").astype(np.int64)


def read_view(path: Path, start: int, end: int) -> ViewRecord:
    """Read the view between two offsets."""
    with path.open("rb") as file:
        file.seek(start)
        return record_from_bytes(file.read(end - start))
