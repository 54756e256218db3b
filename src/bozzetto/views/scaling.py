"""Smaller versions of pictures in linear light.

Letters: h w rows and columns of the picture, h2 w2 of the smaller one, c channels.
"""

import cv2
import numpy as np
from jaxtyping import Float32

Picture = Float32[np.ndarray, "h w *c"]


def size_within(width: int, height: int, *, longest_px: int | None) -> tuple[int, int]:
    """Return the width and height of a picture whose longer side is at most `longest_px`.

    Args:
        width: Of the full-size picture.
        height: The same.
        longest_px: 1 or more; None keeps the full size. Pictures are never enlarged.

    Raises:
        ValueError: `longest_px` is below 1.
    """
    if longest_px is not None and longest_px < 1:
        raise ValueError(f"longest_px is 1 or more, got {longest_px}.")
    if longest_px is None or longest_px >= max(width, height):
        return width, height
    scale = longest_px / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrunk(image: Picture, *, longest_px: int | None) -> Float32[np.ndarray, "h2 w2 *c"]:
    """Average a picture over areas so that its longer side is at most `longest_px`.

    Args:
        image: Linear light, so that the average is one of light.
        longest_px: As in `size_within`; the same array comes back where nothing has to shrink.
    """
    height, width = image.shape[:2]
    size = size_within(width, height, longest_px=longest_px)
    if size == (width, height):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
