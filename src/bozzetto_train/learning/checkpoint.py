"""The state of a run on disk; written whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

State = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """Everything needed to go on as if nothing had happened."""

    images: int
    """Samples seen so far."""
    learner: State
    average: State
    optimizer: dict[str, object]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint; an interruption leaves the former one in place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "images": checkpoint.images,
            "learner": checkpoint.learner,
            "average": checkpoint.average,
            "optimizer": checkpoint.optimizer,
        },
        partial,
    )
    partial.replace(path)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    return Checkpoint(
        images=state["images"],
        learner=state["learner"],
        average=state["average"],
        optimizer=state["optimizer"],
    )
