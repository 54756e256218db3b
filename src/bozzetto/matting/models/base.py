"""The contract between segmentation and every network that finds the object in a picture.

Letters: h w rows and columns of the picture, s side of the network's own map.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a person or a cache key needs to know of a matting network before loading it."""

    name: str
    version: int
    """Raised whenever the same picture may give another map; part of cache keys."""
    licence: str
    """Licence of the weights."""
    weights_bytes: int
    sha256: str
    """Of the weights file."""
    input_px: int
    """Side of the square picture that the network looks at."""
    download_mib: float
    """What is fetched before the first use; 0 for networks that come with the package."""
    summary: str
    """One line for lists."""


@runtime_checkable
class MattingModel(Protocol):
    """A loaded network. Build one, call it many times; it keeps no state between calls."""

    @property
    def card(self) -> ModelCard:
        """What this network is and needs."""
        ...

    def saliency(self, srgb: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "s s"]:
        """Say for each part of the picture how likely it belongs to the object.

        Args:
            srgb: The picture, sRGB encoded, 0 to 1, any size.

        Returns:
            0 to 1, stretched over the whole picture at the network's own size; not normalised, so
            that a picture without an object stays low everywhere. Same picture, same map.
        """
        ...
