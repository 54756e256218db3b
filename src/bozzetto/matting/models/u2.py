"""The U2-Net family through ONNX Runtime.

Qin et al. 2020, "U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection".
Letters: h w rows and columns, s side of the network's map.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from bozzetto.errors import ResourceError
from bozzetto.imaging.resample import resize
from bozzetto.matting.models.base import ModelCard

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
THREADS = 2
"""Fixed, not the machine's core count: another split of the sums may round differently, and the
nets gain little from more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class U2Model:
    """One network of the family, ready to run."""

    card: ModelCard
    session: "InferenceSession"

    def saliency(self, srgb: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "s s"]:
        """Find the salient object; see `MattingModel`."""
        from onnxruntime import RunOptions

        side = self.card.input_px
        picture = resize(srgb, width=side, height=side)
        picture = picture / max(float(picture.max()), 1e-6)  # The authors' own preprocessing.
        batch = ((picture - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None]
        give_back = RunOptions()
        # Without this the session keeps 250 MB between calls.
        give_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        first_output = self.session.get_outputs()[0].name
        first_input = self.session.get_inputs()[0].name
        outputs = self.session.run(
            [first_output], {first_input: np.ascontiguousarray(batch, np.float32)}, give_back
        )
        return np.clip(outputs[0][0, 0], 0, 1).astype(np.float32)


def load_u2(card: ModelCard, weights: Path) -> U2Model:
    """Load weights of the family.

    Raises:
        ResourceError: The file is missing, damaged, or ONNX Runtime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ResourceError(
            "Finding the object needs ONNX Runtime, which is not installed.",
            advice="Install it with `pip install onnxruntime`, or give a mask of your own.",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    provider = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    try:
        # Bytes, not the path: ONNX Runtime would mangle non-ASCII paths on some systems.
        session = onnxruntime.InferenceSession(weights.read_bytes(), options, [provider])
    except Exception as error:  # ONNX Runtime's own classes do not share a public base.
        raise ResourceError(
            f"The weights of {card.name!r} at {weights} could not be loaded: {error}.",
            advice="Fetch or install them again.",
        ) from error
    return U2Model(card=card, session=session)
