"""Run `bozzetto make` on every photo of a folder, each in a process of its own.

Shared by the benchmarks: the runs are the same, what is read off them differs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


@dataclass(frozen=True, kw_only=True)
class PhotoRun:
    """One finished run."""

    photo: Path
    project: Path
    exit_code: int
    wall_seconds: float
    """Of the whole process, start of the interpreter included."""
    peak_mib: float
    """Largest resident set of the process."""
    report: dict
    """As in `report.json`; empty when the run failed."""
    error: str


def photos_folder() -> Path:
    """Return the folder of test photographs, or stop with a sentence where there is none."""
    shared = Path(os.environ.get("BOZZETTO_SHARED", REPOSITORY.parent / "shared"))
    if not (shared / "photos").is_dir():
        sys.exit(f"No test photographs at {shared / 'photos'}; set BOZZETTO_SHARED.")
    return shared / "photos"


def all_photos() -> list[Path]:
    """List the single-photo inputs."""
    folder = photos_folder()
    found = [p for name in ("triposr", "instantmesh") for p in sorted((folder / name).iterdir())]
    return [path for path in found if path.suffix.lower() in SUFFIXES]


def run_all(photos: Sequence[Path], *, out: Path, options: Sequence[str]) -> Iterator[PhotoRun]:
    """Run the photos one after the other; one process at a time, so that times are clean."""
    for photo in photos:
        project = out / f"{photo.parent.name}-{photo.stem}"
        yield run_one(photo, project=project, options=options)


def run_one(photo: Path, *, project: Path, options: Sequence[str]) -> PhotoRun:
    """Run one photo and measure the process."""
    command = [sys.executable, "-m", "bozzetto.cli.main", "make", str(photo), "-o", str(project)]
    project.parent.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    child = subprocess.Popen(
        [*command, "--json", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output, errors = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    child.returncode = code
    report = json.loads(output)["report"] if code == 0 else {}
    return PhotoRun(
        photo=photo,
        project=project,
        exit_code=code,
        wall_seconds=seconds,
        peak_mib=usage.ru_maxrss / 1024,
        report=report,
        error=errors.decode(errors="replace").strip(),
    )


def this_machine() -> str:
    """Describe the machine in a few words, for the head of a result."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {sys.version.split()[0]}"
