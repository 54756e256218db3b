"""Look up samples between their places. Letters: a b c sides of a volume, n points, m samples."""

import numpy as np
from jaxtyping import Float32, Float64

Volume = Float32[np.ndarray, "a b c"]


def trilinear(
    values: Volume, indices: Float64[np.ndarray, "n 3"], *, outside: float
) -> Float32[np.ndarray, " n"]:
    """Interpolate at sample indices; beyond the outermost samples the answer is `outside`.

    Args:
        values: Samples; the one at [i, j, k] stands at (i, j, k).
        indices: Where to look.
        outside: What to return there.
    """
    limits = np.array(values.shape) - 1
    within = ((indices >= 0) & (indices <= limits)).all(axis=1)
    result = np.full(len(indices), outside, np.float32)
    at = indices[within]
    low = np.minimum(at.astype(np.int32), limits.astype(np.int32) - 1)
    x, y, z = (at - low).astype(np.float32).T
    flat = values.reshape(-1)
    deep, wide = values.shape[1] * values.shape[2], values.shape[2]
    base = (low[:, 0] * deep + low[:, 1] * wide + low[:, 2]).astype(np.int64)

    def line(offset: int) -> Float32[np.ndarray, " n"]:
        start = flat[base + offset]
        return start + z * (flat[base + (offset + 1)] - start)

    near = line(0)
    near += y * (line(wide) - near)
    far = line(deep)
    far += y * (line(deep + wide) - far)
    result[within] = near + x * (far - near)
    return result


def cubic_weights(positions: Float64[np.ndarray, " n"], *, size: int) -> Float32[np.ndarray, "n m"]:
    """Return the matrix that interpolates `size` samples at positions (Catmull and Rom, 1974).

    Sample k stands at position k; outside the border repeats.
    """
    low = np.floor(positions).astype(np.int64)
    t = positions - low
    taps = np.stack(
        [
            ((2 - t) * t - 1) * t / 2,
            ((3 * t - 5) * t * t + 2) / 2,
            ((4 - 3 * t) * t + 1) * t / 2,
            (t - 1) * t * t / 2,
        ]
    )
    matrix = np.zeros((len(positions), size))
    rows = np.arange(len(positions))
    for tap, weight in enumerate(taps):
        # Clamped taps may fall on one sample: add, do not assign.
        np.add.at(matrix, (rows, np.clip(low + tap - 1, 0, size - 1)), weight)
    return matrix.astype(np.float32)
