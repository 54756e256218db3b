import multiprocessing
import os
import signal
import subprocess
import time

import pytest

from bozzetto.errors import ProjectError, ResourceError
from bozzetto.pipeline.project import MANIFEST, create_project, exclusive, open_project
from bozzetto.store.disk import PARTIAL


def a_project(tmp_path):
    return create_project(tmp_path / "project")


def leftovers(root):
    return [path for path in root.rglob("*") if path.name.startswith(PARTIAL)]


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
    (project.root / "store" / "objects" / "ab" / f"{PARTIAL}abc").mkdir(parents=True)
    (project.root / f"{PARTIAL}file").write_text("half")
    with exclusive(project):
        assert leftovers(project.root) == []
