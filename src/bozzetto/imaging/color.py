"""Colour: linear light and sRGB.

Inside the program colours are linear; sRGB stands only where pictures are read and written.
Transfer function: IEC 61966-2-1. Letters: *b any shape.
"""

import numpy as np
from jaxtyping import Float32, UInt8


def linear_from_srgb(encoded: Float32[np.ndarray, "*b"]) -> Float32[np.ndarray, "*b"]:
    """Decode sRGB values in 0..1 to linear light."""
    low = encoded / np.float32(12.92)
    high = ((encoded + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def srgb_from_linear(linear: Float32[np.ndarray, "*b"]) -> Float32[np.ndarray, "*b"]:
    """Encode linear light as sRGB in 0..1; values outside are clipped first."""
    clipped = np.clip(linear, 0, 1)
    low = clipped * np.float32(12.92)
    high = np.float32(1.055) * clipped ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(clipped <= 0.0031308, low, high).astype(np.float32)


def linear_from_srgb8(encoded: UInt8[np.ndarray, "*b"]) -> Float32[np.ndarray, "*b"]:
    """Decode 8-bit sRGB to linear light; a table look-up, far faster than the formula."""
    table = linear_from_srgb(np.arange(256, dtype=np.float32) / np.float32(255))
    return table[encoded]


def srgb8_from_linear(linear: Float32[np.ndarray, "*b"]) -> UInt8[np.ndarray, "*b"]:
    """Encode linear light as 8-bit sRGB, rounded to nearest."""
    return (srgb_from_linear(linear) * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def luminance(linear_rgb: Float32[np.ndarray, "*b 3"]) -> Float32[np.ndarray, "*b"]:
    """Relative luminance (Rec. 709 weights) of linear colours."""
    return linear_rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
