"""List the objects that are made, not read: procedural, retextured, composed, reshaped.

What is made of an object shares its family and split, so nothing of a test object is trained on.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from bozzetto_train.objects.categories import category_of
from bozzetto_train.objects.entry import ObjectEntry, ObjectKind
from bozzetto_train.objects.families import Split, split_of
from bozzetto_train.objects.procedural.catalogue import kinds_in_proportion

_OWN_LICENCE = "Apache-2.0"
_OWN_AUTHOR = "The Bozzetto developers"
_MAX_PART_TRIANGLES = 40_000


def list_procedural(count: int) -> Iterator[ObjectEntry]:
    """Yield entries of procedural objects; every object is its own family."""
    for number, kind in enumerate(kinds_in_proportion(count)):
        name = f"procedural/{kind}/{number:06d}"
        yield ObjectEntry(
            name=name,
            kind=ObjectKind.PROCEDURAL,
            licence=_OWN_LICENCE,
            author=_OWN_AUTHOR,
            family=name,
            split=split_of(name),
            category=category_of(name),
            seed=number,
        )


def list_retextured(bases: Sequence[ObjectEntry], count: int) -> Iterator[ObjectEntry]:
    """Yield entries of objects with new materials, of training objects only."""
    usable = _for_training(bases)
    rng = np.random.default_rng(1)
    for number in range(count if usable else 0):
        base = usable[int(rng.integers(len(usable)))]
        yield _derived(f"retextured/{number:06d}", ObjectKind.RETEXTURED, (base,), seed=number)


def list_compositions(bases: Sequence[ObjectEntry], count: int) -> Iterator[ObjectEntry]:
    """Yield entries of two or three objects together, of training objects only."""
    usable = _for_training(bases)
    rng = np.random.default_rng(2)
    for number in range(count if len(usable) > 1 else 0):
        chosen = rng.permutation(len(usable))[: int(rng.choice([2, 2, 3]))]
        parts = tuple(usable[int(index)] for index in chosen)
        yield _derived(f"composition/{number:06d}", ObjectKind.COMPOSITION, parts, seed=number)


def list_reshaped(bases: Sequence[ObjectEntry], count: int) -> Iterator[ObjectEntry]:
    """Yield entries of training objects with other proportions, each once before any twice."""
    usable = _for_training(bases)
    order = np.random.default_rng(3).permutation(len(usable))
    for number in range(count if usable else 0):
        base = usable[int(order[number % len(usable)])]
        yield _derived(f"reshaped/{number:06d}", ObjectKind.RESHAPED, (base,), seed=number)


def _for_training(entries: Sequence[ObjectEntry]) -> list[ObjectEntry]:
    """Return training objects that are light enough to be made into something else."""
    return [
        entry
        for entry in entries
        if entry.split == Split.TRAIN and entry.triangles <= _MAX_PART_TRIANGLES
    ]


def _derived(
    name: str, kind: ObjectKind, bases: tuple[ObjectEntry, ...], *, seed: int
) -> ObjectEntry:
    """Return the entry of something made of others; licences and authors add up."""
    return ObjectEntry(
        name=name,
        kind=kind,
        licence=" AND ".join(sorted({base.licence for base in bases})),
        author="; ".join(sorted({base.author for base in bases})),
        family=bases[0].family,
        split=Split.TRAIN,
        category=bases[0].category,
        seed=seed,
        bases=bases,
    )
