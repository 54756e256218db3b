"""The guided filter with a colour guide, in tiles.

He, Sun, Tang 2013, "Guided Image Filtering". Letters: h w rows and columns.
"""

import cv2
import numpy as np
from jaxtyping import Float32

Plane = Float32[np.ndarray, "h w"]
Picture = Float32[np.ndarray, "h w 3"]


def guided_filter(source: Plane, guide: Picture, *, radius_px: int, epsilon: float) -> Plane:
    """Smooth `source` so that its edges follow those of `guide`.

    Args:
        source: What to filter, 0 to 1.
        guide: The picture whose edges count, 0 to 1.
        radius_px: Half the side of the window in which one linear model holds, at least 1.
        epsilon: Variance of the guide below which a window counts as flat, above 0.

    Returns:
        The filtered plane; may leave 0 to 1 a little.
    """
    side = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(plane: Plane) -> Plane:
        return np.asarray(cv2.blur(plane, side, borderType=cv2.BORDER_REFLECT), np.float32)

    red, green, blue = (np.ascontiguousarray(guide[:, :, i]) for i in range(3))
    mr, mg, mb, ms = mean(red), mean(green), mean(blue), mean(source)
    # Covariance of the guide's channels; the symmetric matrix [[a, b, c], [b, d, e], [c, e, f]].
    a = mean(red * red) - mr * mr + epsilon
    b = mean(red * green) - mr * mg
    c = mean(red * blue) - mr * mb
    d = mean(green * green) - mg * mg + epsilon
    e = mean(green * blue) - mg * mb
    f = mean(blue * blue) - mb * mb + epsilon
    vr = mean(red * source) - mr * ms
    vg = mean(green * source) - mg * ms
    vb = mean(blue * source) - mb * ms
    # Cofactors of the symmetric matrix solve the three unknowns per pixel.
    ca, cb, cc = d * f - e * e, c * e - b * f, b * e - c * d
    cd, ce, cf = a * f - c * c, b * c - a * e, a * d - b * b
    determinant = a * ca + b * cb + c * cc
    wr = (ca * vr + cb * vg + cc * vb) / determinant
    wg = (cb * vr + cd * vg + ce * vb) / determinant
    wb = (cc * vr + ce * vg + cf * vb) / determinant
    offset = ms - wr * mr - wg * mg - wb * mb
    filtered = mean(wr) * red + mean(wg) * green + mean(wb) * blue + mean(offset)
    return filtered.astype(np.float32)
