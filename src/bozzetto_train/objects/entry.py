"""One line of the manifest: what an object is called, where it comes from, how it is made."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bozzetto_train.objects.categories import Category
from bozzetto_train.objects.families import Split


class ObjectKind(StrEnum):
    """How an object is loaded or made."""

    GLB = "glb"
    FURNITURE = "furniture"
    STORED = "stored"
    PROCEDURAL = "procedural"
    RETEXTURED = "retextured"
    COMPOSITION = "composition"
    RESHAPED = "reshaped"


@dataclass(frozen=True, kw_only=True)
class ObjectEntry:
    """All that is needed to load or make one object again."""

    name: str
    """Unique, as in `quaternius/animals_pack/Cow`."""
    kind: ObjectKind
    licence: str
    """SPDX identifier."""
    author: str
    family: str
    """Variants of one another; decides the split."""
    split: Split
    category: Category
    path: Path | None = None
    """The file; None for what is made."""
    turn: tuple[float, ...] = ()
    """Nine numbers, the rows of a rotation to apply; empty for none."""
    size: tuple[float, ...] = ()
    """Width, height and depth to stretch to, any unit; empty for the file's own."""
    seed: int = 0
    """For what is made."""
    bases: "tuple[ObjectEntry, ...]" = ()
    """The objects that a retextured or reshaped object or a composition is made of."""
    triangles: int = 0
    """Counted when the manifest was built; 0 where nobody counted."""


@dataclass(frozen=True, kw_only=True)
class DroppedObject:
    """An object that was left out."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """All objects of a data set."""

    objects: tuple[ObjectEntry, ...]
    dropped: tuple[DroppedObject, ...] = ()
