"""Sizes and times of the web variant of GLB against gltfpack and glTF-Transform.

    python -m benchmarks.web_glb MODEL.glb... --tools NODE_MODULES -o benchmarks/results/web_glb.csv

NODE_MODULES is a folder into which `npm install gltfpack @gltf-transform/cli` was done; without it
only our own rows are written, and that is said. Pictures: the WebP builds of neither are used by
gltfpack's package, so pictures of assets that have some are compared with glTF-Transform alone.
Times are processor seconds of one process, start included for the others.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.quality.rows import current_commit
from bozzetto.asset.model import Model
from bozzetto.delivery.open_model import open_model
from bozzetto.formats.registry import load_format

Tool = Callable[[Path, Path], list[str]]
_SEARCH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def main(arguments: Sequence[str] | None = None) -> int:
    """Pack every model with every tool and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--tools", type=Path, help="node_modules with the other packers")
    parser.add_argument("-o", "--output", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    if chosen.tools is None:
        print("--tools is not given: gltfpack and glTF-Transform are left out")
    rows: list[dict[str, object]] = []
    for path in chosen.models:
        model = open_model(path).model
        rows.append(_ours(path, model))
        rows += _others(path, model, tools=chosen.tools) if chosen.tools else []
    commit = current_commit()
    with chosen.output.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "commit"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"commit": commit} for row in rows)
    return 0


def _about(path: Path, model: Model) -> dict[str, object]:
    """Return what all rows of an asset have in common."""
    return {
        "asset": path.stem,
        "triangles": sum(part.mesh.num_triangles for part in model.parts),
        "clips": len(model.clips),
        "picture_bytes": sum(len(picture.data) for picture in model.pictures),
        "plain_bytes": path.stat().st_size,
    }


def _ours(path: Path, model: Model) -> dict[str, object]:
    """Pack with our own writer."""
    web = load_format("glb-web")
    start = time.process_time()
    data = web.write(model).data
    seconds = time.process_time() - start
    return _about(path, model) | _result("bozzetto glb-web", len(data), seconds)


def _others(path: Path, model: Model, *, tools: Path) -> list[dict[str, object]]:
    """Pack with the others, names and materials kept as ours keeps them."""
    found: dict[str, Tool] = {
        "gltf-transform 4.5 optimize": lambda source, target: [
            str(tools / ".bin" / "gltf-transform"), "optimize", str(source), str(target),
            "--compress", "meshopt", "--texture-compress", "webp", "--texture-size", "2048",
            "--simplify", "false", "--join", "false", "--flatten", "false", "--palette", "false",
            "--instance", "false",
        ],
    }  # fmt: skip
    if not model.pictures:
        found["gltfpack 1.3.0 -cc -kn -km"] = lambda source, target: [
            str(tools / ".bin" / "gltfpack"), "-i", str(source), "-o", str(target),
            "-cc", "-kn", "-km",
        ]  # fmt: skip
    return [_about(path, model) | _run(name, tool, path) for name, tool in found.items()]


def _run(name: str, tool: Tool, source: Path) -> dict[str, object]:
    """Run another packer."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.glb"
        before = _child_seconds()
        environment = {**os.environ, "PATH": _SEARCH}
        subprocess.run(
            tool(source, target), env=environment, capture_output=True, timeout=300, check=True
        )
        return _result(name, target.stat().st_size, _child_seconds() - before)


def _result(tool: str, num_bytes: int, seconds: float) -> dict[str, object]:
    """Return what one tool came to."""
    return {"tool": tool, "bytes": num_bytes, "cpu_seconds": round(seconds, 2)}


def _child_seconds() -> float:
    """Return the processor time of all child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
