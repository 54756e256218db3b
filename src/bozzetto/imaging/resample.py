"""Change the size of pictures and look up values between pixels.

Pixel centres stand at +0.5. Letters: h w rows and columns, c channels, n points.
"""

import cv2
import numpy as np
from jaxtyping import Float32, Float64

Image = Float32[np.ndarray, "h w *c"]


def resize(image: Image, *, width: int, height: int) -> Float32[np.ndarray, "h2 w2 *c"]:
    """Resample a picture: area average when it shrinks, cubic when it grows.

    Cubic overshoot is cut off at the range of the input, so 0..1 stays 0..1.
    """
    shrinks = width < image.shape[1] or height < image.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    result = cv2.resize(image, (width, height), interpolation=method)
    if not shrinks:
        result = np.clip(result, image.min(), image.max())
    return np.asarray(result, np.float32)


def fit_within(image: Image, *, longest_px: int) -> Float32[np.ndarray, "h2 w2 *c"]:
    """Shrink a picture so that its longer side is at most `longest_px`; never enlarge it."""
    height, width = image.shape[:2]
    scale = longest_px / max(height, width)
    if scale >= 1:
        return image
    return resize(image, width=max(1, round(width * scale)), height=max(1, round(height * scale)))


def sample(
    image: Image, points: Float32[np.ndarray, "n 2"] | Float64[np.ndarray, "n 2"]
) -> Float32[np.ndarray, " n *c"]:
    """Look up a picture at pixel positions (x, y) bilinearly; outside it repeats its border."""
    height, width = image.shape[:2]
    x = np.clip(points[:, 0] - 0.5, 0, width - 1).astype(np.float32)
    y = np.clip(points[:, 1] - 0.5, 0, height - 1).astype(np.float32)
    x0 = np.minimum(x.astype(np.int32), max(width - 2, 0))
    y0 = np.minimum(y.astype(np.int32), max(height - 2, 0))
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    tail = (slice(None),) + (None,) * (image.ndim - 2)
    fx, fy = (x - x0)[tail], (y - y0)[tail]
    top = image[y0, x0] * (1 - fx) + image[y0, x1] * fx
    bottom = image[y1, x0] * (1 - fx) + image[y1, x1] * fx
    return (top * (1 - fy) + bottom * fy).astype(np.float32)
