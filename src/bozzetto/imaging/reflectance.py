"""What a base colour may be: the range of surfaces that reflect light diffusely.

Khronos' glTF auditor and the usual charts of measured albedos leave out what is darker than coal
and brighter than fresh snow. Letters: n colours.
"""

import numpy as np
from jaxtyping import Float32

from bozzetto.imaging.color import linear_from_srgb, luminance, srgb_from_linear

_DARKEST, _BRIGHTEST = np.float32(30.5 / 255), np.float32(242.5 / 255)


def within_limits(linear: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Lift and dim linear base colours to a luminance of 30 to 243 in 8-bit sRGB.

    Hues stay, and colours within the limits as they are.
    """
    encoded = srgb_from_linear(linear)
    bright = luminance(encoded)[:, None]
    # Towards white, so that no channel leaves its range: pure blue is darker than 30.
    missing = np.maximum((_DARKEST - bright) / np.maximum(1 - bright, 0.5), 0)
    lifted = encoded + (1 - encoded) * missing
    kept = lifted * np.minimum(_BRIGHTEST / np.maximum(bright, 1e-6), 1)
    outside = ((bright < _DARKEST) | (bright > _BRIGHTEST))[:, 0]
    result = linear.copy()
    result[outside] = linear_from_srgb(kept[outside])
    return result
