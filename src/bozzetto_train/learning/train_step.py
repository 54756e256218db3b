"""One step of training as a function of network, batch and random numbers."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from bozzetto_train.learning.batch import Batch
from bozzetto_train.learning.losses import Losses, LossWeights, losses_of, summary_of
from bozzetto_train.learning.network.posterior import Posterior
from bozzetto_train.learning.network.volume_net import LATENT, VolumeNet, Widths

NET = "net."
"""How the names of the parameters that ship begin."""
ENCODER = f"{NET}encoder."
"""How the names of the pretrained encoder's parameters begin."""


class Learner(nn.Module):
    """The network that ships and the posterior that helps to train it."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.net = VolumeNet(widths)
        self.posterior = Posterior()


@dataclass(frozen=True, kw_only=True)
class StepOptions:
    """How one step computes."""

    weights: LossWeights = field(default_factory=LossWeights)
    latent_share: float = 0.33
    """Share of the samples that see a code of their own truth; the rest learn the best guess."""
    half_precision: bool = True
    """Compute in bfloat16 where that is faster."""


def train_step(
    learner: Learner, batch: Batch, options: StepOptions, *, generator: torch.Generator
) -> tuple[Tensor, Losses]:
    """Return the loss to minimise and its terms; does not touch gradients or parameters."""
    count = len(batch.image)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.half_precision):
        mean, log_variance = learner.posterior(summary_of(batch))
        noise = torch.randn(count, LATENT, generator=generator)
        told = torch.rand(count, generator=generator) < options.latent_share
        latent = (mean + noise * (0.5 * log_variance).exp()) * told[:, None]
        features = learner.net(batch.image, latent)
        flat = features.column.permute(0, 2, 3, 1).flatten(0, 2)
        logits = learner.net.column(flat[batch.column])
    code = (mean[told], log_variance[told]) if told.any() else None
    losses = losses_of(features, logits, batch, code=code)
    return losses.total(options.weights), losses
