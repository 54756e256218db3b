"""The Khronos glTF Validator finds nothing to complain about."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from shutil import which

import numpy as np
import pytest

from bozzetto.formats.gltf.glb import GlbOptions, write_glb, write_white_glb
from bozzetto.formats.pictures.texture_images import ImageFormat
from tests.build import a_sphere
from tests.textured import a_globe, a_material, an_asset

ROOT = Path(__file__).parents[3]
TOOL = ROOT / "tools" / "node" / "validate_glb.mjs"
# The node of the environment that runs the tests may not be on the path.
SEARCH_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
NODE = which("node", path=SEARCH_PATH)

pytestmark = pytest.mark.skipif(
    NODE is None or not (TOOL.parent / "node_modules" / "gltf-validator").is_dir(),
    reason="needs `npm ci` in tools/node",
)


def validate(folder, files):
    """Exit code and results of the tool."""
    paths = []
    for name, data in files.items():
        paths.append(folder / f"{name}.glb")
        paths[-1].write_bytes(data)
    command = [NODE, str(TOOL), *map(str, paths)]
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, "PATH": SEARCH_PATH}, check=False
    )
    return done.returncode, json.loads(done.stdout)


def test_no_errors_warnings_infos_or_hints(tmp_path):
    jpeg = GlbOptions(image_format=ImageFormat.JPEG)
    everything = GlbOptions(provenance_attributes=True)
    files = {
        "plain": write_glb(an_asset(material=a_material(size=64))),
        "provenance": write_glb(an_asset(), options=everything),
        "jpeg": write_glb(an_asset(material=a_material(size=64)), options=jpeg),
        "one_texel": write_glb(an_asset(material=a_material(size=1))),
        "one_texel_jpeg": write_glb(an_asset(material=a_material(size=1)), options=jpeg),
        "many_vertices": write_glb(an_asset(mesh=a_globe(columns=256, rows=256))),
        "white": write_white_glb(a_sphere(), name="ball"),
        "white_with_colors": write_white_glb(
            replace(a_sphere(), colors=np.full((642, 3), 0.5, np.float32)),
            name="ball",
            with_colors=True,
        ),
    }
    code, results = validate(tmp_path, files)
    assert code == 0
    assert len(results) == len(files)
    assert [message for result in results for message in result["messages"]] == []


def test_the_tool_reports_what_is_wrong(tmp_path):
    glb = write_white_glb(a_sphere(), name="ball")
    broken = glb.replace(b'"VEC3"', b'"VEC2"')
    code, results = validate(tmp_path, {"good": glb, "broken": broken, "garbage": b"no"})
    assert code == 1
    assert [result["errors"] > 0 for result in results] == [False, True, True]
