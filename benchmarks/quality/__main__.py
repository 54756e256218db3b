"""The command line: `python -m benchmarks.quality {run,seeds,sides,table,turntables} --help`."""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.quality.objects import choose_objects
from benchmarks.quality.rows import RESULTS, read_rows
from benchmarks.quality.run import Plan, methods_of, run
from benchmarks.quality.summary import table
from benchmarks.quality.turntables import make_turntables

_MEASURES = {
    "run": ("views", "quality.csv", "photographs from anywhere, against the truth"),
    "seeds": ("seeds", "quality_seeds.csv", "how three seeds differ on the hidden side"),
    "sides": ("sides", "quality_sides.csv", "front alone against front, left, back and right"),
}


def main(arguments: list[str]) -> int:
    """Run a command."""
    options = _parser().parse_args(arguments)
    if options.command == "table":
        print(table(read_rows(options.file)))
    elif options.command == "turntables":
        make_turntables(options.photos, options.out, engine=options.engine)
    else:
        what, _, _ = _MEASURES[options.command]
        plan = Plan(
            what=what,
            methods=methods_of(options.engines),
            views=options.views,
            features=options.features,
        )
        if not options.toys and options.manifest is None:
            print("Name the objects: --manifest FILE (or $BOZZETTO_MANIFEST), or --toys.")
            return 2
        manifest = None if options.toys else options.manifest
        refs = choose_objects(manifest, count=options.objects)
        run(plan, refs, out=options.out, jobs=options.jobs)
        chosen = {ref.name for ref in refs}
        print(table([row for row in read_rows(options.out) if row["object"] in chosen]))
    return 0


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, file, text) in _MEASURES.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--manifest", type=Path, default=_path("BOZZETTO_MANIFEST"))
        command.add_argument("--toys", action="store_true", help="a few made-up objects instead")
        command.add_argument("--engines", nargs="+", default=["inflate"])
        command.add_argument("--objects", type=int, default=120)
        command.add_argument("--views", type=int, default=2)
        command.add_argument("--jobs", type=int, default=2)
        command.add_argument("--out", type=Path, default=RESULTS / file)
        command.add_argument("--features", type=Path, default=_path("BOZZETTO_MOBILENET"))
    command = commands.add_parser("table", help="print the tables of a results file")
    command.add_argument("file", type=Path, nargs="?", default=RESULTS / "quality.csv")
    command = commands.add_parser("turntables", help="draw drafts of photographs from all sides")
    command.add_argument("photos", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--engine", default="inflate")
    return parser


def _path(variable: str) -> Path | None:
    """Return the path that an environment variable holds."""
    value = os.environ.get(variable)
    return Path(value) if value else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
