"""Roughness and metallic of every vertex, from what an engine says of the seen surface.

Networks tell them roughly, and one paint has one gloss: so each group of like colours gets one
value. Metal is all or nothing, as 3D Commerce asks. Letters: v vertices, n seen vertices, k paints.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

from bozzetto.texturing.materials import MaterialOptions

_NUM_PAINTS = 8
_ROUNDS = 10
_BELIEF = 0.5  # How far roughness follows the engine, away from the default.
_METAL = 0.6  # Median from which a paint is called metal.
_FEWEST = 50  # Seen vertices that a paint needs.
_SAMPLES = 8_000
_ROUGHNESS = (0.1, 0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class Gloss:
    """Material values."""

    roughness: Float32[np.ndarray, " v"]
    metallic: Float32[np.ndarray, " v"]


def estimate_gloss(
    colors: Float32[np.ndarray, "v 3"],
    *,
    seen: Bool[np.ndarray, " v"],
    found: Float32[np.ndarray, "v 2"],
    options: MaterialOptions,
) -> Gloss:
    """Give each paint its roughness and metallic.

    Args:
        colors: Of all vertices, sRGB-encoded; places of like colour are one paint.
        seen: Vertices of which the engine says something.
        found: Its roughness and metallic; ignored elsewhere.
        options: What holds where it says nothing.
    """
    count = len(colors)
    roughness = np.full(count, options.roughness, np.float32)
    metallic = np.full(count, options.metallic, np.float32)
    if int(seen.sum()) < _FEWEST:
        return Gloss(roughness=roughness, metallic=metallic)
    paint = _paints(colors, seen)
    for k in range(_NUM_PAINTS):
        members = paint == k
        told = members & seen
        if int(told.sum()) < _FEWEST:
            continue
        rough, metal = np.median(found[told], axis=0)
        believed = options.roughness + _BELIEF * (rough - options.roughness)
        roughness[members] = np.clip(believed, *_ROUGHNESS)
        metallic[members] = 1.0 if metal > _METAL else options.metallic
    return Gloss(roughness=roughness, metallic=metallic)


def _paints(
    colors: Float32[np.ndarray, "v 3"], seen: Bool[np.ndarray, " v"]
) -> Int64[np.ndarray, " v"]:
    """Group colours (k-means over evenly chosen seen vertices)."""
    known = np.flatnonzero(seen)
    chosen = colors[known[:: max(1, len(known) // _SAMPLES)]]
    order = np.argsort(chosen.sum(axis=1), kind="stable")
    centres = chosen[order[np.linspace(0, len(order) - 1, _NUM_PAINTS).astype(int)]].copy()
    for _ in range(_ROUNDS):
        paint = _nearest(chosen, centres)
        for k in range(_NUM_PAINTS):
            if (paint == k).any():
                centres[k] = chosen[paint == k].mean(axis=0)
    return _nearest(colors, centres)


def _nearest(
    colors: Float32[np.ndarray, "v 3"], centres: Float32[np.ndarray, "k 3"]
) -> Int64[np.ndarray, " v"]:
    """Return each colour's nearest centre."""
    # |c|^2 - 2 c.x orders as the distance does.
    score = (centres**2).sum(axis=1)[None] - 2 * (colors @ centres.T)
    return score.argmin(axis=1)
