"""Keep textures at the size that training pictures can show."""

import cv2
import numpy as np
from jaxtyping import UInt8

MAX_TEXTURE_PX = 512
"""Longer side of a texture; a training picture shows an object at 160 to 256 pixels."""


def limited(texels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h2 w2 3"]:
    """Reduce a picture to `MAX_TEXTURE_PX` by averaging; smaller ones stay as they are."""
    height, width = texels.shape[:2]
    ratio = MAX_TEXTURE_PX / max(height, width)
    if ratio >= 1:
        return np.ascontiguousarray(texels)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(texels, size, interpolation=cv2.INTER_AREA), np.uint8)
