"""Write a trained network as the ONNX file that the engine loads, weights in half precision.

`python -m bozzetto_train.learning.export_onnx`. Computation stays in single precision: every
half weight is cast on loading. Letters: b batch, s pixels, k bins.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import tyro
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from bozzetto_train.learning.checkpoint import load_checkpoint
from bozzetto_train.learning.network.volume_net import LATENT, VolumeNet
from bozzetto_train.learning.presets import PRESETS
from bozzetto_train.learning.train_loop import CHECKPOINT
from bozzetto_train.learning.train_step import Learner
from bozzetto_train.scenes.record import SIZE

OPSET = 18
IMAGES = "images"
"""Key of the file's metadata that says how many samples the network has seen."""
_SMALL = 1024
"""Tensors with fewer elements stay in single precision; they would save nothing."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """Export the averaged weights of a run."""

    run: Path
    """Folder of the run, with its checkpoint."""
    out: Path
    """The file to write."""
    preset: str = "laptop"
    size: int = SIZE
    """Pixels a side of the picture the network will take."""


class Deployed(nn.Module):
    """The network with the dense volume among its outputs."""

    def __init__(self, net: VolumeNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map b 4 s s and b 16 to occupancy, surface and camera."""
        features = self.net(image, latent)
        return self.net.occupancy(features), features.surface, features.camera


def export(job: Export) -> None:
    """Write the file, and beside it its hash, which the engine checks."""
    learner = Learner(PRESETS[job.preset].widths)
    checkpoint = load_checkpoint(job.run / CHECKPOINT)
    learner.load_state_dict(checkpoint.average)
    content = onnx_bytes(learner.net, size=job.size, images=checkpoint.images)
    job.out.parent.mkdir(parents=True, exist_ok=True)
    partial = job.out.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(job.out)
    digest = hashlib.sha256(content).hexdigest()
    job.out.with_suffix(".onnx.sha256").write_text(f"{digest}  {job.out.name}\n", encoding="ascii")
    print(f"{job.out}: {len(content) / 2**20:.1f} MiB, sha256 {digest}")  # noqa: T201


def onnx_bytes(net: VolumeNet, *, size: int, images: int) -> bytes:
    """Return the serialised model for pictures of one size."""
    net = net.eval().to(memory_format=torch.contiguous_format)
    program = torch.onnx.export(
        Deployed(net).eval(),
        (torch.rand(1, 4, size, size), torch.zeros(1, LATENT)),
        input_names=["image", "latent"],
        output_names=["occupancy", "surface", "camera"],
        opset_version=OPSET,
        dynamo=True,
        optimize=True,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    _halve_weights(model.graph)
    model.producer_name, model.producer_version = "bozzetto_train", ""
    model.doc_string = ""
    del model.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    entry = model.metadata_props.add()
    entry.key, entry.value = IMAGES, str(images)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def _halve_weights(graph: onnx.GraphProto) -> None:
    """Store single-precision weights as half and cast them back where they are used."""
    casts: list[onnx.NodeProto] = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(weight)
        if values.size < _SMALL:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(
            helper.make_node(
                "Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT, name=f"{name}.cast"
            )
        )
    for index, node in enumerate(casts):
        graph.node.insert(index, node)


if __name__ == "__main__":
    export(tyro.cli(Export))
