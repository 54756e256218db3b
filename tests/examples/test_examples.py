import subprocess
import sys
from pathlib import Path

import pytest

from bozzetto import read_glb
from tests.pipeline.test_runs import a_photo_file

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_makes_an_asset_that_can_be_read(script, tmp_path, monkeypatch):
    monkeypatch.setenv("BOZZETTO_RENDERER", "raycast")
    photo, output = a_photo_file(tmp_path), tmp_path / "out.glb"
    command = [sys.executable, "-W", "error", str(script), str(photo), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    glb = output if output.is_file() else output / "vase.glb"
    mesh = read_glb(glb.read_bytes(), name=glb.name).mesh
    assert mesh.num_triangles in (2_000, 5_000, 20_000)
