"""The manifest as JSON, and the two questions that a renderer asks of it.

Paths in the file are relative to the file's own folder where they can be.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from bozzetto.errors import FormatError, InputError
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto_train.objects.categories import Category
from bozzetto_train.objects.entry import DroppedObject, Manifest, ObjectEntry, ObjectKind
from bozzetto_train.objects.families import Split

_FORMAT = 1


def list_objects(manifest: Manifest, *, split: Split | None = None) -> tuple[ObjectEntry, ...]:
    """Return the objects of a split, or all of them, in the order of the manifest."""
    return tuple(entry for entry in manifest.objects if split in (None, entry.split))


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest as JSON; bases stand before what is made of them."""
    folder = path.parent.resolve()
    document = {
        "format": _FORMAT,
        "objects": [_fields(entry, folder) for entry in manifest.objects],
        "dropped": [{"name": gone.name, "reason": gone.reason} for gone in manifest.dropped],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        InputError: The file is missing or not a manifest.
    """
    try:
        root = JsonNode.parse(path.read_bytes(), path=path.name)
        if root.integer("format") != _FORMAT:
            raise InputError(f"{path.name} is a manifest of another version.")
        known: dict[str, ObjectEntry] = {}
        for node in root.children("objects"):
            entry = _entry(node, known, path.parent.resolve())
            known[entry.name] = entry
        dropped = tuple(
            DroppedObject(name=node.text("name"), reason=node.text("reason"))
            for node in root.children("dropped")
        )
    except (OSError, FormatError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} cannot be read as a manifest of objects: {error}",
            advice="Build it with `python -m bozzetto_train.objects.build`.",
        ) from None
    return Manifest(objects=tuple(known.values()), dropped=dropped)


def _fields(entry: ObjectEntry, folder: Path) -> Mapping[str, object]:
    """Return an entry's JSON; fields that say nothing are left out."""
    path = None if entry.path is None else os.path.relpath(entry.path.resolve(), folder)
    fields: dict[str, object] = {
        "name": entry.name,
        "kind": entry.kind.value,
        "licence": entry.licence,
        "author": entry.author,
        "family": entry.family,
        "split": entry.split.value,
        "category": entry.category.value,
        "path": path,
        "turn": list(entry.turn),
        "size": list(entry.size),
        "seed": entry.seed,
        "bases": [base.name for base in entry.bases],
        "triangles": entry.triangles,
    }
    return {key: value for key, value in fields.items() if value not in (None, [], 0)}


def _entry(node: JsonNode, known: Mapping[str, ObjectEntry], folder: Path) -> ObjectEntry:
    relative = node.text("path", default="")
    entry = ObjectEntry(
        name=node.text("name"),
        kind=ObjectKind(node.text("kind")),
        licence=node.text("licence"),
        author=node.text("author"),
        family=node.text("family"),
        split=Split(node.text("split")),
        category=Category(node.text("category")),
        path=Path(os.path.normpath(folder / relative)) if relative else None,
        seed=node.integer("seed", default=0),
        triangles=node.integer("triangles", default=0),
    )
    return replace(
        entry,
        turn=node.numbers("turn", default=(0.0,) * 9) if node.has("turn") else (),
        size=node.numbers("size", default=(0.0,) * 3) if node.has("size") else (),
        bases=tuple(known[name] for name in _names(node)),
    )


def _names(node: JsonNode) -> list[str]:
    """Return the names of an entry's bases."""
    values = node.fields.get("bases", [])
    return [str(value) for value in cast("list[object]", values)] if values else []
