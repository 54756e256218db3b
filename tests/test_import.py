"""Importing the package stays light; `benchmarks/speed.py` has the time."""

import json
import os
import subprocess
import sys

import pytest

import bozzetto

SCRIPT = """
import json, sys
import bozzetto
print(json.dumps(sorted(sys.modules)))
"""


def import_in_a_fresh_interpreter():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_importing_loads_nothing_heavy():
    modules = import_in_a_fresh_interpreter()
    assert "bozzetto" in modules
    heavy = {"numpy", "scipy", "torch", "ray", "cv2", "onnxruntime", "starlette"}
    assert heavy.isdisjoint(modules)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cannot take cores away here")
@pytest.mark.parametrize("cores", [1, 2])
def test_opencv_runs_on_two_threads_whatever_the_number_of_cores(cores):
    script = (
        f"import os; os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])\n"
        "import bozzetto, cv2; print(cv2.getNumThreads())"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OPENCV_FOR_THREADS_NUM"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env=environment
    )
    assert int(done.stdout) == 2


def test_the_public_names_are_sorted_and_all_exist():
    assert bozzetto.__all__ == sorted(bozzetto.__all__)
    for name in bozzetto.__all__:
        assert getattr(bozzetto, name).__name__ == name
    assert dir(bozzetto) == bozzetto.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sculpt'"):
        _ = bozzetto.sculpt
