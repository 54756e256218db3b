"""How well finished assets agree with their photographs, and a picture of all of them.

Reads the projects that another benchmark left (`python -m benchmarks.speed`), or makes them. Writes
`results/agreement.csv` and, beside the projects, `all.png`: photo, front, side, back of each.

    python -m benchmarks.agreement [--projects DIR]
"""

import argparse
import csv
import json
import statistics
from pathlib import Path

from benchmarks.photo_runs import all_photos, run_all

RESULTS = Path(__file__).parent / "results" / "agreement.csv"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=Path, default=Path("benchmarks/out/speed"))
    arguments, options = parser.parse_known_args()
    if not arguments.projects.is_dir():
        for run in run_all(all_photos(), out=arguments.projects, options=options):
            print(f"{run.photo.name}: exit {run.exit_code}, {run.wall_seconds:.1f} s", flush=True)
    rows = [row_of(path) for path in sorted(arguments.projects.glob("*/report.json"))]
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for name in ("psnr_db", "silhouette_iou", "observed", "inferred", "triangles"):
        values = [row[name] for row in rows]
        print(
            f"{name:16} median {statistics.median(values):9.3f}"
            f"   worst {min(values):9.3f}   best {max(values):9.3f}"
        )


def row_of(path: Path) -> dict[str, object]:
    """Read one report."""
    report = json.loads(path.read_text())
    agreement = report["facts"]["agreement"][0]
    topology = report["facts"]["topology"]
    return {
        "photo": path.parent.name,
        "variant": report["approval"]["variant"],
        "psnr_db": round(agreement["psnr_db"], 2),
        "silhouette_iou": round(agreement["silhouette_iou"], 4),
        "observed": round(report["surface"]["observed"], 3),
        "mirrored": round(report["surface"]["mirrored"], 3),
        "inferred": round(report["surface"]["inferred"], 3),
        "triangles": topology["triangles"],
        "watertight": topology["watertight"],
        "pieces": topology["pieces"],
    }


if __name__ == "__main__":
    main()
