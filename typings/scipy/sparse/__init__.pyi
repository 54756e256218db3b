from typing import overload

import numpy as np
from numpy.typing import NDArray

class csr_matrix:
    data: NDArray[np.float64]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]
    shape: tuple[int, int]
    def __init__(
        self,
        arg1: tuple[
            NDArray[np.float64] | NDArray[np.bool_],
            tuple[NDArray[np.integer], NDArray[np.integer]],
        ]
        | tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]
        | csr_matrix,
        shape: tuple[int, int] = ...,
    ) -> None: ...
    @property
    def T(self) -> csr_matrix: ...
    @overload
    def __matmul__(self, other: NDArray[np.float64]) -> NDArray[np.float64]: ...
    @overload
    def __matmul__(self, other: csr_matrix) -> csr_matrix: ...
    def nonzero(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
    def sum(self, axis: int) -> NDArray[np.float64]: ...
    def __add__(self, other: csr_matrix) -> csr_matrix: ...
    def __rmul__(self, other: float) -> csr_matrix: ...
    def __getitem__(
        self,
        index: NDArray[np.bool_]
        | NDArray[np.int64]
        | tuple[slice, NDArray[np.bool_] | NDArray[np.int64]],
    ) -> csr_matrix: ...
