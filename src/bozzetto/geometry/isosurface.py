"""Turn a scalar field on a grid into a closed triangle mesh.

Marching cubes with the topologically consistent tables of Lewiner et al. (2003), from scikit-image.
Letters: nx ny nz grid size, v vertices, t triangles. Positions are grid coordinates: the sample
`field[i, j, k]` stands at (i, j, k).
"""

import numpy as np
from jaxtyping import Float32, Int32
from skimage.measure import marching_cubes

Field = Float32[np.ndarray, "nx ny nz"]

_CLEARANCE = np.float32(1e-6)  # Of the field's range; keeps samples off the level.


def extract_isosurface(
    field: Field, level: float = 0.0, *, padded: bool = False
) -> tuple[Float32[np.ndarray, "v 3"], Int32[np.ndarray, "t 3"]]:
    """Extract the surface on which a field equals `level`; the inside is where it is larger.

    Positions are linear along grid edges, so a field that is linear across the surface (a distance)
    is met with sub-voxel accuracy. Triangles are counter-clockwise from outside.

    Args:
        field: Samples; finite.
        level: The value on the surface.
        padded: Surround the field with samples outside, so that the surface is closed even where
            the inside reaches the border of the grid. Without it such a surface is open there.

    Raises:
        ValueError: The field never crosses the level, or holds NaN or infinity.
    """
    above = field - np.float32(level)
    if not np.isfinite(above).all():
        raise ValueError("extract_isosurface needs a finite field, got NaN or infinity.")
    reach = np.float32(max(float(above.max()), -float(above.min())))
    if padded:
        above = np.pad(above, 1, constant_values=-reach)
    if min(above.shape) < 2 or not (above.max() > 0 > above.min()):
        raise ValueError(f"The field never crosses the level {level:g}, so there is no surface.")
    # A sample exactly on the level would put several vertices on one point: zero-area triangles.
    clearance = reach * _CLEARANCE
    above = np.where(np.abs(above) < clearance, np.copysign(clearance, above), above)
    positions, triangles = marching_cubes(above, 0.0, gradient_direction="ascent")[:2]
    if padded:
        positions = positions - np.float32(1)
    return positions.astype(np.float32), triangles.astype(np.int32)
