import numpy as np
from numpy.typing import NDArray

def qslim(
    V: NDArray[np.float64],
    F: NDArray[np.int32],
    max_m: int = ...,
    block_intersections: bool = ...,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]: ...
def fast_winding_number(
    V: NDArray[np.float64], F: NDArray[np.int64], Q: NDArray[np.float64]
) -> NDArray[np.float64]: ...
def point_mesh_squared_distance(
    P: NDArray[np.float64], V: NDArray[np.float64], Ele: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]: ...

class AABB:
    def __init__(self) -> None: ...
    def init(self, V: NDArray[np.float64], Ele: NDArray[np.int64]) -> None: ...
    def squared_distance(
        self, V: NDArray[np.float64], Ele: NDArray[np.int64], P: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]: ...
