import pytest

from bozzetto.errors import FormatError, ResourceError
from bozzetto.formats.base import NamedFile, Written
from bozzetto.formats.storing import source_of, store


def written(text):
    """A main file and two beside it, one of them in a folder."""
    names = ("model.gltf", "model.bin", "textures/paint.png")
    return Written(
        main="model.gltf",
        files=tuple(NamedFile(name=name, data=f"{text} {name}".encode()) for name in names),
    )


def contents(folder):
    """All files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_all_files_arrive_and_nothing_else(tmp_path):
    assert store(written("new"), folder=tmp_path) == tmp_path / "model.gltf"
    assert contents(tmp_path) == {
        name: f"new {name}" for name in ("model.gltf", "model.bin", "textures/paint.png")
    }


@pytest.mark.parametrize("blocked", ["model.bin", "textures/paint.png", "model.gltf"])
def test_a_file_that_cannot_be_put_leaves_no_part_of_one_and_no_new_main_file(tmp_path, blocked):
    store(written("old"), folder=tmp_path)
    (tmp_path / blocked).unlink()
    (tmp_path / blocked / "in the way").mkdir(parents=True)
    with pytest.raises(ResourceError, match=r"model\.gltf could not be written"):
        store(written("new"), folder=tmp_path)
    left = contents(tmp_path)
    assert not [name for name in left if "partial" in name]
    assert left.get("model.gltf", "old model.gltf") == "old model.gltf"
    assert all(text.removeprefix("old ").removeprefix("new ") == n for n, text in left.items())


def test_neighbours_are_found_below_the_folder_and_nowhere_else(tmp_path):
    folder = tmp_path / "inside"
    path = store(written("new"), folder=folder)
    (tmp_path / "secret.txt").write_text("secret")
    source = source_of(path)
    assert source.neighbours.find("textures/paint.png") == b"new textures/paint.png"
    for name in ("../secret.txt", str(tmp_path / "secret.txt"), "missing.png", "a\0b"):
        assert source.neighbours.find(name) is None


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FormatError, match="is not there"):
        source_of(tmp_path / "none.glb")
