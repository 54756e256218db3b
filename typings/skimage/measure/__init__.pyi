from typing import Literal

import numpy as np
from numpy.typing import NDArray

def marching_cubes(
    volume: NDArray[np.float32],
    level: float,
    *,
    gradient_direction: Literal["ascent", "descent"] = ...,
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]: ...
def find_contours(
    image: NDArray[np.float32], level: float
) -> list[NDArray[np.float64]]: ...
def euler_number(image: NDArray[np.bool_], connectivity: int | None = ...) -> int: ...
