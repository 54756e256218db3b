import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from bozzetto.errors import ProjectError, ResourceError
from bozzetto.pipeline.store import (
    MANIFEST,
    PARTIAL,
    create_project,
    exclusive,
    keep,
    open_project,
    write_file,
)


def a_project(tmp_path):
    return create_project(tmp_path / "project")


def write_text(value, folder):
    (folder / "value.txt").write_text(value)


def leftovers(root):
    return [path for path in root.rglob("*") if path.name.startswith(PARTIAL)]


def test_a_result_is_made_once_and_then_found(tmp_path):
    project = a_project(tmp_path)
    calls = []

    def make():
        calls.append(1)
        return "made"

    first = keep(project, "masks", key="k" * 64, make=make, write=write_text)
    second = keep(project, "masks", key="k" * 64, make=make, write=write_text)
    assert (first[1], second[1], len(calls)) == (False, True, 1)
    assert (second[0] / "value.txt").read_text() == "made"


def test_another_key_is_another_result(tmp_path):
    project = a_project(tmp_path)
    folders = {
        keep(project, "masks", key=key * 64, make=lambda key=key: key, write=write_text)[0]
        for key in "ab"
    }
    assert {(folder / "value.txt").read_text() for folder in folders} == {"a", "b"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_a_result_that_was_interrupted_while_written_leaves_nothing(tmp_path, error):
    project = a_project(tmp_path)

    def write(value, folder):
        write_text(value, folder)
        raise error

    with pytest.raises(error):
        keep(project, "masks", key="k" * 64, make=lambda: "x", write=write)
    assert list((project.root / "masks").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be")],
)
def test_a_disk_that_refuses_is_a_sentence_and_leaves_nothing(tmp_path, number, words):
    project = a_project(tmp_path)

    def write(value, folder):
        write_text(value, folder)
        raise OSError(number, os.strerror(number))

    with pytest.raises(ResourceError, match=words):
        keep(project, "masks", key="k" * 64, make=lambda: "x", write=write)
    assert leftovers(project.root) == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("Mounting a small disk needs root.")
    try:
        project = create_project(mount / "project")
        with pytest.raises(ResourceError, match="full"):
            keep(
                project,
                "masks",
                key="k" * 64,
                make=lambda: "x" * 200_000,
                write=write_text,
            )
        assert leftovers(mount) == []
        with pytest.raises(ResourceError, match="full"):
            write_file(project.path("file"), b"x" * 200_000)
        assert leftovers(mount) == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_read_only_disk_is_a_sentence(tmp_path):
    mount = tmp_path / "fixed"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("Mounting a read-only disk needs root.")
    try:
        with pytest.raises(ResourceError, match="cannot be written to"):
            create_project(mount / "project")
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_folder_of_other_files_is_not_taken_over(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(ProjectError, match="not a Bozzetto project"):
        create_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_not_a_project_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectError, match="is a file"):
        create_project(tmp_path / "file")


def test_opening_needs_a_manifest(tmp_path):
    with pytest.raises(ProjectError, match=MANIFEST):
        open_project(tmp_path)


def _hold(root, ready):
    with exclusive(create_project(root)):
        ready.set()
        time.sleep(30)


def test_two_runs_cannot_hold_one_project_and_a_killed_one_lets_go(tmp_path):
    project = a_project(tmp_path)
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    other = context.Process(target=_hold, args=(project.root, ready))
    other.start()
    assert ready.wait(10)
    with pytest.raises(ProjectError, match="Another run"), exclusive(project):
        pass
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    with exclusive(project):
        pass


def test_what_a_killed_run_left_is_swept_away(tmp_path):
    project = a_project(tmp_path)
    (project.root / "masks" / f"{PARTIAL}abc").mkdir(parents=True)
    (project.root / f"{PARTIAL}file").write_text("half")
    with exclusive(project):
        assert leftovers(project.root) == []


def test_a_run_killed_at_any_point_never_leaves_a_partial_result_under_its_name(tmp_path):
    script = """
import pathlib, sys
from bozzetto.pipeline.store import create_project, keep
def write(value, folder):
    for index in range(200):
        (folder / f"{index}.txt").write_text(value * 1000)
project = create_project(pathlib.Path(sys.argv[1]))
for index in range(100000):
    keep(project, "masks", key=f"{index:064d}"[::-1], make=lambda: "x", write=write)
"""
    for delay in (0.4, 0.55, 0.7):
        root = tmp_path / f"project-{delay}"
        child = subprocess.Popen([sys.executable, "-c", script, str(root)])
        time.sleep(delay)
        child.kill()
        child.wait()
        if not (root / "masks").exists():
            continue
        complete = [p for p in (root / "masks").iterdir() if not p.name.startswith(PARTIAL)]
        assert all(len(list(folder.iterdir())) == 200 for folder in complete)


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "report.json"
    write_file(path, b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert leftovers(tmp_path) == []
