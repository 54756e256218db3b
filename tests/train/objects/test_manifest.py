from dataclasses import replace
from pathlib import Path

import pytest

from bozzetto.errors import InputError
from bozzetto_train.objects.categories import Category
from bozzetto_train.objects.entry import DroppedObject, Manifest, ObjectEntry, ObjectKind
from bozzetto_train.objects.families import Split
from bozzetto_train.objects.manifest import list_objects, read_manifest, write_manifest


def an_entry(name, *, split=Split.TRAIN, path=None):
    return ObjectEntry(
        name=name,
        kind=ObjectKind.GLB,
        licence="CC0-1.0",
        author="Nobody",
        family=name,
        split=split,
        category=Category.PROP,
        path=path,
        triangles=12,
    )


def a_manifest(folder):
    chair = an_entry("pack/chair", path=folder / "assets" / "chair.glb")
    table = replace(
        an_entry("pack/table", split=Split.TEST),
        kind=ObjectKind.FURNITURE,
        size=(1.0, 2.0, 3.5),
        turn=(1.0, 0, 0, 0, 0, 1.0, 0, -1.0, 0),
    )
    both = replace(
        an_entry("composition/0"), kind=ObjectKind.COMPOSITION, seed=7, bases=(chair, table)
    )
    gone = DroppedObject(name="pack/wall", reason="flat")
    return Manifest(objects=(chair, table, both), dropped=(gone,))


def test_comes_back_as_it_was_written(tmp_path):
    manifest = a_manifest(tmp_path)
    write_manifest(manifest, tmp_path / "manifest.json")
    assert read_manifest(tmp_path / "manifest.json") == manifest


def test_folder_can_be_moved_as_a_whole(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    write_manifest(a_manifest(old), old / "manifest.json")
    old.rename(new)
    moved = read_manifest(new / "manifest.json")
    assert moved.objects[0].path == new / "assets" / "chair.glb"


def test_lists_one_split(tmp_path):
    manifest = a_manifest(tmp_path)
    assert [entry.name for entry in list_objects(manifest, split=Split.TEST)] == ["pack/table"]
    assert list_objects(manifest) == manifest.objects


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": 2, "objects": []}', '{"format": 1, "objects": [{}]}']
)
def test_what_is_no_manifest_is_refused_with_advice(tmp_path, text):
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(InputError):
        read_manifest(path)


def test_missing_file_is_refused_with_advice():
    with pytest.raises(InputError, match=r"objects\.build"):
        read_manifest(Path("absent.json"))
