"""What a seed stands for, and how its shape differs from the likeliest one.

Letters: n latent numbers.
"""

import numpy as np
from jaxtyping import Float32

from bozzetto.engines.network.prediction import Prediction

LIKELIEST = "likely"

_TEMPERATURE = 1.0
_TELLING = 0.04  # Relative difference of mean depth that is worth a word.


def latent_of(seed: int, *, size: int) -> Float32[np.ndarray, " n"]:
    """Return the latent code of a seed: zeros for 0, else a sample of N(0, 1)."""
    if seed == 0:
        return np.zeros(size, np.float32)
    rng = np.random.default_rng(seed)
    return (_TEMPERATURE * rng.standard_normal(size)).astype(np.float32)


def variant_name(prediction: Prediction, *, likeliest: Prediction, seed: int) -> str:
    """Name a variant by what sets it apart from the likeliest one."""
    change = mean_thickness(prediction) / max(mean_thickness(likeliest), 1e-6) - 1
    if change > _TELLING:
        return f"deeper {seed}"
    return f"flatter {seed}" if change < -_TELLING else f"similar {seed}"


def mean_thickness(prediction: Prediction) -> float:
    """Return how many cells of a ray are expected to be inside, over all rays."""
    logits = np.clip(prediction.occupancy, -20, 20)
    return float((1 / (1 + np.exp(-logits))).sum(axis=0).mean())
