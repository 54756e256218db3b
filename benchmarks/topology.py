"""Compare reduced meshes with their dense sources: ours, two plain libraries, and Blender.

    python -m benchmarks.topology [FILE.glb ...] [--faces 5000 1000]

Writes `benchmarks/results/topology.csv`, one line per shape, method and budget. Blender takes part
where BOZZETTO_BLENDER_PYTHON names a Python that has bpy; it is no dependency of ours.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import fast_simplification
import igl
import numpy as np
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import BozzettoError
from bozzetto.geometry.components import drop_small_components
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.watertight import euler_number, is_closed_manifold
from bozzetto.geometry.remesh.make_watertight import make_watertight
from bozzetto.geometry.remesh.quads import QuadOptions, quadrangulate
from bozzetto.geometry.remesh.simplify import SimplifyOptions, simplify
from bozzetto.qa.certificate import certify

RESULTS = Path(__file__).parent / "results" / "topology.csv"
_BLENDER = """
import sys, bpy, numpy as np
source, target, faces = sys.argv[1], sys.argv[2], int(sys.argv[3])
arrays = np.load(source)
mesh = bpy.data.meshes.new("dense")
mesh.from_pydata(arrays["positions"].tolist(), [], arrays["triangles"].tolist())
shape = bpy.data.objects.new("dense", mesh)
bpy.context.collection.objects.link(shape)
import time
start = time.process_time()
modifier = shape.modifiers.new("decimate", "DECIMATE")
modifier.ratio = faces / len(arrays["triangles"])
reduced = shape.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
reduced.calc_loop_triangles()
seconds = time.process_time() - start
positions = np.array([v.co[:] for v in reduced.vertices], np.float32)
triangles = np.array([t.vertices[:] for t in reduced.loop_triangles], np.int32)
np.savez(target, positions=positions, triangles=triangles, seconds=seconds)
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One reduced mesh."""

    shape: str
    dense_triangles: int
    method: str
    asked: int
    got: int
    """Triangles, or quads for the methods that make them."""
    closed: bool
    genus_kept: bool
    outward_max_percent: float
    """Of the diagonal, as the other distances."""
    inward_max_percent: float
    outward_mean_percent: float
    inward_mean_percent: float
    inverted: int
    self_intersections: int
    irregular_percent: float
    cpu_seconds: float
    """Of this process; what child processes spend (quads, Blender) is not in it."""
    wall_seconds: float
    """Means little on a busy machine; for Blender it includes starting it."""


def main() -> int:
    """Run everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--faces", nargs="*", type=int, default=[5000, 1000])
    chosen = parser.parse_args()
    shapes = {**made_shapes(), **{path.stem: read_shape(path) for path in chosen.files}}
    rows: list[Row] = []
    for name, dense in shapes.items():
        for faces in chosen.faces:
            for method, reduce in METHODS.items():
                rows += measured(name, dense, method=method, reduce=reduce, faces=faces)
                print(rows[-1] if rows else f"{name} {method}: nothing", flush=True)
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    return 0


def made_shapes() -> dict[str, Mesh]:
    """Sharp, thin and round: a box, a chair on thin legs and a bumpy ring."""
    x, y, z = np.mgrid[-1:1:144j, -1:1:144j, -1:1:144j]

    def box(centre: tuple[float, float, float], half: tuple[float, float, float]):
        apart = [np.abs(a - b) - e for a, b, e in zip((x, y, z), centre, half, strict=True)]
        outside = np.sqrt(sum(np.maximum(a, 0) ** 2 for a in apart))
        return -(outside + np.minimum(np.maximum.reduce(apart), 0))

    chair = np.maximum(
        box((0, -0.05, 0), (0.5, 0.05, 0.5)), box((0, 0.45, -0.45), (0.5, 0.5, 0.05))
    )
    for side in (-0.44, 0.44):
        for end in (-0.44, 0.44):
            chair = np.maximum(chair, box((side, -0.5, end), (0.035, 0.45, 0.035)))
    ring = 0.3 - np.hypot(np.hypot(x, y) - 0.6, z) + 0.03 * np.sin(9 * x) * np.sin(8 * y)
    fields = {"box": box((0, 0, 0), (0.6, 0.4, 0.5)), "chair": chair, "ring": ring}
    shapes: dict[str, Mesh] = {}
    for name, field in fields.items():
        positions, triangles = extract_isosurface(field.astype(np.float32))
        shapes[name] = Mesh(positions=positions / np.float32(143), triangles=triangles)
    return shapes


def read_shape(path: Path) -> Mesh:
    """Read a file and make it one closed surface, as a draft would be."""
    scene = trimesh.load_scene(path).to_mesh()
    mesh = Mesh(
        positions=np.asarray(scene.vertices, np.float32),
        triangles=np.asarray(scene.faces, np.int32),
    )
    return drop_small_components(make_watertight(drop_small_components(mesh)[0]).mesh)[0]


def measured(
    name: str, dense: Mesh, *, method: str, reduce: Callable[[Mesh, int], Mesh], faces: int
) -> list[Row]:
    """Reduce and measure; nothing where a method is missing or refuses."""
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        mesh = reduce(dense, faces)
    except (BozzettoError, subprocess.SubprocessError) as error:
        print(f"{name} {method} {faces}: {error}", flush=True)
        return []
    spent = time.process_time() - cpu, time.perf_counter() - wall
    found = certify(mesh, reference=dense)
    diagonal = float(np.linalg.norm(dense.bounds[1] - dense.bounds[0]))
    row = Row(
        shape=name,
        dense_triangles=dense.num_triangles,
        method=method,
        asked=faces // 2 if mesh.num_quads else faces,
        got=mesh.num_quads or mesh.num_triangles,
        closed=is_closed_manifold(mesh),
        genus_kept=euler_number(mesh.triangles) == euler_number(dense.triangles),
        outward_max_percent=round(100 * found.outward_max_m / diagonal, 4),
        inward_max_percent=round(100 * found.inward_max_m / diagonal, 4),
        outward_mean_percent=round(100 * found.outward_mean_m / diagonal, 4),
        inward_mean_percent=round(100 * found.inward_mean_m / diagonal, 4),
        inverted=found.inverted_triangles,
        self_intersections=found.self_intersections,
        irregular_percent=found.irregular_vertices_percent,
        cpu_seconds=round(spent[0], 2),
        wall_seconds=round(spent[1], 2),
    )
    return [row]


def _ours(mesh: Mesh, faces: int) -> Mesh:
    """Reduce as the product does."""
    return simplify(mesh, options=SimplifyOptions(target_triangles=faces)).mesh


def _our_quads(mesh: Mesh, faces: int) -> Mesh:
    """Lay out half as many quads."""
    return quadrangulate(mesh, options=QuadOptions(target_quads=faces // 2)).mesh


def _fast(mesh: Mesh, faces: int) -> Mesh:
    """Reduce with fast_simplification as it comes."""
    positions, triangles = fast_simplification.simplify(
        mesh.positions.copy(), mesh.triangles.copy(), target_count=faces
    )
    return Mesh(positions=positions.astype(np.float32), triangles=triangles.astype(np.int32))


def _qslim(mesh: Mesh, faces: int) -> Mesh:
    """Reduce with libigl's QSlim as it comes."""
    positions, triangles, _, _ = igl.qslim(
        np.asfortranarray(mesh.positions, np.float64),
        np.asfortranarray(mesh.triangles, np.int32),
        faces,
    )
    return Mesh(positions=positions.astype(np.float32), triangles=triangles.astype(np.int32))


def _blender(mesh: Mesh, faces: int) -> Mesh:
    """Reduce with Blender's decimate modifier in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "dense.npz"), Path(folder, "small.npz")
        np.savez(source, positions=mesh.positions, triangles=mesh.triangles)
        command = [os.environ["BOZZETTO_BLENDER_PYTHON"], "-c", _BLENDER]
        subprocess.run([*command, source, target, str(faces)], check=True, capture_output=True)
        with np.load(target) as found:
            print(f"  Blender spent {float(found['seconds']):.2f} s on the reduction", flush=True)
            return Mesh(positions=found["positions"], triangles=found["triangles"])


METHODS: dict[str, Callable[[Mesh, int], Mesh]] = {
    "bozzetto tri": _ours,
    "bozzetto quad": _our_quads,
    "fast_simplification": _fast,
    "igl.qslim": _qslim,
}
if "BOZZETTO_BLENDER_PYTHON" in os.environ:
    METHODS["Blender decimate"] = _blender

if __name__ == "__main__":
    sys.exit(main())
