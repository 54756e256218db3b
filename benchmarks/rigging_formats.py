"""Rig a file, write it in every format that holds skins, and open those with every reader.

`python -m benchmarks.rigging_formats FILE`: own readers, three.js, Khronos' validator, ufbx,
OpenUSD and Blender, as far as they are installed (`tools.formats_check`). Prints a row per format
and reader; exit code 1 when any cell fails.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bozzetto.delivery.open_model import open_model
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.rig import RigOptions, rig
from tools.formats_check.matrix import check, table

_FORMATS = ("glb", "fbx", "usdz", "usdc")


def main(path: Path) -> int:
    """Rig, write, open."""
    options = RigOptions(dialect="unreal", clips=("walk",))  # Names that every reader keeps.
    model = rig(open_model(path).model, network=BlazePose(), options=options).model
    model = replace(model, name="rigged")  # Unlike its part's: three.js renumbers doubles.
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in _FORMATS:
            written = load_format(name).write(model)
            target = store(written, folder=Path(folder, name))
            for row in check(model, written, target, readers=table()[name], name=name):
                state = "skip" if row.absent else "ok" if row.passed else "FAIL"
                failed += state == "FAIL"
                cells = ", ".join(f"{k} {v.measured}" for k, v in row.verdicts.items())
                print(state, name, row.reader, cells, *row.complaints, row.absent, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
