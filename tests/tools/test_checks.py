"""The runner of all checks, with parts of its own."""

import csv
import sys

import pytest

from tools.checks import run_steps, summary, write_times


def a_part(name, code):
    return name, [sys.executable, "-c", code]


def test_parts_of_a_step_run_together_and_steps_one_after_the_other(tmp_path):
    # Each of the two waits for the file of the other; the third needs both.
    wait = (
        "import pathlib, time\npathlib.Path({0!r}).touch()\n"
        "while not pathlib.Path({1!r}).exists(): time.sleep(.01)"
    )
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    both = f"import pathlib; assert all(pathlib.Path(p).exists() for p in ({a!r}, {b!r}))"
    steps = [[a_part("a", wait.format(a, b)), a_part("b", wait.format(b, a))], [a_part("c", both)]]
    times = run_steps(steps, tmp_path / "out")
    assert [(part.name, part.passed) for part in times] == [("a", True), ("b", True), ("c", True)]


def test_a_step_that_fails_is_the_last_one_and_shows_why(tmp_path, capsys):
    steps = [
        [a_part("good", "print('fine')"), a_part("bad", "raise SystemExit('too bad')")],
        [a_part("never", "print('not to be run')")],
    ]
    times = run_steps(steps, tmp_path)
    assert [(part.name, part.passed) for part in times] == [("good", True), ("bad", False)]
    said = capsys.readouterr().out
    assert "too bad" in said
    assert "not to be run" not in said


def test_the_time_of_the_processors_is_that_of_the_part(tmp_path):
    code = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    (part,) = run_steps([[a_part("busy", code)]], tmp_path)
    assert 0.5 <= part.cpu_seconds < 5
    assert part.wall_seconds >= 0.4


def test_times_are_kept_and_summed_up(tmp_path):
    times = run_steps([[a_part("one", ""), a_part("two", "raise SystemExit(1)")]], tmp_path)
    write_times(times, tmp_path / "kept" / "times.csv")
    with (tmp_path / "kept" / "times.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["part"], row["passed"]) for row in rows] == [("one", "True"), ("two", "False")]
    assert float(rows[0]["cpu_seconds"]) == pytest.approx(times[0].cpu_seconds)
    assert [line.split()[:2] for line in summary(times).splitlines()[1:]] == [
        ["one", "passed"],
        ["two", "FAILED"],
    ]
