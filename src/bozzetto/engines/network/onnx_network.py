"""The trained network through ONNX Runtime. Letters: s side of the crop, n latent numbers, b any.

The file's inputs and outputs are described in docs/network.md; everything is float32 outside,
whatever the weights are stored in.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from bozzetto.engines.network.card import WEIGHTS, weights_sha256
from bozzetto.engines.network.prediction import Prediction
from bozzetto.errors import ResourceError
from bozzetto.imaging.color import linear_from_srgb
from bozzetto.onnx_sessions import OnnxSession, open_session

_ADVICE = "Install Bozzetto again, or choose --engine inflate, which needs no weights."


@dataclass(frozen=True, kw_only=True, eq=False)
class OnnxNetwork:
    """Implements `Network`; holds a session, no state between calls."""

    session: OnnxSession
    side_px: int
    latent_size: int

    def predict(
        self, image: Float32[np.ndarray, "4 s s"], latent: Float32[np.ndarray, " n"]
    ) -> Prediction:
        """Predict the volume behind one crop; see `Network`."""
        occupancy, surface, camera = self.session.run(
            {"image": np.ascontiguousarray(image[None]), "latent": latent[None]},
            outputs=("occupancy", "surface", "camera"),
        )
        return _prediction(occupancy[0], surface[0], camera[0])


def load_network(weights: Path = WEIGHTS, *, sha256: str | None = None) -> OnnxNetwork:
    """Load a trained network.

    Args:
        weights: The ONNX file.
        sha256: What its hash should be; None reads it from the file beside it.

    Raises:
        ResourceError: The file is missing, damaged or no such network, or there is no ONNX Runtime.
    """
    session = open_session(
        weights,
        what="the engine 'bozzetto'",
        advice=_ADVICE,
        sha256=weights_sha256(weights) if sha256 is None else sha256,
    )
    side_px, latent_size = (
        (session.inputs.get(name) or (None,))[-1] for name in ("image", "latent")
    )
    if side_px is None or latent_size is None:
        raise ResourceError(
            f"The weights of the engine 'bozzetto' at {weights} are another network's.",
            advice=_ADVICE,
        )
    return OnnxNetwork(session=session, side_px=side_px, latent_size=latent_size)


def _prediction(
    occupancy: Float32[np.ndarray, "k r q"],
    surface: Float32[np.ndarray, "12 s s"],
    camera: Float32[np.ndarray, " 4"],
) -> Prediction:
    """Bring the raw outputs into the words of this package."""
    planes = np.ascontiguousarray(np.moveaxis(surface, 0, -1), np.float32)
    up = camera[:3].astype(np.float64)
    return Prediction(
        occupancy=np.nan_to_num(occupancy, nan=-10.0, posinf=30.0, neginf=-30.0),
        normals=_unit(planes[..., 0:3]),
        albedo=linear_from_srgb(np.clip(planes[..., 3:6], 0, 1)),
        hidden_albedo=linear_from_srgb(np.clip(planes[..., 6:9], 0, 1)),
        roughness=np.clip(planes[..., 9], 0, 1),
        metallic=np.clip(planes[..., 10], 0, 1),
        depth=np.ascontiguousarray(planes[..., 11]),
        up=up / max(float(np.linalg.norm(up)), 1e-9),
        tan_half=float(camera[3]),
    )


def _unit(vectors: Float32[np.ndarray, "*b 3"]) -> Float32[np.ndarray, "*b 3"]:
    """Normalise; towards the camera where there is no direction."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    ahead = np.array([0, 0, -1], np.float32)
    return np.where(length > 1e-6, vectors / np.maximum(length, 1e-6), ahead).astype(np.float32)
