from typing import Literal

import numpy as np
from numpy.typing import NDArray

def distance_transform_edt(
    input: NDArray[np.bool_],
    *,
    return_distances: Literal[False],
    return_indices: Literal[True],
) -> NDArray[np.int32]: ...
def map_coordinates(
    input: NDArray[np.float32],
    coordinates: NDArray[np.float32] | NDArray[np.float64],
    *,
    order: int,
    mode: Literal["nearest", "constant"] = ...,
    cval: float = ...,
    prefilter: bool = ...,
) -> NDArray[np.float32]: ...
def binary_dilation(
    input: NDArray[np.bool_], *, structure: NDArray[np.float64], iterations: int
) -> NDArray[np.bool_]: ...
def label(input: NDArray[np.bool_], structure: NDArray[np.float64] | None = ...) -> tuple[NDArray[np.int32], int]: ...
def maximum_filter(input: NDArray[np.bool_], size: int) -> NDArray[np.bool_]: ...
def minimum_filter(input: NDArray[np.bool_], size: int) -> NDArray[np.bool_]: ...
def uniform_filter(
    input: NDArray[np.float32], *, size: tuple[int, ...], mode: Literal["constant"]
) -> NDArray[np.float32]: ...
