"""What cameras and cut-outs do to a clean rendering: exposure, noise, blur, JPEG, imperfect masks.

Letters: s pixels a side.
"""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.imaging.color import srgb8_from_linear


def photographed(
    linear: Float32[np.ndarray, "s s 3"], rng: np.random.Generator
) -> UInt8[np.ndarray, "s s 3"]:
    """Turn linear light into an 8-bit sRGB photograph with the usual faults."""
    balance = np.exp(rng.normal(0, 0.07, 3)).astype(np.float32)
    image = linear * balance
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.3, 0.9)))
    if rng.random() < 0.5:
        grain = np.float32(rng.uniform(0.002, 0.02))
        noise = rng.standard_normal(image.shape, np.float32)
        image = image + noise * grain * np.sqrt(np.clip(image, 0.01, 1))
    encoded = srgb8_from_linear(image)
    if rng.random() < 0.3:
        contrast, middle = rng.uniform(0.8, 1.2), rng.uniform(110, 145)
        encoded = np.clip((encoded - middle) * contrast + middle, 0, 255).astype(np.uint8)
    if rng.random() < 0.35:
        quality = [int(cv2.IMWRITE_JPEG_QUALITY), int(rng.integers(45, 95))]
        decoded = cv2.imdecode(cv2.imencode(".jpg", encoded, quality)[1], cv2.IMREAD_COLOR)
        encoded = np.asarray(decoded)
    return np.asarray(encoded, np.uint8)


def cut_out_badly(
    alpha: UInt8[np.ndarray, "s s"], rng: np.random.Generator
) -> UInt8[np.ndarray, "s s"]:
    """Return an alpha such as matting gives: now and then grown, shrunk, soft or with a hole."""
    choice = rng.random()
    if choice < 0.5:
        return alpha
    if choice < 0.65:
        return cv2.erode(alpha, np.ones((2, 2), np.uint8))
    if choice < 0.8:
        return cv2.dilate(alpha, np.ones((2, 2), np.uint8))
    if choice < 0.95:
        return cv2.GaussianBlur(alpha, (0, 0), float(rng.uniform(0.5, 1.2)))
    damaged = alpha.copy()
    size = len(alpha)
    centre = (int(rng.integers(size)), int(rng.integers(size)))
    cv2.circle(damaged, centre, int(rng.uniform(0.01, 0.05) * size), 0, -1)
    return damaged
