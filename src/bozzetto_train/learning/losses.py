"""What a prediction is worth. Letters: b batch, n covered columns, k bins, c channels, s pixels."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from bozzetto.engines.network.solid import slice_depths
from bozzetto_train.learning.batch import Batch
from bozzetto_train.learning.network.volume_net import Features
from bozzetto_train.scenes.record import DISTANCE_STEP
from bozzetto_train.scenes.viewpoint import BINS, FAR, NEAR

SOFTNESS = 0.006
"""A signed distance of this much, in units of s, is one logit."""
_EDGE_WIDTH = 0.02
_EDGE_WEIGHT = 3.0
_FREE_NATS = 2.0


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """How much each term counts."""

    cross_entropy: float = 5.0
    thickness: float = 6.0
    column_overlap: float = 0.15
    volume_overlap: float = 0.3
    normals: float = 2.0
    albedo: float = 1.5
    hidden_albedo: float = 1.5
    materials: float = 0.4
    depth: float = 6.0
    camera: float = 1.0
    latent: float = 0.003


@dataclass(frozen=True, kw_only=True, eq=False)
class Losses:
    """The terms before weighting, as scalars."""

    cross_entropy: Tensor
    thickness: Tensor
    column_overlap: Tensor
    volume_overlap: Tensor
    normals: Tensor
    albedo: Tensor
    hidden_albedo: Tensor
    materials: Tensor
    depth: Tensor
    camera: Tensor
    latent: Tensor

    def total(self, weights: LossWeights) -> Tensor:
        """Return the weighted sum."""
        terms = [getattr(self, name) * getattr(weights, name) for name in TERMS]
        return torch.stack(terms).sum()


TERMS = tuple(Losses.__dataclass_fields__)


def occupancy_target(distance: Tensor) -> Tensor:
    """Return the wanted probability for signed distances in int8 steps."""
    steps = torch.arange(-128, 128, dtype=torch.float32)
    table = torch.sigmoid(-steps * DISTANCE_STEP / SOFTNESS)
    return table[distance.long() + 128]


def losses_of(
    features: Features, logits: Tensor, batch: Batch, *, code: tuple[Tensor, Tensor] | None
) -> Losses:
    """Compare a prediction with the truth.

    Args:
        features: Of the network.
        logits: n k, of the batch's covered columns.
        batch: The truth.
        code: Mean and log variance of the latent codes in use, each b 16; None without.
    """
    target = occupancy_target(batch.distance)
    edges = _edge_weights(batch.distance)
    entropy = functional.binary_cross_entropy_with_logits(logits, target, weight=edges)
    probability = torch.sigmoid(logits)
    column, volume = _overlaps(probability, target, batch)
    # The middle guess of how much solid lies on a ray; overlap alone makes doubtful shapes fat.
    thickness = (probability.sum(1) - target.sum(1)).abs().mean() * ((FAR - NEAR) / BINS)
    surface, known = features.surface, batch.covered
    total = known.sum().clamp_min(1)
    cosine = (surface[:, :3] * batch.normals).sum(1, keepdim=True)
    gaps = (surface[:, 3:11] - batch.colors).abs() * known
    depth = (surface[:, 11:] - batch.depth).abs().clamp_max(1.0) * known
    up = 1 - (features.camera[:, :3] * batch.camera[:, :3]).sum(1)
    lens = (features.camera[:, 3] / batch.camera[:, 3]).log().abs()
    return Losses(
        cross_entropy=entropy,
        thickness=thickness,
        column_overlap=column,
        volume_overlap=volume,
        normals=((1 - cosine) * known).sum() / total,
        albedo=gaps[:, :3].sum() / total / 3,
        hidden_albedo=gaps[:, 3:6].sum() / total / 3,
        materials=gaps[:, 6:].sum() / total / 2,
        depth=depth.sum() / total,
        camera=(4 * up + 0.3 * lens).mean(),
        latent=_divergence(code) if code is not None else logits.new_zeros(()),
    )


def _edge_weights(distance: Tensor) -> Tensor:
    """Weigh bins near a surface more: that is where the shape is decided."""
    steps = torch.arange(-128, 128, dtype=torch.float32) * DISTANCE_STEP
    table = 1 + _EDGE_WEIGHT * torch.exp(-((steps / _EDGE_WIDTH) ** 2))
    return table[distance.long() + 128]


def _overlaps(probability: Tensor, target: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return one minus the soft intersection over union, per column and per volume.

    Per column a chair's leg counts as much as its seat; per volume it counts as its size.
    """
    both = (probability * target).sum(1)
    either = probability.sum(1) + target.sum(1) - both
    sample = batch.column // (batch.grid * batch.grid)
    count = len(batch.image)
    zeros = both.new_zeros(count)
    whole = zeros.index_add(0, sample, both) / zeros.index_add(0, sample, either).clamp_min(1)
    return (1 - both / either.clamp_min(1e-3)).mean(), (1 - whole).mean()


def _divergence(code: tuple[Tensor, Tensor]) -> Tensor:
    """Kullback-Leibler divergence from the unit normal, a few nats free."""
    mean, log_variance = code
    nats = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance).sum(1)
    return (nats - _FREE_NATS).clamp_min(0).mean()


def summary_of(batch: Batch) -> Tensor:
    """Return what the posterior sees of the truth, b 7 g g."""
    solid = (batch.distance < 0).float()
    w = torch.from_numpy(slice_depths(BINS)).float()
    last = torch.where(solid > 0, w, torch.tensor(NEAR)).amax(1)
    first = torch.where(solid > 0, w, torch.tensor(FAR)).amin(1)
    values = torch.stack([torch.ones_like(last), last, solid.mean(1), first], 1)
    count, grid = len(batch.image), batch.grid
    layers = values.new_zeros(count * grid * grid, 4)
    layers[batch.column] = values
    layers = layers.view(count, grid, grid, 4).permute(0, 3, 1, 2)
    color = functional.interpolate(batch.colors[:, 3:6] * batch.covered, size=(grid, grid))
    return torch.cat([layers, color], 1)
