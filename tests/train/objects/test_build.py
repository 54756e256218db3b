import tarfile

import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto_train.objects.asset_packs import list_packs
from bozzetto_train.objects.build import BuildOptions, build_manifest
from bozzetto_train.objects.families import Split
from bozzetto_train.objects.load import load_object
from bozzetto_train.objects.manifest import read_manifest, write_manifest
from tests.train.objects.build_object import CUBE, a_glb


def some_assets(folder):
    """Write an archive of five objects, of which a wall and a plate must go."""
    pack = folder / "unpacked" / "quaternius" / "modular_test"
    pack.mkdir(parents=True)
    for index, name in enumerate(["Chair_1", "Chair_2", "Lamp", "Wall_1"]):
        (pack / f"{name}.glb").write_bytes(a_glb(node={"scale": [1, 2 + index, 3]}))
    (pack / "Plate.glb").write_bytes(a_glb(positions=CUBE * np.float32([[1, 0.01, 1]]), node={}))
    (pack / "Goblet.glb").write_bytes(a_glb(node={"scale": [1, 4, 3]}))  # Lamp's twin.
    (pack / "Broken.glb").write_bytes(b"glTF nothing")
    (folder / "assets").mkdir()
    with tarfile.open(folder / "assets" / "quaternius.tar.xz", "w:xz") as archive:
        archive.add(folder / "unpacked" / "quaternius", "quaternius")
    catalogue = folder / "furniture" / "Scopia"
    catalogue.mkdir(parents=True)
    (catalogue / "PluginFurnitureCatalog.properties").write_text("name=empty\n")


def built(folder):
    options = BuildOptions(
        assets=folder / "assets",
        furniture=folder / "furniture",
        out=folder / "manifest.json",
        procedural=3,
        retextured=2,
        compositions=2,
        reshaped=2,
    )
    return build_manifest(options)


def test_lists_loads_drops_and_derives(tmp_path):
    some_assets(tmp_path)
    manifest = built(tmp_path)
    names = [entry.name for entry in manifest.objects]
    assert "quaternius/modular_test/Chair_1" in names
    assert len([name for name in names if name.startswith("procedural/")]) == 3
    reasons = {gone.name.rpartition("/")[2]: gone.reason for gone in manifest.dropped}
    assert reasons["Wall_1"] == "modular level piece"
    assert reasons["Plate"] == "flat"
    assert "cannot be read" in reasons["Broken"]


def test_copies_under_other_names_share_a_split(tmp_path):
    some_assets(tmp_path)
    families = {entry.name.rpartition("/")[2]: entry.family for entry in built(tmp_path).objects}
    assert families["Lamp"] == families["Goblet"]
    assert families["Chair_1"] == families["Chair_2"] != families["Lamp"]


def test_sources_that_joined_later_only_train_and_copies_of_older_objects_do_not(tmp_path):
    some_assets(tmp_path)
    pack = tmp_path / "assets/kaykit/KayKit-Test"
    pack.mkdir(parents=True)
    (pack / "barrel.glb").write_bytes(a_glb(node={"scale": [1, 5, 6]}))
    (pack / "copy.glb").write_bytes(a_glb(node={"scale": [1, 4, 3]}))  # Of the lamp.
    (pack / "banner_blue.glb").write_bytes(a_glb(node={"scale": [1, 7, 6]}))
    manifest = built(tmp_path)
    entries = {entry.name.rpartition("/")[2]: entry for entry in manifest.objects}
    assert entries["barrel"].split is Split.TRAIN
    assert entries["barrel"].licence == "CC0-1.0"
    assert entries["copy"].family == entries["Lamp"].family == "quaternius/goblet"
    assert entries["copy"].split is entries["Lamp"].split
    assert {gone.reason for gone in manifest.dropped} >= {"colour variant"}


def test_a_pack_of_ones_own_says_whose_it_is(tmp_path):
    some_assets(tmp_path)
    own = tmp_path / "assets/mine/deep"
    own.mkdir(parents=True)
    (own / "stool.glb").write_bytes(a_glb(node={"scale": [2, 5, 6]}))
    with pytest.raises(InputError, match=r"'mine' of assets has no pack\.json") as error:
        built(tmp_path)
    assert "CC0-1.0" in error.value.advice
    (own.parent / "pack.json").write_text('{"licence": "MIT", "author": "Ada"}')
    entries = {entry.name: entry for entry in built(tmp_path).objects}
    stool = entries["mine/deep/stool"]
    assert (stool.licence, stool.author, stool.family) == ("MIT", "Ada", "mine/stool")


def test_a_missing_folder_of_assets_is_said(tmp_path):
    with pytest.raises(InputError, match=r"folder of assets .* is not there"):
        list(list_packs(tmp_path / "nowhere"))


def test_every_entry_that_stays_can_be_loaded_from_the_written_file(tmp_path):
    some_assets(tmp_path)
    write_manifest(built(tmp_path), tmp_path / "manifest.json")
    for entry in read_manifest(tmp_path / "manifest.json").objects:
        model = load_object(entry)
        assert model.name == entry.name
        assert len(model.triangles) == entry.triangles
