"""Time and memory of `bozzetto make` per stage, on real photographs.

Each photo runs in a fresh process and a fresh project; nothing is reused. Prints medians and
writes one row per photo to `results/speed.csv`. Run it on an idle machine:

    python -m benchmarks.speed [--photos N] [--out DIR]
"""

import argparse
import csv
import shutil
import statistics
from collections import defaultdict
from pathlib import Path

from benchmarks.photo_runs import PhotoRun, all_photos, run_all, this_machine

RESULTS = Path(__file__).parent / "results" / "speed.csv"
STAGES = ("mask", "advice", "draft", "refine", "previews")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=0, help="only the first N photos")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/speed"))
    arguments, options = parser.parse_known_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    photos = all_photos()[: arguments.photos or None]
    rows = []
    for run in run_all(photos, out=arguments.out, options=options):
        row = row_of(run)
        rows.append(row)
        print(" ".join(f"{name}={value}" for name, value in row.items()), flush=True)
    write_rows(rows)
    print_medians(rows)


def row_of(run: PhotoRun) -> dict[str, object]:
    """Sum the stages of one run up by kind."""
    seconds = defaultdict(float)
    for timing in run.report.get("timings", []):
        seconds[timing["stage"].split()[0]] += timing["seconds"]
    megapixels = sum(i["width"] * i["height"] for i in run.report.get("inputs", [])) / 1e6
    return {
        "photo": f"{run.photo.parent.name}/{run.photo.name}",
        "exit_code": run.exit_code,
        "megapixels": round(megapixels, 2),
        **{f"{stage}_s": round(seconds[stage], 2) for stage in STAGES},
        "wall_s": round(run.wall_seconds, 2),
        "peak_mib": round(run.peak_mib),
    }


def write_rows(rows: list[dict[str, object]]) -> None:
    """Write one row per photo."""
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", newline="") as file:
        file.write(f"# {this_machine()}; one process per photo, nothing reused\n")
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def print_medians(rows: list[dict[str, object]]) -> None:
    """Print median and worst of every column."""
    done = [row for row in rows if row["exit_code"] == 0]
    print(f"\n{len(done)} of {len(rows)} photos finished; {this_machine()}")
    for name in [*(f"{stage}_s" for stage in STAGES), "wall_s", "peak_mib"]:
        values = [row[name] for row in done]
        print(f"{name:12} median {statistics.median(values):8.2f}   worst {max(values):8.2f}")
    print("Goals: draft (all variants) under 3 s, wall under 30 s, peak under 1536 MiB.")


if __name__ == "__main__":
    main()
