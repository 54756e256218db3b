"""The people that `bozzetto_train.objects.people` wrote: list them."""

from collections.abc import Iterator
from pathlib import Path

from bozzetto_train.objects.categories import category_of
from bozzetto_train.objects.entry import ObjectEntry, ObjectKind
from bozzetto_train.objects.families import split_of

LICENCE = "CC0-1.0"
"""Anny's shapes come from MakeHuman's data (CC0); its code is Apache-2.0."""
AUTHOR = "MakeHuman community; NAVER (Anny)"


def list_people(folder: Path) -> Iterator[ObjectEntry]:
    """Yield every stored body, sorted by name; each is its own family."""
    for path in sorted(folder.glob("*.npz")):
        name = f"people/{path.stem}"
        yield ObjectEntry(
            name=name,
            kind=ObjectKind.STORED,
            licence=LICENCE,
            author=AUTHOR,
            family=name,
            split=split_of(name),
            category=category_of(name),
            path=path,
        )
