"""Readers that nobody here wrote find in our files what was written: `make formats-check`."""

import pytest

from tools.formats_check.matrix import run


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The whole matrix."""
    return run(tmp_path_factory.mktemp("files"))


@pytest.mark.slow
def test_every_reader_that_is_here_agrees(rows):
    failed = {
        f"{row.format} {row.subject} {row.reader}": [
            *(f"{name} {v.measured}" for name, v in row.verdicts.items() if not v.passed),
            *row.complaints,
        ]
        for row in rows
        if not row.passed and not row.absent
    }
    assert failed == {}


@pytest.mark.slow
def test_nothing_is_skipped_but_blender(rows):
    absent = {row.reader: row.absent for row in rows if row.absent}
    missing = {reader: why for reader, why in absent.items() if reader != "blender"}
    if missing:
        pytest.skip(f"not installed: {missing}")
    assert {row.reader for row in rows} >= {
        "three.js", "khronos", "ufbx", "openusd", "trimesh", "lib3mf",
    }  # fmt: skip
