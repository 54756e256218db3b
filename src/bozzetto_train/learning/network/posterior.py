"""The training-only half of the latent code: it sees the truth, and names its hidden side.

Paper: Sohn et al., Learning Structured Output Representation using Deep Conditional Generative
Models, NeurIPS 2015. Letters: b batch, c channels, g columns a side.
"""

from torch import Tensor, nn

from bozzetto_train.learning.network.volume_net import LATENT

SUMMARY = 7
"""Channels of the truth it looks at: mask, exit, thickness, depth of the front, hidden colour."""


class Posterior(nn.Module):
    """A small convolutional network from a summary of the truth to a normal distribution."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(SUMMARY, 32, 3, 2, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(32, 64, 3, 2, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 96, 3, 2, 1),
            nn.ReLU(inplace=True),
        )
        self.out = nn.Sequential(
            nn.Linear(96, 128), nn.ReLU(inplace=True), nn.Linear(128, 2 * LATENT)
        )

    def forward(self, summary: Tensor) -> tuple[Tensor, Tensor]:
        """Map b 7 g g to mean and log variance, b 16 each."""
        seen = self.layers(summary).mean((2, 3))
        mean, log_variance = self.out(seen).float().chunk(2, -1)
        return mean, log_variance.clamp(-6, 2)
