"""Halve stored views: `python -m bozzetto_train.scenes.halve`.

Training starts on small pictures; reading them small costs a quarter of halving them each time.
What exists already is kept, so the command resumes. Letters: p, q covered pixels before and after,
c, d columns, s pixels and g columns a side.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import tyro
from jaxtyping import Bool, Float32, Shaped

from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto_train.scenes.record import ViewRecord, column_mask
from bozzetto_train.scenes.view_file import SUFFIX, read_offsets, read_view, write_views


@dataclass(frozen=True, kw_only=True)
class HalveViews:
    """Write a copy of a data set with pictures and volumes of half the size."""

    views: Path
    """As written by `python -m bozzetto_train.scenes.make_views`."""
    out: Path
    """Folder for the copy."""
    processes: int = 2


def halve_views(job: HalveViews) -> None:
    """Halve every file that has no copy yet."""
    sources = sorted(job.views.glob(f"*/*{SUFFIX}"))
    pairs = [(path, job.out / path.relative_to(job.views)) for path in sources]
    missing = [(path, out) for path, out in pairs if not out.exists()]
    with ProcessPoolExecutor(job.processes, mp_context=get_context("spawn")) as pool:
        count = sum(pool.map(_halve_file, *zip(*missing, strict=True), chunksize=16))
    print(f"{count} views of {len(missing)} objects halved")  # noqa: T201


def _halve_file(source: Path, out: Path) -> int:
    """Halve the views of one object; return their number."""
    offsets = read_offsets(source).tolist()
    records = [halved(read_view(source, start, end)) for start, end in pairwise(offsets)]
    write_views(out, records)
    return len(records)


class _Groups:
    """The 2 x 2 blocks of a mask that hold something."""

    def __init__(self, covered: Bool[np.ndarray, "s s"]) -> None:
        half = len(covered) // 2
        row, column = np.nonzero(covered)
        block = (row // 2) * half + column // 2
        self._order = np.argsort(block, kind="stable")
        blocks, self._starts = np.unique(block[self._order], return_index=True)
        self._counts = np.diff(np.append(self._starts, len(block)))
        flat = np.zeros(half * half, bool)
        flat[blocks] = True
        self.covered: Bool[np.ndarray, "s2 s2"] = flat.reshape(half, half)

    def mean(self, values: Shaped[np.ndarray, "p c"]) -> Float32[np.ndarray, "q c"]:
        """Average the values of each block."""
        ordered = np.asarray(values[self._order], np.float32)
        sums = np.asarray(np.add.reduceat(ordered, self._starts, axis=0))
        return np.asarray(sums / self._counts[:, None], np.float32)


def halved(record: ViewRecord) -> ViewRecord:
    """Return the view at half the size: means over the covered ones of 2 x 2 pixels and columns.

    The outline is left to alpha: a covered column keeps the whole solid along its ray.
    """
    size = len(record.alpha)
    coverage = np.asarray(record.alpha.reshape(size // 2, 2, size // 2, 2).mean(axis=(1, 3)))
    pixels = _Groups(record.covered)
    colors = np.concatenate(
        [linear_from_srgb8(record.albedo), linear_from_srgb8(record.hidden_albedo)], axis=1
    )
    small = srgb8_from_linear(pixels.mean(colors))
    layers = (record.roughness[:, None], record.metallic[:, None], record.openness[:, None])
    bytes_ = np.round(pixels.mean(np.concatenate([*layers, record.lit], axis=1))).astype(np.uint8)
    normals = pixels.mean(record.normals)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-6
    columns = _Groups(column_mask(record.covered))
    return replace(
        record,
        alpha=np.round(coverage).astype(np.uint8),
        covered=pixels.covered,
        normals=np.asarray(np.round(normals * 127), np.int8),
        albedo=np.ascontiguousarray(small[:, :3]),
        hidden_albedo=np.ascontiguousarray(small[:, 3:]),
        roughness=np.ascontiguousarray(bytes_[:, 0]),
        metallic=np.ascontiguousarray(bytes_[:, 1]),
        openness=np.ascontiguousarray(bytes_[:, 2]),
        lit=np.ascontiguousarray(bytes_[:, 3:]),
        depth=pixels.mean(record.depth[:, None])[:, 0].astype(np.float16),
        distance=np.round(columns.mean(record.distance)).astype(np.int8),
    )


if __name__ == "__main__":
    halve_views(tyro.cli(HalveViews))
