"""The U2-Net family through ONNX Runtime.

Qin et al. 2020, "U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection".
Letters: h w rows and columns, s side of the network's map.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from bozzetto.imaging.resample import resize
from bozzetto.matting.models.base import ModelCard
from bozzetto.onnx_sessions import OnnxSession, open_session

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class U2Model:
    """One network of the family, ready to run."""

    card: ModelCard
    session: OnnxSession

    def saliency(self, srgb: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "s s"]:
        """Find the salient object; see `MattingModel`."""
        side = self.card.input_px
        picture = resize(srgb, width=side, height=side)
        picture = picture / max(float(picture.max()), 1e-6)  # The authors' own preprocessing.
        batch = ((picture - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None]
        (name,) = self.session.inputs
        (saliency,) = self.session.run(
            {name: np.ascontiguousarray(batch, np.float32)}, outputs=self.session.outputs[:1]
        )
        return np.clip(saliency[0, 0], 0, 1).astype(np.float32)


def load_u2(card: ModelCard, weights: Path) -> U2Model:
    """Load weights of the family.

    Raises:
        ResourceError: The file is missing, damaged, or ONNX Runtime is not installed.
    """
    session = open_session(weights, what=repr(card.name), advice="Fetch or install them again.")
    return U2Model(card=card, session=session)
