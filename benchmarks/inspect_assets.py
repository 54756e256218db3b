"""Inspect and, by choice, draw many files of others; one row each, crashes included.

    python -m benchmarks.inspect_assets FOLDER... -o benchmarks/results/inspect_assets.csv

Every file counts: what raises anything but a `BozzettoError` is a crash and ends in exit code 1.
"""

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bozzetto.delivery.inspect.inspection import Inspection, inspect_file
from bozzetto.delivery.inspect.page import write_page
from bozzetto.errors import BozzettoError
from bozzetto.qa.profile import profile_names

SUFFIXES = (".glb", ".gltf", ".obj", ".fbx", ".usda", ".usdc", ".usdz", ".stl", ".ply", ".3mf")
FIELDS = (
    "file",
    "outcome",
    "seconds",
    "kib",
    "parts",
    "triangles",
    "materials",
    "textures",
    "joints",
    "clips",
    "watertight",
    "manifold",
    "overlap",
    "stretch_p99",
    "longest_m",
    "findings",
    "refused_by",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Inspect the files and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take every so many-th file")
    parser.add_argument("--pages", type=Path, help="also draw a page for every tenth file")
    chosen = parser.parse_args(arguments)
    files = [path for source in chosen.sources for path in files_in(source)][:: chosen.every]
    rows: list[dict[str, object]] = []
    for number, path in enumerate(files):
        page = None
        if chosen.pages is not None and number % 10 == 0:
            page = chosen.pages / f"{path.stem}.html"
        rows.append(inspect_one(path, page=page))
        print(number, rows[-1]["outcome"], path.name, flush=True)
    with chosen.output.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    crashes = sum(1 for row in rows if row["outcome"] == "crash")
    refused = sum(1 for row in rows if row["outcome"] == "refused")
    print(f"{len(rows)} files, {refused} refused with a reason, {crashes} crashes")
    return int(crashes > 0)


def files_in(source: Path) -> list[Path]:
    """Return a file, or all model files of a folder, by name."""
    if source.is_file():
        return [source]
    return sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES)


def inspect_one(path: Path, *, page: Path | None) -> dict[str, object]:
    """Inspect one file."""
    start = time.perf_counter()
    row: dict[str, object] = {"file": path.name}
    try:
        inspection = inspect_file(path, profiles=profile_names())
        row |= facts_of(inspection)
        if page is not None:
            write_page(path, inspection, page=page)
    except BozzettoError as error:
        row |= {"outcome": "refused", "findings": str(error)}
    except Exception as error:
        row |= {"outcome": "crash", "findings": f"{type(error).__name__}: {error}"}
    return row | {"seconds": round(time.perf_counter() - start, 2)}


def facts_of(inspection: Inspection) -> dict[str, object]:
    """Return the figures of one file."""
    model = inspection.model
    layouts = [material.uv for material in model.materials if material.uv is not None]
    shape = model.topology
    return {
        "outcome": "ok",
        "kib": round(inspection.file.num_bytes / 1024),
        "parts": model.num_parts,
        "triangles": model.triangles,
        "materials": len(model.materials),
        "textures": len(model.pictures),
        "joints": 0 if model.skin is None else model.skin.joints,
        "clips": len(model.clips),
        "watertight": "" if shape is None else shape.watertight,
        "manifold": "" if shape is None else shape.manifold,
        "overlap": round(max((uv.overlap_share for uv in layouts), default=0), 4),
        "stretch_p99": round(max((uv.stretch_p99 for uv in layouts), default=0), 3),
        "longest_m": round(max(model.size_m), 4),
        "findings": " ".join(sorted({finding.code for finding in inspection.findings})),
        "refused_by": " ".join(r.profile for r in inspection.profiles if not r.accepted),
    }


if __name__ == "__main__":
    sys.exit(main())
