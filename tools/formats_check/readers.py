"""Readers that nobody here wrote: three.js, Khronos, OpenUSD, ufbx, trimesh, lib3mf, Blender.

Those that may crash run in child processes. Each returns `Facts`, or the sentence why it is absent.
"""

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import numpy as np

from tools.formats_check.facts import Facts, picture_hash
from tools.formats_check.subjects import CLIP, FRAMES_PER_SECOND

HERE = Path(__file__).parent
NODE_TOOLS = HERE.parent / "node"
BLENDER_VARIABLE = "BOZZETTO_BLENDER_PYTHON"
"""Names a Python interpreter that can import bpy."""
_SEARCH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
_TIMEOUT_S = 300


class Absent(Exception):
    """A reader is not installed here."""


def three(path: Path, *, frame: int) -> Facts:
    """Open with three.js in Node."""
    (found,) = three_all([path], frame=frame)
    return found


def three_all(paths: list[Path], *, frame: int) -> list[Facts]:
    """Open several files with three.js in one process."""
    script = NODE_TOOLS / "open_models.mjs"
    seconds = str(frame / FRAMES_PER_SECOND)
    answers = json.loads(_node("three", [str(script), CLIP, seconds, *map(str, paths)]))
    return [_three_facts(answer) for answer in answers]


def _three_facts(answer: dict) -> Facts:
    """Turn an answer of the script into facts."""
    if "failure" in answer:
        raise RuntimeError(answer["failure"])
    points = np.frombuffer(base64.b64decode(answer["posed"]), np.float32).reshape(-1, 3)
    suffix = Path(answer["file"]).suffix
    indexed = suffix in (".glb", ".gltf", ".ply")
    named = suffix in (".glb", ".gltf", ".fbx", ".obj", ".usdz")
    shaded = suffix in (".glb", ".gltf", ".fbx", ".obj")
    rigged = suffix in (".glb", ".gltf", ".fbx", ".usdz")
    clips = tuple((clip["name"], clip["duration"]) for clip in answer["clips"])
    return Facts(
        triangles=round(answer["triangles"]),
        points=points.astype(float),
        rest_heights=tuple(answer["restHeights"]),
        vertices=answer["vertices"] if indexed else None,
        names=tuple(answer["names"]) if named else None,
        materials=tuple(answer["materials"]) if shaded else None,
        pictures=frozenset(answer["pictures"].values()) if rigged else None,
        joints=tuple(answer["joints"]) if rigged else None,
        clips=clips if rigged else None,
        complaints=tuple(answer["complaints"]),
    )


def khronos(path: Path) -> tuple[str, ...]:
    """Return what the Khronos glTF Validator says: errors, warnings, infos and hints."""
    script = NODE_TOOLS / "validate_glb.mjs"
    (answer,) = json.loads(_node("gltf-validator", [str(script), str(path)], checked=False))
    return tuple(
        f"{m.get('code')} {m.get('pointer', '')}: {m['message']}" for m in answer["messages"]
    )


def _node(package: str, arguments: list[str], *, checked: bool = True) -> str:
    """Run a script of tools/node."""
    node = which("node", path=_SEARCH)
    if node is None or not (NODE_TOOLS / "node_modules" / package).is_dir():
        raise Absent("needs `npm ci` in tools/node")
    done = subprocess.run(
        [node, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    if checked and done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def ufbx(path: Path, *, frame: int) -> Facts:
    """Open with ufbx, in a child process: it crashes when scenes outlive their elements."""
    if find_spec("ufbx") is None:
        raise Absent("needs the Python package ufbx")
    return _child("ufbx_child.py", sys.executable, path, frame=frame)


def blender(path: Path, *, frame: int) -> Facts:
    """Open with Blender, where an interpreter with bpy is named by the environment."""
    interpreter = os.environ.get(BLENDER_VARIABLE)
    if not interpreter:
        raise Absent(f"set {BLENDER_VARIABLE}")
    return _child("blender_child.py", interpreter, path, frame=frame)


def openusd(path: Path, *, frame: int) -> Facts:
    """Open with OpenUSD and bend by UsdSkel, in a child process as its layers stay open."""
    return _child("usd_child.py", sys.executable, path, frame=frame)


def trimesh(path: Path) -> Facts:
    """Open with trimesh."""
    import trimesh as library

    scene = library.load_scene(path)
    meshes = list(scene.geometry.values())
    points = np.concatenate([np.asarray(mesh.vertices) for mesh in meshes])
    return Facts(triangles=sum(len(mesh.faces) for mesh in meshes), points=points)


def trimesh_of_slicers(path: Path) -> Facts:
    """Open with trimesh as slicers do, who take the numbers for millimetres with +z up."""
    facts = trimesh(path)
    x, y, z = facts.points.T / 1000
    return replace(facts, points=np.stack([x, z, -y], axis=1))


def lib3mf(path: Path) -> Facts:
    """Open with the consortium's own library; points come back in metres, +y up."""
    if find_spec("lib3mf") is None:
        raise Absent("needs the Python package lib3mf")
    from lib3mf import ModelUnit, get_wrapper

    wrapper = get_wrapper()
    model = wrapper.CreateModel()
    reader = model.QueryReader("3mf")
    reader.ReadFromFile(str(path))
    objects = model.GetMeshObjects()
    points, triangles, names = [], 0, []
    while objects.MoveNext():
        mesh = objects.GetCurrentMeshObject()
        points += [list(vertex.Coordinates) for vertex in mesh.GetVertices()]
        triangles += mesh.GetTriangleCount()
        names.append(mesh.GetName())
    if int(model.GetUnit()) != int(ModelUnit.MilliMeter):
        raise RuntimeError(f"The unit is {model.GetUnit()}.")
    x, y, z = np.array(points).T / 1000
    return Facts(triangles=triangles, points=np.stack([x, z, -y], axis=1), names=tuple(names))


def _child(script: str, interpreter: str, path: Path, *, frame: int) -> Facts:
    """Run a reader in a process of its own and collect what it prints last."""
    command = [interpreter, str(HERE / script), str(path), str(frame)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    pictures = answer.get("pictures")
    clips = answer.get("clips")
    names, materials, joints = (answer.get(key) for key in ("names", "materials", "joints"))
    return Facts(
        triangles=answer["triangles"],
        points=np.array(answer["points"], float).reshape(-1, 3),
        rest_heights=tuple(answer["rest_heights"]),
        names=None if names is None else tuple(names),
        materials=None if materials is None else tuple(materials),
        pictures=None if pictures is None else frozenset(pictures),
        joints=None if joints is None else tuple(joints),
        clips=None if clips is None else tuple((name, seconds) for name, seconds in clips),
        complaints=tuple(answer.get("complaints", ())),
    )


__all__ = [
    "Absent",
    "blender",
    "khronos",
    "lib3mf",
    "openusd",
    "picture_hash",
    "three",
    "three_all",
    "trimesh",
    "trimesh_of_slicers",
    "ufbx",
]
