import errno
import hashlib
import os
import subprocess
import sys
import time

import pytest

from bozzetto.errors import ResourceError
from bozzetto.plans.plan import Node
from bozzetto.plans.results import find_result, keep_result, read_result
from bozzetto.plans.stage import Codec, Stage
from bozzetto.store import disk
from bozzetto.store.disk import PARTIAL, sweep, write_file
from bozzetto.store.local import LocalStore


def leftovers(root):
    return [path for path in root.rglob("*") if path.name.startswith(PARTIAL)]


def encode(value):
    return {f"{index}.txt": f"{value}{index}".encode() for index in range(3)}


def decode(files):
    return files["0.txt"].decode()[:-1]


STAGE = Stage(name="toys", version=1, run=print, codec=Codec(encode=encode, decode=decode))


def a_node(letter="a"):
    return Node(stage=STAGE, inputs={}, options=letter)


def test_a_result_comes_back_and_another_key_is_another_result(tmp_path):
    store = LocalStore(tmp_path)
    for letter in "ab":
        keep_result(store, a_node(letter), letter, seconds=1.5)
    assert [read_result(store, STAGE, a_node(letter).key) for letter in "ab"] == ["a", "b"]
    assert find_result(store, "toys", a_node("c").key) is None


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_a_result_that_was_interrupted_while_written_is_not_there(tmp_path, monkeypatch, error):
    store, written = LocalStore(tmp_path), []

    def fails_late(self, data):
        if len(written) == 2:
            raise error
        written.append(data)
        return put(self, data)

    put = LocalStore.put
    monkeypatch.setattr(LocalStore, "put", fails_late)
    with pytest.raises(error):
        keep_result(store, a_node(), "a", seconds=0.0)
    assert find_result(store, "toys", a_node().key) is None
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be")],
)
def test_a_disk_that_refuses_is_a_sentence_and_leaves_nothing(tmp_path, monkeypatch, number, words):
    def refuse(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(disk.os, "fsync", refuse)
    with pytest.raises(ResourceError, match=words):
        keep_result(LocalStore(tmp_path), a_node(), "a", seconds=0.0)
    assert leftovers(tmp_path) == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("Mounting a small disk needs root.")
    try:
        with pytest.raises(ResourceError, match="full"):
            keep_result(LocalStore(mount), a_node(), "x" * 200_000, seconds=0.0)
        assert leftovers(mount) == []
        with pytest.raises(ResourceError, match="full"):
            write_file(mount / "file", b"x" * 200_000)
        assert leftovers(mount) == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_run_killed_at_any_point_never_leaves_half_a_result_under_its_name(tmp_path):
    script = """
import pathlib, sys
from bozzetto.store.local import LocalStore
from bozzetto.plans.results import keep_result
from tests.store.test_local_store import a_node
for index in range(100000):
    keep_result(LocalStore(pathlib.Path(sys.argv[1])), a_node(str(index)), str(index), seconds=0.0)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    checked = 0
    for delay in (0.8, 1.2, 1.6):
        store = LocalStore(tmp_path / f"store-{delay}")
        child = subprocess.Popen([sys.executable, "-c", script, str(store.root)], env=environment)
        time.sleep(delay)
        child.kill()
        child.wait()
        for collection, key in store.records():
            record = find_result(store, collection, key)
            assert record is not None
            for file in record.files.values():
                assert hashlib.sha256(store.read(file.sha256)).hexdigest() == file.sha256
            checked += 1
        sweep(store.root)
        assert leftovers(store.root) == []
    assert checked > 0


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "report.json"
    write_file(path, b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, ""])
def test_only_hashes_name_content(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        LocalStore(tmp_path).read(name)


@pytest.mark.parametrize("name", ["../up", "", "a/b", "é"])
def test_no_record_leads_out_of_the_store(tmp_path, name):
    with pytest.raises(ValueError, match="record"):
        LocalStore(tmp_path).read_record("masks", name)
    with pytest.raises(ValueError, match="record"):
        LocalStore(tmp_path).write_record(name, "key", b"")
