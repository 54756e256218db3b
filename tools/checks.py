"""Run all checks, as `make test` does, and say how long each part took.

Parts that use one core run beside each other. The times go to `out/check_times.csv`: by the clock,
and of the processors, which says more on a machine that does other things as well.
"""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STEPS: tuple[tuple[str, ...], ...] = (("lint",), ("types", "formats-check"), ("unit",))
"""Targets of the Makefile: those of one step run at the same time."""
TIMES = Path("out") / "check_times.csv"


@dataclass(frozen=True, kw_only=True)
class PartTime:
    """How a part went."""

    name: str
    passed: bool
    wall_seconds: float
    cpu_seconds: float
    """User and system time of all its processes that it waited for."""


def run_part(name: str, command: Sequence[str], *, output: Path) -> "RunningPart":
    """Start a part; what it prints goes to a file."""
    stream = output.open("wb")
    with stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
    return RunningPart(name=name, process=process, output=output, since=time.monotonic())


@dataclass(frozen=True, kw_only=True, eq=False)
class RunningPart:
    """A part that runs."""

    name: str
    process: "subprocess.Popen[bytes]"
    output: Path
    since: float

    def wait(self) -> PartTime:
        """Wait for its end, and show what it printed."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - self.since
        sys.stdout.write(f"== {self.name}\n{self.output.read_text('utf-8', 'replace')}")
        sys.stdout.flush()
        return PartTime(
            name=self.name,
            passed=self.process.returncode == 0,
            wall_seconds=round(wall, 1),
            cpu_seconds=round(usage.ru_utime + usage.ru_stime, 1),
        )


def run_steps(steps: Sequence[Sequence[tuple[str, Sequence[str]]]], folder: Path) -> list[PartTime]:
    """Run steps one after the other, the parts of each together, until a step fails.

    Args:
        steps: Of each part its name and its command.
        folder: For what the parts print.
    """
    folder.mkdir(parents=True, exist_ok=True)
    times: list[PartTime] = []
    for step in steps:
        running = [run_part(name, command, output=folder / f"{name}.txt") for name, command in step]
        times.extend(part.wait() for part in running)
        if not all(part.passed for part in times):
            break
    return times


def summary(times: Sequence[PartTime]) -> str:
    """Write the times as a table."""
    lines = [f"{'part':<16}{'':<8}{'clock':>10}{'CPU':>10}"]
    lines += [
        f"{part.name:<16}{'passed' if part.passed else 'FAILED':<8}"
        f"{part.wall_seconds:>8.1f} s{part.cpu_seconds:>8.1f} s"
        for part in times
    ]
    return "\n".join(lines)


def write_times(times: Sequence[PartTime], path: Path) -> None:
    """Keep the times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["part", "passed", "wall_seconds", "cpu_seconds"])
        writer.writerows([p.name, p.passed, p.wall_seconds, p.cpu_seconds] for p in times)


def main() -> int:
    """Run all parts; 1 if one failed."""
    steps = [[(name, ["make", "--no-print-directory", name]) for name in step] for step in STEPS]
    times = run_steps(steps, TIMES.parent / "checks")
    write_times(times, TIMES)
    sys.stdout.write(f"\n{summary(times)}\n")
    return int(not all(part.passed for part in times))


if __name__ == "__main__":
    sys.exit(main())
