"""Rows of the results: one per object, view and method, flat, written as they come."""

import csv
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.quality.evaluate import Scores
from bozzetto.geometry.compare.alignment import Level
from bozzetto.geometry.compare.distance import THRESHOLDS, SurfaceDistance

RESULTS = Path(__file__).parents[1] / "results"
LEVELS = (*(str(level) for level in Level), "camera", "camera+fit")

Row = dict[str, str | float | int]


@dataclass(frozen=True, kw_only=True)
class Method:
    """What made a prediction."""

    name: str
    spec: str
    """As `benchmarks.quality.methods` takes it."""
    weights: str
    """First 16 digits of the weights' SHA-256; empty without weights."""
    commit: str


@dataclass(frozen=True, kw_only=True)
class Key:
    """What makes a row unique: with it a run resumes."""

    object: str
    view: int
    method: str
    weights: str


def flat_row(scores: Scores, *, seconds: float, triangles: int) -> Row:
    """Lay the figures out as columns, as in `cd_mean@so3+icp` and `f0.1@hidden`."""
    row: Row = {"seconds": round(seconds, 3), "triangles": triangles}
    for level in LEVELS:
        row |= _distance(scores.levels[level], at=level)
    row |= _distance(scores.visible, at="visible") | _distance(scores.hidden, at="hidden")
    row["rotation@so3+icp"] = " ".join(f"{value:.4f}" for value in scores.rotation)
    row |= {
        "iou_aligned": round(scores.iou_aligned, 4),
        "iou_view": round(scores.iou_view, 4),
        "silhouette_iou": round(scores.silhouette_iou, 4),
    }
    row |= {f"color_{name}": round(value, 4) for name, value in asdict(scores.color).items()}
    row |= {f"camera_{name}": round(value, 3) for name, value in asdict(scores.camera).items()}
    return row


def _distance(distance: SurfaceDistance, *, at: str) -> Row:
    """Lay out one comparison."""
    row: Row = {
        f"{field.name}@{at}": round(getattr(distance, field.name), 5)
        for field in fields(SurfaceDistance)
        if field.name != "f_scores"
    }
    scores = zip(THRESHOLDS, distance.f_scores, strict=True)
    return row | {f"f{threshold:g}@{at}": round(score, 4) for threshold, score in scores}


def key_of(row: Row) -> Key:
    """Return what makes a row unique."""
    return Key(
        object=str(row["object"]),
        view=int(row["view"]),
        method=str(row["method"]),
        weights=str(row["weights"]),
    )


def read_rows(path: Path) -> list[Row]:
    """Read a file of results; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def append_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write rows behind those that are there.

    Raises:
        ValueError: The file has other columns.
    """
    if not rows:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(rows[0])
    is_new = not path.exists()
    if not is_new:
        with path.open(newline="") as file:
            there = next(csv.reader(file))
        if there != names:
            raise ValueError(f"{path} has other columns; move it away to measure anew.")
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


def current_commit() -> str:
    """Return the short hash of the checked-out commit; `+` where the sources differ from it."""
    folder = Path(__file__).parents[2]

    def git(arguments: Iterable[str]) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git(["status", "--porcelain", "--untracked-files=no", "--", "src/bozzetto"])
    return git(["rev-parse", "--short=10", "HEAD"]) + ("+" if changed else "")
