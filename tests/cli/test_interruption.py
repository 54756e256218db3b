"""Ctrl-C and kill, sent to the real process while it works."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from bozzetto.store.disk import PARTIAL
from tests.pipeline.test_runs import a_photo_file

OPTIONS = ["--target-triangles", "1000", "--texture-size", "512", "--variants", "1", "--json"]


def start(photo, output):
    command = [sys.executable, "-m", "bozzetto.cli.main", "make", str(photo), "-o", str(output)]
    environment = {**os.environ, "BOZZETTO_RENDERER": "raycast"}
    return subprocess.Popen(
        [*command, *OPTIONS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        preexec_fn=hear_ctrl_c,
    )


def hear_ctrl_c():
    """Undo what shells do to background jobs: they ignore Ctrl-C, and so do their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def finished_results(folder):
    if not folder.exists():
        return []
    return [path for path in folder.iterdir() if not path.name.startswith(PARTIAL)]


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["masks", "drafts"])
def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(stage, tmp_path):
    photo, output = a_photo_file(tmp_path), tmp_path / "out"
    child = start(photo, output)
    wait_until(lambda: finished_results(output / "store" / "records" / stage))
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"Traceback" not in errors
    assert not (output / "report.json").exists()
    assert not [path for path in output.rglob("*") if path.name.startswith(PARTIAL)]
    again = start(photo, output)
    result, _ = again.communicate(timeout=120)
    assert again.returncode == 0
    timings = json.loads(result)["report"]["timings"]
    assert timings[0]["reused"]


@pytest.mark.slow
def test_a_killed_run_loses_no_finished_stage(tmp_path):
    photo, output = a_photo_file(tmp_path), tmp_path / "out"
    child = start(photo, output)
    wait_until(lambda: finished_results(output / "store" / "records" / "masks"))
    child.kill()
    child.communicate()
    again = start(photo, output)
    result, _ = again.communicate(timeout=120)
    assert again.returncode == 0
    assert json.loads(result)["report"]["timings"][0]["reused"]
    assert not [path for path in output.rglob("*") if path.name.startswith(PARTIAL)]
