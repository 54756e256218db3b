"""Go on with a run in a larger network: `python -m bozzetto_train.learning.grow`.

Parts that the preset has and the run lacks join it. They must be silent when new, as attention
blocks and coarse offsets are, so that the network computes what it did before; what the optimiser
knows of the old parameters is kept. Idea: Chen, Goodfellow and Shlens, Net2Net, ICLR 2016.
"""

from dataclasses import dataclass
from pathlib import Path

import tyro

from bozzetto_train.learning.checkpoint import (
    Checkpoint,
    State,
    load_checkpoint,
    save_checkpoint,
)
from bozzetto_train.learning.presets import PRESETS, Preset
from bozzetto_train.learning.train_loop import CHECKPOINT, new_optimizer
from bozzetto_train.learning.train_step import ENCODER, Learner


@dataclass(frozen=True, kw_only=True)
class Grow:
    """Copy a run's checkpoint into a new run with a larger network."""

    run: Path
    """Folder of the run to start from; it is not changed."""
    out: Path
    """Folder of the new run."""
    preset: str = "laptop"
    """The new run's preset."""


def grow(job: Grow) -> None:
    """Write the new run's checkpoint.

    Raises:
        ValueError: The preset's network lacks parts that the run has, or has them in other shapes.
    """
    checkpoint = load_checkpoint(job.run / CHECKPOINT)
    save_checkpoint(grown(checkpoint, PRESETS[job.preset]), job.out / CHECKPOINT)


def grown(checkpoint: Checkpoint, preset: Preset) -> Checkpoint:
    """Return a checkpoint of the preset's network that computes what the given one does.

    Raises:
        ValueError: The preset's network lacks parts that the checkpoint has, or has them in other
            shapes.
    """
    learner = Learner(preset.widths)
    fresh = learner.state_dict()
    for name, value in checkpoint.learner.items():
        if name not in fresh or fresh[name].shape != value.shape:
            raise ValueError(
                f"A run can only grow by parts, but its {name} of shape {tuple(value.shape)} has "
                "no equal in the preset; choose a preset of the same widths."
            )
    held = checkpoint.optimizer["state"]
    assert isinstance(held, dict)
    known = {name: held[i] for i, name in enumerate(_in_order(checkpoint.learner)) if i in held}
    optimizer = new_optimizer(learner, preset).state_dict()
    optimizer["state"] = {
        number: known[name] for number, name in enumerate(_in_order(fresh)) if name in known
    }
    return Checkpoint(
        images=checkpoint.images,
        learner=_joined(checkpoint.learner, fresh),
        average=_joined(checkpoint.average, fresh),
        optimizer=optimizer,
    )


def _joined(old: State, fresh: State) -> State:
    """Keep old values; take those of new parameters from the fresh network."""
    return {name: old.get(name, value).clone() for name, value in fresh.items()}


def _in_order(state: State) -> list[str]:
    """Return the parameters' names in the optimiser's order: the encoder last."""
    rest = [name for name in state if not name.startswith(ENCODER)]
    return rest + [name for name in state if name.startswith(ENCODER)]


if __name__ == "__main__":
    grow(tyro.cli(Grow))
