"""Named training runs: what network, what data, for how long."""

from dataclasses import dataclass, field, replace

from bozzetto_train.learning.network.volume_net import Widths
from bozzetto_train.learning.train_step import StepOptions


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of training at one picture size; the learning rate moves geometrically."""

    size: int
    """Pixels a side: 96 or 192."""
    batch: int
    """Samples per step, over all processes."""
    images: int
    """How many samples the phase takes."""
    rate: tuple[float, float]
    """Learning rate at its start and end."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Everything that decides a run, apart from data and machine."""

    widths: Widths
    phases: tuple[Phase, ...]
    step: StepOptions = field(default_factory=StepOptions)
    encoder_rate: float = 0.3
    """Learning rate of the pretrained encoder, relative to the rest."""
    weight_decay: float = 0.02
    average: float = 0.999
    """Decay of the averaged weights, per step; these are what is measured and shipped."""
    warm_up: int = 200
    """Steps in which the learning rate rises from zero."""
    validation_views: int = 256


LAPTOP = Preset(
    widths=Widths(attention_blocks=6),
    phases=(
        Phase(size=96, batch=16, images=141_392, rate=(8e-4, 7.4e-4)),
        Phase(size=96, batch=8, images=160_488, rate=(5.5e-4, 5.2e-4)),
        Phase(size=96, batch=16, images=36_000, rate=(5.2e-4, 2e-4)),
        Phase(size=96, batch=16, images=36_000, rate=(2e-4, 1.5e-5)),
        Phase(size=96, batch=16, images=62_400, rate=(3e-4, 1.6e-4)),
        Phase(size=96, batch=16, images=64_000, rate=(1.6e-4, 8e-6)),
        # From the exported weights (`adopt`), on other views and more objects.
        Phase(size=96, batch=16, images=4_800, rate=(1e-5, 3e-4)),
        Phase(size=96, batch=16, images=64_000, rate=(3e-4, 1.6e-4)),
        Phase(size=96, batch=16, images=39_248, rate=(1.6e-4, 1.5e-5)),
    ),
)
"""The network that ships: two CPU cores, several hours."""

SMOKE = Preset(
    widths=Widths(
        tokens=32, stride8=32, stride4=24, stride2=16, column=16, pixel=8, attention_blocks=1
    ),
    phases=(
        Phase(size=96, batch=4, images=160, rate=(1e-3, 1e-3)),
        Phase(size=192, batch=2, images=16, rate=(5e-4, 1e-4)),
    ),
    warm_up=5,
    average=0.9,
    validation_views=8,
)
"""Proves in minutes that everything hangs together; learns next to nothing."""

WORKSTATION = replace(
    LAPTOP,
    widths=Widths(
        tokens=512, stride8=256, stride4=192, stride2=128, column=192, pixel=48, attention_blocks=12
    ),
    phases=(
        Phase(size=96, batch=128, images=4_000_000, rate=(1e-3, 6e-4)),
        Phase(size=192, batch=64, images=2_000_000, rate=(6e-4, 1e-6)),
    ),
    average=0.9998,
    warm_up=1000,
)
"""For a GPU and more data of one's own; the same code, a network about six times as large."""

PRESETS = {"laptop": LAPTOP, "smoke": SMOKE, "workstation": WORKSTATION}
