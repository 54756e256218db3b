"""Validation figures of a network, on views of objects it never saw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from bozzetto_train.datasets.sample import sample_of
from bozzetto_train.datasets.view_index import ViewPlace
from bozzetto_train.learning.batch import Batch, batch_of
from bozzetto_train.learning.losses import occupancy_target
from bozzetto_train.learning.network.volume_net import LATENT, VolumeNet


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Means over the views."""

    volume_iou: float
    """In the frustum, columns under the mask, at probability 0.5."""
    column_iou: float
    """The same per column: thin parts count as much as thick ones."""
    depth_error: float
    """Of the visible surface, in units of w."""
    normal_deg: float
    albedo_error: float
    hidden_albedo_error: float
    up_deg: float
    lens_error: float
    """Relative error of h."""


def validate(net: VolumeNet, places: Sequence[ViewPlace], *, count: int) -> Figures:
    """Measure the network with a latent code of zeros; the same views and light every time."""
    net.eval()
    rows: list[list[float]] = []
    with torch.inference_mode():
        for start in range(0, len(places), count):
            samples = [
                sample_of(place.read(), np.random.default_rng(start + index))
                for index, place in enumerate(places[start : start + count])
            ]
            rows += _measure(net, batch_of(samples))
    net.train()
    return Figures(**dict(zip(_NAMES, np.mean(rows, axis=0).tolist(), strict=True)))


_NAMES = tuple(Figures.__dataclass_fields__)


def _measure(net: VolumeNet, batch: Batch) -> list[list[float]]:
    """Return one row of figures per view."""
    with torch.autocast("cpu", torch.bfloat16):
        features = net(batch.image, torch.zeros(len(batch.image), LATENT))
        flat = features.column.permute(0, 2, 3, 1).flatten(0, 2)
        logits = net.column(flat[batch.column])
    solid, wanted = logits > 0, occupancy_target(batch.distance) > 0.5
    both, either = (solid & wanted).sum(1).float(), (solid | wanted).sum(1).float()
    sample = batch.column // (batch.grid * batch.grid)
    known = batch.covered
    area = known.sum((1, 2, 3)).clamp_min(1)
    cosine = (features.surface[:, :3] * batch.normals).sum(1, keepdim=True)
    angle = torch.rad2deg(torch.acos(cosine.clamp(-1, 1)))
    gap = (features.surface[:, 3:9] - batch.colors[:, :6]).abs()
    depth = (features.surface[:, 11:] - batch.depth).abs()
    up = (features.camera[:, :3] * batch.camera[:, :3]).sum(1).clamp(-1, 1)
    lens = (features.camera[:, 3] / batch.camera[:, 3] - 1).abs()

    def total(values: Tensor) -> Tensor:
        return values.new_zeros(len(area)).index_add(0, sample, values)

    def mean(values: Tensor) -> Tensor:
        return (values * known).sum((1, 2, 3)) / area / values.shape[1]

    figures = torch.stack(
        [
            total(both) / total(either).clamp_min(1),
            total(both / either.clamp_min(1)) / total(torch.ones_like(both)).clamp_min(1),
            mean(depth),
            mean(angle),
            mean(gap[:, :3]),
            mean(gap[:, 3:]),
            torch.rad2deg(torch.acos(up)),
            lens,
        ],
        1,
    )
    return figures.tolist()


def as_json(figures: Figures) -> dict[str, float]:
    """Return the figures by name, rounded for a log."""
    return {name: round(value, 4) for name, value in asdict(figures).items()}
