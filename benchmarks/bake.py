"""What texturing costs: CPU seconds by part and peak memory, from 508,000 triangles to 4,800 quads.

A bumpy ball is photographed, laid out as a grid of quads and textured with ambient occlusion at
each size. Writes `results/bake.csv`, one row a size; every size runs in a process of its own.

    python -m benchmarks.bake [--sizes 2048,4096]
"""

import argparse
import csv
import itertools
import platform
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.remesh.quads import mesh_of_quads
from bozzetto.texturing.chart_scale import seen_shares
from bozzetto.texturing.surface import PosedForeground, TextureOptions, texture_mesh
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

RESULTS = Path(__file__).parent / "results" / "bake.csv"
DENSE_TRIANGLES = 508_000
QUADS_A_SIDE = 28  # Of each of a cube's six sides: 4,704 quads.


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="2048,4096")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        row = measured(arguments.one)
        csv.DictWriter(sys.stdout, fieldnames=list(row), lineterminator="\n").writerow(row)
        return
    rows: list[str] = []
    for size in arguments.sizes.split(","):
        command = [sys.executable, "-m", "benchmarks.bake", "--one", size]
        rows.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(rows[-1], end="", flush=True)
    RESULTS.write_text(",".join(COLUMNS) + "\n" + "".join(rows))


COLUMNS = (
    "size_px", "dense_triangles", "quads", "unwrap_s", "photos_s", "occlusion_s", "light_s",
    "hidden_s", "bake_s", "texture_s", "peak_mb", "machine",
)  # fmt: skip


def measured(size: int) -> dict[str, str | float]:
    """Unwrap and texture once; CPU seconds of this process and its children."""
    dense, low = a_dense_ball(), a_quad_ball()
    camera = a_camera()
    start = cpu()
    unwrapped = unwrap(
        low, options=UnwrapOptions(texture_size=size), seen=seen_shares(low, [camera])
    )
    begun = [("unwrap", start)]
    begun.append(("start", cpu()))

    def step(name: str) -> None:
        begun.append((name, cpu()))

    view = PosedForeground(foreground=a_photo(camera), camera=camera)
    texture_mesh(
        unwrapped.mesh,
        high=dense,
        views=[view],
        options=TextureOptions(texture_size=size),
        step=step,
    )
    begun.append(("end", cpu()))
    spent: dict[str, float] = {}
    for (name, at), (_, until) in itertools.pairwise(begun):
        # A part of the bake ends with the step that names it; all of it is one.
        spent[name.split()[0]] = spent.get(name.split()[0], 0.0) + until - at
    hidden = next(at for name, at in begun if name == "hidden sides")
    first_bake = next(at for name, at in begun if name.startswith("bake"))
    values = (
        size, dense.num_triangles, low.num_quads, spent["unwrap"], spent["photos"],
        spent["occlusion"], spent["light"], first_bake - hidden, begun[-1][1] - first_bake,
        begun[-1][1] - begun[1][1], peak_mb(), platform.machine(),
    )  # fmt: skip
    rounded = [round(v, 2) if isinstance(v, float) else v for v in values]
    return dict(zip(COLUMNS, rounded, strict=True))


def cpu() -> float:
    """CPU seconds of this process and of children that ended."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


def peak_mb() -> float:
    """Largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bumps(directions: Float32[np.ndarray, "n 3"], *, fine: bool) -> Float32[np.ndarray, "n 3"]:
    """Place points of a bumpy ball that stands on the ground."""
    radius = 0.45 + 0.03 * np.sin(directions @ np.array([[7.0, 3, 2], [2, 9, 4], [3, 1, 8]])).mean(
        1
    )
    if fine:
        radius = radius + 0.003 * np.sin(directions @ np.array([60.0, 45, 52]))
    return (directions * radius[:, None] + np.array([0, 0.5, 0])).astype(np.float32)


def a_dense_ball() -> Mesh:
    """A grid of latitudes and longitudes, closed at the poles."""
    columns = 712
    rows = DENSE_TRIANGLES // (2 * columns) + 1
    theta = np.pi * (np.arange(1, rows) / rows)
    phi = 2 * np.pi * np.arange(columns) / columns
    ring = np.stack(
        [
            np.sin(theta)[:, None] * np.sin(phi)[None],
            np.broadcast_to(np.cos(theta)[:, None], (rows - 1, columns)),
            np.sin(theta)[:, None] * np.cos(phi)[None],
        ],
        axis=2,
    ).reshape(-1, 3)
    points = np.concatenate([ring, [[0, 1, 0], [0, -1, 0]]])
    i, j = (x.ravel() for x in np.mgrid[: rows - 2, :columns])
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    top, bottom = len(ring), len(ring) + 1
    k = np.arange(columns)
    last = (rows - 2) * columns
    triangles = np.concatenate(
        [
            np.stack([a, c, d], 1),
            np.stack([a, d, b], 1),
            np.stack([np.full(columns, top), k, (k + 1) % columns], 1),
            np.stack([np.full(columns, bottom), last + (k + 1) % columns, last + k], 1),
        ]
    )
    return Mesh(
        positions=bumps(points.astype(np.float32), fine=True), triangles=triangles.astype(np.int32)
    )


def a_quad_ball() -> Mesh:
    """A cube's sides in quads, blown up to a ball."""
    n = QUADS_A_SIDE
    grid = np.linspace(-1, 1, n + 1)
    u, v = (x.ravel() for x in np.meshgrid(grid, grid, indexing="ij"))
    points: list[np.ndarray] = []
    quads: list[np.ndarray] = []
    i, j = (x.ravel() for x in np.mgrid[:n, :n])
    corner = i * (n + 1) + j
    cell = np.stack([corner, corner + n + 1, corner + n + 2, corner + 1], axis=1)
    for axis in range(3):
        for sign in (-1, 1):
            side = np.empty((len(u), 3))
            side[:, axis] = sign
            side[:, (axis + 1) % 3], side[:, (axis + 2) % 3] = u, v
            order = cell if sign > 0 else cell[:, ::-1]
            quads.append(order + len(points) * len(u))
            points.append(side)
    joined = np.concatenate(points)
    _, first, number = np.unique(
        np.round(joined, 9), axis=0, return_index=True, return_inverse=True
    )
    directions = joined[first] / np.linalg.norm(joined[first], axis=1, keepdims=True)
    corners = number.reshape(-1)[np.concatenate(quads)].astype(np.int32)
    return mesh_of_quads(bumps(directions.astype(np.float32), fine=False), corners)


def a_camera() -> Camera:
    """In front of it, 1,024 pixels."""
    return Camera(
        width=1024,
        height=1024,
        focal_px=2000.0,
        centre_px=(512.0, 512.0),
        world_from_camera=Rigid(
            rotation=np.diag([1.0, -1.0, -1.0]), translation=np.array([0.0, 0.5, 2.4])
        ),
    )


def a_photo(camera: Camera) -> Foreground:
    """A noisy disc; what it shows does not matter for time."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: camera.height, : camera.width] + 0.5
    alpha = np.clip(390 - np.hypot(x - 512, y - 512), 0, 1).astype(np.float32)
    rgb = 0.3 + 0.3 * rng.random((camera.height, camera.width, 3), dtype=np.float32)
    return Foreground(name="disc.png", sha256="0" * 64, linear_rgb=rgb, alpha=alpha)


if __name__ == "__main__":
    main()
