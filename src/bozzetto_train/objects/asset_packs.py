"""Packs of glTF files, known ones and one's own: unpack the archives, list what is in them."""

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bozzetto.errors import InputError
from bozzetto_train.objects.categories import category_of
from bozzetto_train.objects.entry import ObjectEntry, ObjectKind
from bozzetto_train.objects.families import family_of, split_of


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Where a pack comes from."""

    licence: str
    """As an SPDX expression."""
    author: str


PACKS: Mapping[str, Pack] = {
    "aws": Pack(licence="MIT-0", author="Amazon Web Services (AWS RoboMaker worlds)"),
    "kaykit": Pack(licence="CC0-1.0", author="Kay Lousberg (KayKit)"),
    "pmndrs": Pack(licence="CC0-1.0", author="Kenney and others (market.pmnd.rs)"),
    "quaternius": Pack(licence="CC0-1.0", author="Quaternius"),
}
"""The packs that are known, by the name of their folder."""

PACK_FILE = "pack.json"
"""In the folder of a pack of one's own: an object with the texts `licence` and `author`."""
_SUFFIXES = (".glb", ".gltf")


def unpack_archives(folder: Path) -> None:
    """Unpack the archives of known packs that are not unpacked yet."""
    for pack in PACKS:
        archive = folder / f"{pack}.tar.xz"
        if archive.exists() and not (folder / pack).exists():
            with tarfile.open(archive) as opened:
                # The argument `filter` came with 3.11.4; older ones extract without one.
                opened.extraction_filter = getattr(tarfile, "data_filter", None)
                opened.extractall(folder)


def list_packs(folder: Path) -> Iterator[ObjectEntry]:
    """Yield every GLB and glTF file of all packs, sorted by name.

    Raises:
        InputError: The folder is not there, or a pack that is not known does not say what its
            licence is.
    """
    if not folder.is_dir():
        raise InputError(
            f"The folder of assets {str(folder)!r} is not there.",
            advice="Make it and put packs of GLB or glTF files into it.",
        )
    for pack in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        origin = PACKS.get(pack) or _own_pack(folder / pack)
        for path in sorted((folder / pack).rglob("*")):
            if path.suffix not in _SUFFIXES:
                continue
            name = path.relative_to(folder).with_suffix("").as_posix()
            family = family_of(name)
            yield ObjectEntry(
                name=name,
                kind=ObjectKind.GLB,
                licence=origin.licence,
                author=origin.author,
                family=family,
                split=split_of(family),
                category=category_of(name),
                path=path,
            )


def _own_pack(folder: Path) -> Pack:
    """Read where a pack of one's own comes from: the manifest must name it for every object."""
    path = folder / PACK_FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Pack(licence=str(fields["licence"]), author=str(fields["author"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"The folder {folder.name!r} of assets has no {PACK_FILE} that says whose they are.",
            advice='Write one, as {"licence": "CC0-1.0", "author": "A name"}.',
        ) from None
