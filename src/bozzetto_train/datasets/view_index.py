"""All rendered views of a split, and endless shuffled passes over them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bozzetto_train.scenes.record import ViewRecord
from bozzetto_train.scenes.view_file import SUFFIX, read_offsets, read_view


@dataclass(frozen=True, kw_only=True)
class ViewPlace:
    """Where one view lies."""

    path: Path
    start: int
    end: int

    def read(self) -> ViewRecord:
        """Load the view."""
        return read_view(self.path, self.start, self.end)


def index_views(folder: Path) -> tuple[ViewPlace, ...]:
    """List the views of a folder, in an order that depends on the files' names only."""
    places: list[ViewPlace] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        offsets = read_offsets(path)
        for start, end in pairwise(offsets.tolist()):
            places.append(ViewPlace(path=path, start=start, end=end))
    return tuple(places)


def fair_sample(places: tuple[ViewPlace, ...], count: int) -> tuple[ViewPlace, ...]:
    """Pick some views for validation, always the same ones, at most a few of each object."""
    if count >= len(places):
        return places

    def shuffled(place: ViewPlace) -> bytes:
        return hashlib.sha256(f"{place.path.name}/{place.start}".encode()).digest()

    return tuple(sorted(places, key=shuffled)[:count])


def endless(places: tuple[ViewPlace, ...], rng: np.random.Generator) -> Iterator[ViewPlace]:
    """Yield every view once in random order, then again in another order, and so on."""
    while True:
        for index in rng.permutation(len(places)):
            yield places[int(index)]
