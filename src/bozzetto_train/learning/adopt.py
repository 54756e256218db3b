"""Begin a run with the weights of an exported file: `python -m bozzetto_train.learning.adopt`.

So training goes on from the network that ships, also where its checkpoint is not at hand, and with
objects of one's own. The file holds no posterior, so a new one is taught first what the network
means by its latent codes; the network stays as it is meanwhile. Letters: b batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
import tyro
from jaxtyping import Float32
from onnx import numpy_helper
from torch import nn

from bozzetto_train.datasets.view_index import index_views
from bozzetto_train.learning.batch import Batch, batches
from bozzetto_train.learning.checkpoint import State, save_checkpoint
from bozzetto_train.learning.export_onnx import IMAGES, onnx_bytes
from bozzetto_train.learning.network.volume_net import VolumeNet, Widths, places
from bozzetto_train.learning.presets import PRESETS
from bozzetto_train.learning.train_loop import CHECKPOINT, beginning
from bozzetto_train.learning.train_step import Learner, StepOptions, train_step

_STRIDE = 16
"""Pixels between the tokens."""
_RATE = 1e-3

Arrays = tuple[Float32[np.ndarray, "..."], ...]


@dataclass(frozen=True, kw_only=True)
class Adopt:
    """Write the checkpoint of a new run that starts with exported weights."""

    weights: Path
    """An ONNX file that `learning.export_onnx` wrote, as the one that ships."""
    views: Path
    """Folder with the subfolder `train`, of pictures as large as the network takes."""
    run: Path
    """Folder of the new run."""
    preset: str = "laptop"
    """Of the network in the file."""
    steps: int = 300
    """Batches for the new posterior."""
    batch: int = 16
    seed: int = 0


def adopt(job: Adopt) -> None:
    """Read the weights, teach the posterior, write the checkpoint.

    Raises:
        ValueError: The file holds another network than the preset's.
    """
    preset = PRESETS[job.preset]
    torch.manual_seed(job.seed)
    model = onnx.load(job.weights)
    learner = Learner(preset.widths)
    learner.net.load_state_dict(state_of(model, preset.widths))
    stream = batches(index_views(job.views / "train"), count=job.batch, seed=job.seed)
    teach_posterior(learner, islice(stream, job.steps), preset.step, seed=job.seed)
    images = {entry.key: entry.value for entry in model.metadata_props}[IMAGES]
    checkpoint = beginning(learner, preset, images=int(images))
    save_checkpoint(checkpoint, job.run / CHECKPOINT)


def state_of(model: onnx.ModelProto, widths: Widths) -> State:
    """Return a network's parameters from its exported form.

    Exporting renames, transposes and folds some of them. Where each one went shows when a network
    of known random numbers is exported in the same way.

    Raises:
        ValueError: The file holds another network, or another version of the exporter wrote it.
    """
    size = model.graph.input[0].type.tensor_type.shape.dim[-1].dim_value
    known = VolumeNet(widths)
    with torch.no_grad():
        for parameter in known.parameters():
            parameter.copy_(torch.rand_like(parameter) + 0.5)
    exported = _arrays(onnx.load_from_string(onnx_bytes(known, size=size, images=0)))
    given = _arrays(model)
    if [value.shape for value in exported] != [value.shape for value in given]:
        raise ValueError(
            "The file holds another network than the preset's, or another version of PyTorch "
            "exported it; choose its preset, or export it again from its checkpoint."
        )
    state: State = {}
    folded = _unfolded_place(known.place, exported, given, side=size // _STRIDE)
    for name, parameter in known.named_parameters():
        found = _found(parameter.detach().numpy(), exported, given)
        if found is None:
            found = folded.get(name)
        if found is None:
            raise ValueError(f"The parameter {name} does not show in the exported network.")
        state[name] = torch.from_numpy(np.array(found))
    return state


def teach_posterior(
    learner: Learner, stream: Iterator[Batch], options: StepOptions, *, seed: int
) -> None:
    """Fit the posterior to a network that stays as it is; every sample is told its code."""
    learner.net.requires_grad_(requires_grad=False)
    optimizer = torch.optim.AdamW(learner.posterior.parameters(), lr=_RATE)
    generator = torch.Generator().manual_seed(seed)
    told = replace(options, latent_share=1.0)
    for batch in stream:
        loss, _ = train_step(learner, batch, told, generator=generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learner.posterior.parameters(), 1.0)
        optimizer.step()
    learner.net.requires_grad_(requires_grad=True)


def _arrays(model: onnx.ModelProto) -> Arrays:
    """Return the floating-point constants of a graph, in their order."""
    arrays = [numpy_helper.to_array(entry) for entry in model.graph.initializer]
    return tuple(
        np.asarray(value, np.float32) for value in arrays if np.issubdtype(value.dtype, np.floating)
    )


def _found(
    parameter: Float32[np.ndarray, "..."], exported: Arrays, given: Arrays
) -> Float32[np.ndarray, "..."] | None:
    """Look a known parameter up among what was exported; return what stands there in the file."""
    for known, wanted in zip(exported, given, strict=True):
        if known.size != parameter.size:
            continue
        if _is_half_of(known.ravel(), parameter.ravel()):
            return wanted.reshape(parameter.shape)
        if known.T.shape == parameter.shape and _is_half_of(known.T, parameter):
            return wanted.T
    return None


def _is_half_of(half: Float32[np.ndarray, "..."], whole: Float32[np.ndarray, "..."]) -> bool:
    """Tell whether numbers are others rounded to half precision."""
    return np.allclose(half, whole, rtol=1e-3, atol=1e-4)


def _unfolded_place(
    known: nn.Linear, exported: Arrays, given: Arrays, *, side: int
) -> dict[str, Float32[np.ndarray, "..."]]:
    """Undo that what a layer says of fixed places was worked out once for all.

    Depending on sizes the exporter folds the layer with its bias or without.
    """
    place = places(side, side)[0].numpy()
    weight, bias = known.weight.detach().numpy(), known.bias.detach().numpy()
    without = _found((place @ weight.T)[None], exported, given)
    if without is not None:
        return {"place.weight": np.linalg.lstsq(place, without[0], rcond=None)[0].T}
    whole = _found((place @ weight.T + bias)[None], exported, given)
    if whole is None:
        return {}
    solved = np.linalg.lstsq(np.pad(place, ((0, 0), (0, 1)), constant_values=1), whole[0])[0]
    return {"place.weight": solved[:4].T, "place.bias": solved[4]}


if __name__ == "__main__":
    adopt(tyro.cli(Adopt))
