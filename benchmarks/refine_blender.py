"""The same dense surface reduced, laid out and baked by us and by Blender, side by side.

Both reduce to the same budget, lay out a page and bake colours and normals of the dense surface
onto it. Blender (decimate, smart UV project, Cycles' bake from selected to active) runs in a child
process with a Python that has bpy; it is no dependency of ours. Writes
`results/refine_blender.csv`, one row a shape and method.

    BOZZETTO_BLENDER_PYTHON=... python -m benchmarks.refine_blender [FILE.glb ...]
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64

from benchmarks.refine_rows import cpu_seconds
from benchmarks.topology import made_shapes, read_shape
from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfacePoints, SurfaceTree, interpolate
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.remesh.simplify import SimplifyOptions, simplify
from bozzetto.geometry.sampling import sample_surface
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import sample
from bozzetto.qa.certificate import certify
from bozzetto.qa.topology import measure_topology
from bozzetto.texturing.detail import BakeSource
from bozzetto.texturing.gutter import GutterOptions, plan_gutter
from bozzetto.texturing.rasterize import rasterize
from bozzetto.texturing.tangents import surface_frames, tangent_from_world, vertex_tangents
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap

RESULTS = Path(__file__).parent / "results" / "refine_blender.csv"
BLENDER = Path(__file__).parent / "refine_blender_child.py"
_CAGE = 0.02  # Of the object's size: how far both look for the dense surface.
_POINTS = 60_000
_TEXELS_PER_PART = 1 << 17


@dataclass(frozen=True, kw_only=True, eq=False)
class Baked:
    """What a method made of a dense surface."""

    mesh: Mesh
    """With uvs."""
    base_color: Float32[np.ndarray, "h w 3"]
    """Linear."""
    normal: Float32[np.ndarray, "h w 3"]
    """Tangent space, unit length."""
    cpu: tuple[float, float, float]
    """Seconds to reduce, to lay out and to bake; of all threads and child processes."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One shape by one method."""

    shape: str
    method: str
    dense_triangles: int
    triangles: int
    cpu_reduce: float
    cpu_unwrap: float
    cpu_bake: float
    cpu_total: float
    wall_total: float
    """For Blender with its start; means little on a busy machine."""
    hausdorff_percent: float
    """Of the diagonal."""
    color_psnr_db: float
    """Of the texture against the dense surface's colours, sRGB, all over the surface."""
    color_p99: float
    """The 99th percentile of the difference, sRGB 0 to 1: holes and smears show here."""
    watertight: bool
    inverted: int
    self_intersections: int


def paint(points: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Colour points with broad waves and narrow stripes."""
    scaled = points / np.float32(np.ptp(points, axis=0).max())
    phase = scaled @ np.array([[9.0, 3, 2], [2, 8, 5], [4, 2, 7]]) + np.array([0, 2, 4])
    stripes = np.sin(60 * scaled @ np.array([0.5, 0.8, 0.3]))[:, None] > 0.5
    return (0.4 + 0.25 * np.sin(phase) - 0.12 * stripes).astype(np.float32)


def ours(dense: Mesh, *, faces: int, size: int) -> Baked:
    """Reduce, lay out and bake with the parts that refine uses."""
    marks = [cpu_seconds()]
    low = simplify(dense, options=SimplifyOptions(target_triangles=faces)).mesh
    marks.append(cpu_seconds())
    options = UnwrapOptions(texture_size=size)
    low = unwrap(replace(low, colors=None), options=options).mesh
    marks.append(cpu_seconds())
    base_color, normal = _bake(low, dense, size=size, padding_px=options.padding)
    marks.append(cpu_seconds())
    seconds = np.diff(marks)
    return Baked(
        mesh=low,
        base_color=base_color,
        normal=normal,
        cpu=(float(seconds[0]), float(seconds[1]), float(seconds[2])),
    )


def _bake(
    low: Mesh, dense: Mesh, *, size: int, padding_px: int
) -> tuple[Float32[np.ndarray, "h w 3"], Float32[np.ndarray, "h w 3"]]:
    """Bring the dense surface's colours and normals onto the page."""
    assert low.uvs is not None
    assert dense.colors is not None
    normals = vertex_normals(low.positions, low.triangles) if low.normals is None else low.normals
    tangents = vertex_tangents(low.positions, low.triangles, normals=normals, uvs=low.uvs)
    low = replace(low, normals=normals, tangents=tangents)
    high = replace(dense, normals=vertex_normals(dense.positions, dense.triangles))
    cage = _CAGE * float(np.ptp(dense.positions, axis=0).max())
    surface = BakeSource(high, Raycaster(high.positions, high.triangles), cage=cage)
    texels = rasterize(low.uvs, low.triangles, size=size)
    color = np.zeros((size * size, 3), np.float32)
    normal = np.tile(np.array([0, 0, 1], np.float32), (size * size, 1))
    for start in range(0, len(texels), _TEXELS_PER_PART):
        part = texels.part(slice(start, start + _TEXELS_PER_PART))
        at = SurfacePoints(triangle=part.triangle, barycentric=part.barycentric)
        points = interpolate(low.positions, low.triangles, at)
        frames = surface_frames(low, at=at)
        anchors = surface.anchor(points, np.ascontiguousarray(frames[:, 2]))
        color[part.index] = surface.interpolate(dense.colors, anchors)
        normal[part.index] = tangent_from_world(frames, surface.normals_at(anchors))
    gutter = plan_gutter(texels.mask(), options=GutterOptions(radius_px=padding_px))
    maps = color.reshape(size, size, 3), normal.reshape(size, size, 3)
    for texture in maps:
        gutter.fill(texture)
    return maps


def blender(dense: Mesh, *, faces: int, size: int) -> Baked:
    """Let Blender do the same.

    Raises:
        CalledProcessError: It failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "dense.npz"), Path(folder, "baked.npz")
        np.savez(source, positions=dense.positions, triangles=dense.triangles, colors=dense.colors)
        command = [os.environ["BOZZETTO_BLENDER_PYTHON"], str(BLENDER), str(source), str(target)]
        cage = _CAGE * float(np.ptp(dense.positions, axis=0).max())
        subprocess.run(
            [*command, str(faces), str(size), str(cage)], check=True, capture_output=True
        )
        with np.load(target) as found:
            corners = found["corners"]
            reduce, lay_out, bake = (float(value) for value in found["cpu"])
            return Baked(
                mesh=Mesh(
                    positions=corners.reshape(-1, 3),
                    triangles=np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3),
                    uvs=found["uvs"].reshape(-1, 2),
                ),
                base_color=found["color"],
                normal=found["normal"],
                cpu=(reduce, lay_out, bake),
            )


def row_of(shape: str, method: str, *, dense: Mesh, baked: Baked, wall: float) -> Row:
    """Measure what a method made."""
    error = _color_error(dense, baked)
    certificate = certify(baked.mesh, reference=dense)
    reduce, lay_out, bake = baked.cpu
    return Row(
        shape=shape,
        method=method,
        dense_triangles=dense.num_triangles,
        triangles=baked.mesh.num_triangles,
        cpu_reduce=round(reduce, 2),
        cpu_unwrap=round(lay_out, 2),
        cpu_bake=round(bake, 2),
        cpu_total=round(sum(baked.cpu), 2),
        wall_total=round(wall, 2),
        hausdorff_percent=certificate.hausdorff_percent,
        color_psnr_db=round(-10 * float(np.log10(max(float((error**2).mean()), 1e-10))), 2),
        color_p99=round(float(np.percentile(error.max(axis=1), 99)), 3),
        watertight=measure_topology(baked.mesh).watertight,
        inverted=certificate.inverted_triangles,
        self_intersections=certificate.self_intersections,
    )


def _color_error(dense: Mesh, baked: Baked) -> Float64[np.ndarray, "n 3"]:
    """Compare colours at points spread over the dense surface."""
    assert dense.colors is not None
    assert baked.mesh.uvs is not None
    spread = sample_surface(dense, count=_POINTS, seed=0)
    points = spread.points.astype(np.float32)
    truth = SurfaceTree(dense).closest(points).at
    wanted = interpolate(dense.colors, dense.triangles, truth)
    near = SurfaceTree(baked.mesh).closest(points).at
    places = interpolate(baked.mesh.uvs, baked.mesh.triangles, near) * baked.base_color.shape[0]
    found = sample(baked.base_color, places.astype(np.float32))
    return (srgb_from_linear(found) - srgb_from_linear(wanted)).astype(np.float64)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--faces", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=2048)
    given = parser.parse_args()
    methods: dict[str, Callable[..., Baked]] = {"bozzetto": ours}
    if "BOZZETTO_BLENDER_PYTHON" in os.environ:
        methods["Blender"] = blender
    else:
        print("BOZZETTO_BLENDER_PYTHON names no Python with bpy: only ours is measured.")
    shapes = {**made_shapes(), **{path.stem: read_shape(path) for path in given.files}}
    rows: list[Row] = []
    for name, shape in shapes.items():
        dense = replace(shape, colors=paint(shape.positions))
        for method, make in methods.items():
            start = time.perf_counter()
            baked = make(dense, faces=given.faces, size=given.size)
            wall = time.perf_counter() - start
            rows.append(row_of(name, method, dense=dense, baked=baked, wall=wall))
            print(rows[-1], flush=True)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
