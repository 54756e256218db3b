import numpy as np
from numpy.typing import NDArray

def simplify(
    points: NDArray[np.float32],
    triangles: NDArray[np.int32],
    *,
    target_count: int,
    agg: float = ...,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]: ...
