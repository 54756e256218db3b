"""Samples put together as tensors.

Letters: b batch, s pixels and g columns a side, n covered columns, k bins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import numpy as np
import torch
from torch import Tensor

from bozzetto_train.datasets.sample import Sample, sample_of
from bozzetto_train.datasets.view_index import ViewPlace, endless


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Inputs and truth."""

    image: Tensor
    """b 4 s s, sRGB and alpha in 0..1."""
    covered: Tensor
    """b 1 s s, 1 where the truth of the pixel maps is known."""
    normals: Tensor
    """b 3 s s."""
    colors: Tensor
    """b 8 s s in 0..1: albedo, hidden albedo, roughness, metallic."""
    depth: Tensor
    """b 1 s s: w of the visible surface."""
    column: Tensor
    """n: index of each covered column in b g g."""
    distance: Tensor
    """n k, int8 steps."""
    camera: Tensor
    """b 4: up and h."""
    grid: int
    """g."""


def batch_of(samples: Sequence[Sample]) -> Batch:
    """Stack samples of one size."""

    def stacked(arrays: list[np.ndarray]) -> Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(np.stack(arrays)))
        return tensor.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)

    columns = np.stack([sample.columns for sample in samples])
    return Batch(
        image=stacked([sample.image for sample in samples]) / 255,
        covered=stacked([sample.covered[..., None] for sample in samples]),
        normals=stacked([sample.normals for sample in samples]),
        colors=stacked([sample.colors for sample in samples]) / 255,
        depth=stacked([sample.depth[..., None] for sample in samples]),
        column=torch.from_numpy(np.flatnonzero(columns)),
        distance=torch.from_numpy(np.concatenate([sample.distance for sample in samples])),
        camera=torch.from_numpy(np.stack([sample.camera for sample in samples])),
        grid=columns.shape[1],
    )


def batches(
    places: tuple[ViewPlace, ...], *, count: int, seed: int, ahead: int = 3
) -> Iterator[Batch]:
    """Yield shuffled batches for ever, prepared ahead in one thread.

    Args:
        places: The views.
        count: Samples in a batch.
        seed: Decides order, light and camera faults.
        ahead: How many batches to hold ready.
    """
    ready: Queue[Batch] = Queue(ahead)

    def prepare() -> None:
        rng = np.random.default_rng(seed)
        stream = endless(places, rng)
        while True:
            ready.put(batch_of([sample_of(next(stream).read(), rng) for _ in range(count)]))

    Thread(target=prepare, daemon=True).start()
    while True:
        yield ready.get()
