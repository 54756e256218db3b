"""Take the mean of a run and what it began with: `python -m bozzetto_train.learning.blend`.

A run on other objects than before gains on those and loses on the former ones. The mean of the
weights before and after keeps most of what either knows, and is better than both on most objects.
Paper: Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022.
"""

from dataclasses import dataclass
from pathlib import Path

import onnx
import tyro

from bozzetto_train.learning.adopt import state_of
from bozzetto_train.learning.checkpoint import State, load_checkpoint, save_checkpoint
from bozzetto_train.learning.presets import PRESETS
from bozzetto_train.learning.train_loop import CHECKPOINT, beginning
from bozzetto_train.learning.train_step import NET, Learner


@dataclass(frozen=True, kw_only=True)
class Blend:
    """Write the checkpoint of a new run with mean weights."""

    run: Path
    """Folder of the run; it is not changed."""
    weights: Path
    """The exported file that the run began with."""
    out: Path
    """Folder of the new run."""
    preset: str = "laptop"
    share: float = 0.5
    """How much the run counts, 0 to 1."""


def blend(job: Blend) -> None:
    """Write the new run's checkpoint.

    Raises:
        ValueError: The file holds another network than the preset's.
    """
    preset = PRESETS[job.preset]
    checkpoint = load_checkpoint(job.run / CHECKPOINT)
    before = state_of(onnx.load(job.weights), preset.widths)
    learner = Learner(preset.widths)
    learner.load_state_dict(blended(checkpoint.average, before, share=job.share))
    mixed = beginning(learner, preset, images=checkpoint.images)
    save_checkpoint(mixed, job.out / CHECKPOINT)


def blended(after: State, before: State, *, share: float) -> State:
    """Mix a learner's weights with the earlier ones of its network; the posterior stays."""
    mixed = {
        f"{NET}{name}": value.lerp(after[f"{NET}{name}"], share) for name, value in before.items()
    }
    return after | mixed


if __name__ == "__main__":
    blend(tyro.cli(Blend))
