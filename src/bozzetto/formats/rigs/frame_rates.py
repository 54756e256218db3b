"""How many frames a second clips are sampled at. Letters: m keys."""

import numpy as np
from jaxtyping import Float64

_RATES = (30.0, 24.0, 25.0, 60.0)
MAX_FRAMES = 20_000
"""Of a clip that is read; longer ones are cut off."""


def frame_rate(times: Float64[np.ndarray, " m"]) -> float:
    """Return the first usual frame rate at which all keys fall on frames."""
    for rate in _RATES:
        frames = times * rate
        if np.allclose(frames, np.round(frames), rtol=0, atol=2e-2):
            return rate
    return _RATES[0]
