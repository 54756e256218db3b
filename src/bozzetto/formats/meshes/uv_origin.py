"""The v axis of texture coordinates: downwards in glTF and here, upwards in most other formats.

Letters: n uvs.
"""

import numpy as np
from jaxtyping import Float32


def flipped(uvs: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
    """Count v from the other end."""
    result = uvs.copy()
    result[:, 1] = np.float32(1) - result[:, 1]
    return result
