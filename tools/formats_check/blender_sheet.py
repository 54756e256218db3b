"""Draw what Blender imports: `python -m tools.formats_check.blender_sheet -o sheet.png [MODEL...]`.

A row for each model (the check's own two, then those given), a column for each format that Blender
opens. Needs the environment variable BOZZETTO_BLENDER_PYTHON, and says so where it is not set.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from bozzetto.asset.model import Model
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from tools.formats_check.readers import BLENDER_VARIABLE, HERE
from tools.formats_check.sheets import joined, models_of

FORMATS = ("glb", "gltf", "fbx", "usda", "usdc", "usdz", "obj", "stl", "ply")
_TIMEOUT_S = 300


def main() -> int:
    """Write the models, let Blender draw them and join the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--frame", type=int, default=10)
    chosen = parser.parse_args()
    interpreter = os.environ.get(BLENDER_VARIABLE)
    if not interpreter:
        print(f"skipped: {BLENDER_VARIABLE} names no interpreter with bpy")
        return 0
    models = models_of(chosen.models)
    with tempfile.TemporaryDirectory() as folder:
        pictures = [
            [
                _drawn(model, name, interpreter, folder=Path(folder) / str(row), frame=chosen.frame)
                for name in FORMATS
            ]
            for row, model in enumerate(models)
        ]
    joined(models, FORMATS, pictures).save(chosen.output)
    failed = sum(picture is None for line in pictures for picture in line)
    print(f"{len(models) * len(FORMATS) - failed} drawn, {failed} failed: {chosen.output}")
    return int(failed > 0)


def _drawn(
    model: Model, name: str, interpreter: str, *, folder: Path, frame: int
) -> Image.Image | None:
    """Write one file and let Blender draw it; None, and why, where it does not."""
    path = store(load_format(name).write(model), folder=folder / name)
    picture = folder / f"{name}.png"
    script = str(HERE / "blender_child.py")
    command = [interpreter, script, str(path), str(frame), str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode or not picture.is_file():
        print(f"{name} {model.name}: {done.stderr[-500:]}")
        return None
    with Image.open(picture) as opened:
        return opened.convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
