"""Build the manifest: list every source, load everything once, drop what cannot be used.

`python -m bozzetto_train.objects.build --assets DIR --furniture DIR --out manifest.json`
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro

from bozzetto.errors import BozzettoError
from bozzetto_train.objects.asset_packs import list_packs, unpack_archives
from bozzetto_train.objects.categories import category_of
from bozzetto_train.objects.entry import DroppedObject, Manifest, ObjectEntry, ObjectKind
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.families import by_seniority, family_of, split_of
from bozzetto_train.objects.filters import defect_of, unwanted_by_name
from bozzetto_train.objects.furniture_source import fetch_furniture, list_furniture
from bozzetto_train.objects.load import load_object
from bozzetto_train.objects.made import (
    list_compositions,
    list_procedural,
    list_reshaped,
    list_retextured,
)
from bozzetto_train.objects.manifest import write_manifest
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.objects.people_source import list_people


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """What goes into the data set."""

    assets: Path
    """Folder of the asset packs; archives (`*.tar.xz`) in it are unpacked first."""
    furniture: Path
    """Folder for the furniture catalogues; fetched through apt when it is empty."""
    out: Path
    """The manifest to write."""
    people: Path | None = None
    """Folder of the bodies that `python -m bozzetto_train.objects.people` wrote; None for none."""
    procedural: int = 1500
    """How many objects to make from nothing."""
    retextured: int = 400
    """How many training objects to give other materials."""
    compositions: int = 200
    """How many groups of two or three training objects to make."""
    reshaped: int = 4500
    """How many training objects to give other proportions."""


def build_manifest(
    options: BuildOptions, *, progress: Callable[[str], None] = lambda _: None
) -> Manifest:
    """List, load, check and split all objects.

    Args:
        options: What to include.
        progress: Is told about every hundredth object.
    """
    unpack_archives(options.assets)
    fetch_furniture(options.furniture)
    candidates = [*list_packs(options.assets), *_furniture_entries(options.furniture)]
    if options.people is not None:
        candidates += list_people(options.people)
    read, dropped = _examine_all(candidates, progress)
    made = [
        *list_procedural(options.procedural),
        *list_retextured(read, options.retextured),
        *list_compositions(read, options.compositions),
        *list_reshaped(read, options.reshaped),
    ]
    kept, lost = _examine_all(made, progress)
    return Manifest(objects=(*read, *kept), dropped=(*dropped, *lost))


def _examine_all(
    candidates: Sequence[ObjectEntry], progress: Callable[[str], None]
) -> tuple[list[ObjectEntry], list[DroppedObject]]:
    """Load every candidate once; return those that stay, with joined families, and the others."""
    kept: list[ObjectEntry] = []
    shapes: list[str] = []
    dropped: list[DroppedObject] = []
    for index, entry in enumerate(candidates):
        if index % 100 == 0:
            progress(f"{index} of {len(candidates)}")
        reason, shape, triangles = _examined(entry)
        if reason is not None:
            dropped.append(DroppedObject(name=entry.name, reason=reason))
            continue
        kept.append(replace(entry, triangles=triangles))
        shapes.append(shape)
    return list(_with_joined_twins(kept, shapes)), dropped


def _examined(entry: ObjectEntry) -> tuple[str | None, str, int]:
    """Return why an entry is dropped, or None, its shape's key and its number of triangles."""
    reason = unwanted_by_name(entry.name)
    if reason is not None:
        return reason, "", 0
    try:
        model = load_object(entry)
    except ObjectError as error:
        return error.message, "", 0
    return defect_of(model), shape_key(model), len(model.triangles)


def shape_key(model: ObjectModel) -> str:
    """Return a text that is the same for copies of a shape under other names and colours."""
    extents = np.round(np.sort(np.ptp(model.positions, axis=0)), 2).tolist()
    return f"{len(model.triangles)} {extents}"


def _with_joined_twins(entries: list[ObjectEntry], shapes: list[str]) -> Iterator[ObjectEntry]:
    """Give the families of objects with the same shape one family, the first by name."""
    leader: dict[str, str] = {entry.family: entry.family for entry in entries}

    def head(family: str) -> str:
        while leader[family] != family:
            family = leader[family]
        return family

    seen: dict[str, str] = {}
    for entry, shape in zip(entries, shapes, strict=True):
        if entry.bases:
            continue
        heads = head(entry.family), head(seen.setdefault(shape, entry.family))
        first, second = sorted(heads, key=by_seniority)
        leader[second] = first
    for entry in entries:
        family = head(entry.family)
        yield entry if entry.bases else replace(entry, family=family, split=split_of(family))


def _furniture_entries(folder: Path) -> Iterable[ObjectEntry]:
    for piece in list_furniture(folder):
        family = family_of(piece.name)
        yield ObjectEntry(
            name=piece.name,
            kind=ObjectKind.FURNITURE,
            licence=piece.licence,
            author=piece.author,
            family=family,
            split=split_of(family),
            category=category_of(piece.name, catalogue_category=piece.category),
            path=piece.path,
            turn=piece.turn,
            size=piece.size,
        )


def main() -> None:
    """Run the command."""
    options = tyro.cli(BuildOptions, description=__doc__)
    try:
        manifest = build_manifest(options, progress=lambda text: _say(text))
        write_manifest(manifest, options.out)
    except BozzettoError as error:
        sys.exit(str(error))
    _say(f"{len(manifest.objects)} objects, {len(manifest.dropped)} dropped: {options.out}")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
